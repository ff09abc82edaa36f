import { describe, expect, it } from 'vitest'
import type { ListDefinition } from '../../src/lists/definitions/definition.ts'
import { DEFINITIONS } from '../../src/lists/definitions/index.ts'
import { fromLatest, latest } from '../../src/lists/definitions/latest.ts'
import { createListRegistry } from '../../src/lists/registry.ts'
import { byScore, oncePerStory } from '../../src/lists/rules/candidate.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'

/** Longest summaries first, of the two newest stories; latest where there are fewer than `lists.minEntries`. */
const wordiest: ListDefinition = {
  ...latest,
  name: 'wordiest',
  describe: 'longest summaries first',
  partitions: ['section'],
  size: settings => settings.trending,
  rank: async inputs =>
    oncePerStory(await inputs.newest(2), candidate => candidate)
      .map(candidate => ({ candidate, score: candidate.article.summary.length }))
      .sort(byScore)
      .map(({ candidate, score }) => ({ candidate, score, placedBy: 'rule', terms: () => [] })),
  backfill: () => [fromLatest],
  isPinnable: true,
  panels: [{ list: 'wordiest', title: 'Wordiest', column: 'aside', place: 4, entries: 3 }],
}
const registry = createListRegistry([...DEFINITIONS, wordiest])
const room = aListRoom({ settings: { trending: 3, minEntries: 3 }, registry })
const lists = room.open()
const summaries = ['', 'short', 'a much longer summary', 'middling text']
const articles = summaries.map((summary, place) =>
  anArticle({ title: `Story ${place}`, summary, publishedAt: NOON - place * 60_000 }),
)

describe('a list that is added to the registry', () => {
  it('a list that is added to the registry is named, ranked by its rule, backfilled and published like all others', async () => {
    expect(lists.publisher.names()).toEqual(expect.arrayContaining(['latest', 'wordiest', 'wordiest:world']))
    const ingested = await lists.takeIn(articles.map((article, place) => ({ article, decision: newIn(`s${place}`) })))
    const affected = lists.publisher.affectedBy(ingested)
    expect(affected).toEqual(expect.arrayContaining(['wordiest', 'wordiest:world']))
    await lists.waiting.enqueue(affected, false)
    const published = await lists.publisher.publishWaiting(() => false)
    expect(published).toContainEqual({ list: 'wordiest', changed: true, count: 3 })
    const entries = await room.list('wordiest')
    expect(entries.map(({ title, placedBy }) => [title, placedBy])).toEqual([
      ['Story 1', 'rule'],
      ['Story 0', 'rule'],
      ['Story 2', 'latest'],
    ])
    expect(await room.meta('wordiest')).toMatchObject({ count: '3', fallback: 'latest', window: '' })
    expect(await room.titles('wordiest:world')).toEqual(['Story 1', 'Story 0', 'Story 2'])
  })

  it('a list that is added to the registry can have pins, and has its panel on the front page', async () => {
    const pin = { kind: 'pin' as const, what: articles[3]?.id ?? '', list: 'wordiest', by: 'ed', at: NOON }
    await lists.editors.place({ ...pin, until: NOON + 60_000 })
    await lists.publisher.publish('wordiest')
    expect(await room.titles('wordiest')).toEqual(['Story 3', 'Story 1', 'Story 0'])
    expect(registry.panels('aside').map(({ list }) => list)).toContain('wordiest')
    expect(registry.pinnableNames('world')).toContain('wordiest')
  })

  it('a list that is added to the registry is refused if its name is taken', () => {
    expect(() => createListRegistry([latest, { ...wordiest, name: 'latest' }])).toThrow('latest')
    expect(() => createListRegistry([{ ...wordiest, name: 'related' }])).toThrow('related')
  })
})
