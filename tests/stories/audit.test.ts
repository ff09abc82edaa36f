import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { ArticleId, StoryId } from '../../src/domain/article.ts'
import { byDoubt } from '../../src/stories/rules/audit.ts'
import { createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures } from '../../src/stories/rules/features.ts'
import { NOON, sourceId } from '../support/articles.ts'

const settings = StorySettings.parse({})

const FLOOD = [
  'Storm Odile floods harbour of Port Ellin',
  'Two hundred homes flooded as Storm Odile hits Port Ellin',
  'Port Ellin harbour wall breaks in Storm Odile',
  'Storm Odile: families leave flooded homes in Port Ellin',
]
const STRIKE = [
  'Ferry crews of Marle strike over night pay',
  'Marle ferries stand still as crews strike for night pay',
  'Night pay: strike of ferry crews empties Marle terminal',
]

/** Articles that an editor, or a fault, has put into one story. */
const merged = (...groups: readonly (readonly string[])[]) => {
  const clusterer = createClusterer(() => settings)
  const add = (title: string, id: string): StoryId => {
    const told = { id: id as ArticleId, title, summary: '', language: 'en', source: sourceId(id), publishedAt: NOON }
    return clusterer.decide(extractFeatures(told), NOON).decision.story
  }
  const stories = groups.map((titles, group) => titles.map((title, n) => add(title, `g${group}n${n}`)))
  const [into] = stories.flat() as [StoryId]
  for (const from of new Set(stories.flat()))
    if (from !== into) clusterer.fold({ pin: { kind: 'merge', from, into }, at: NOON })
  return { clusterer, story: into }
}

describe('the audit of stories', () => {
  it('the audit of stories finds two events in one story, and which articles are about the smaller one', () => {
    const { clusterer, story } = merged(FLOOD, STRIKE)
    const audited = clusterer.audit(story)
    expect(audited).toMatchObject({ articles: 7, from: NOON, to: NOON })
    expect([...(audited?.split ?? [])].sort()).toEqual(['g1n0', 'g1n1', 'g1n2'])
    expect([...(audited?.main ?? [])].sort()).toEqual(['g0n0', 'g0n1', 'g0n2', 'g0n3'])
    expect(audited?.score).toBeLessThan(audited?.needed ?? 0)
  })

  it('the audit of stories finds no problem in a story of one event, and lists it after one with two events', () => {
    const [right, wrong] = [merged(FLOOD), merged(FLOOD, STRIKE)].map(({ clusterer, story }) => clusterer.audit(story))
    expect(right?.score).toBeGreaterThanOrEqual(right?.needed ?? 0)
    const order = [right, wrong].filter(each => !!each).sort(byDoubt)
    expect(order).toEqual([wrong, right])
  })

  it('the audit of stories skips small stories, and changes no later decision', () => {
    const { clusterer, story } = merged(FLOOD, STRIKE)
    const before = clusterer.explain('g0n1' as ArticleId)
    for (const id of clusterer.listStories()) clusterer.audit(id)
    expect(clusterer.explain('g0n1' as ArticleId)).toEqual(before)
    expect(merged(STRIKE).clusterer.audit(story)).toBeNull()
  })
})
