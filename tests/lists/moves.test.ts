/** What lists show of articles that moved to another story, or to another address, while a worker runs. */

import { describe, expect, it } from 'vitest'
import type { StoryId } from '../../src/domain/article.ts'
import { publishingTo } from '../../src/queues/publishing.ts'
import type { Queues } from '../../src/queues/queues.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'

const quake = anArticle({ title: 'Quake off the coast', source: 'courier' })
const wave = anArticle({ title: 'Wave warning after quake', source: 'herald' })
const vote = anArticle({ title: 'Parliament votes', source: 'gazette' })
const room = aListRoom({
  settings: { minEntries: 0, relatedMinEntries: 2, minVisitors: 1, staleAfter: '90d' },
  similar: id => [quake, wave, vote].filter(each => each.id !== id).map(each => ({ id: each.id, similarity: 0.5 })),
})
const { redis, keys, clock } = room
const [s1, s2, s3] = ['s1', 's2', 's3'] as [StoryId, StoryId, StoryId]

const begin = async () => {
  const mine = await redis.keys(`*${keys.prefix}*`)
  if (mine.length > 0) await redis.del(mine)
  clock.now = NOON
  const desk = room.open()
  await desk.takeIn([
    { article: quake, decision: newIn(s1) },
    { article: wave, decision: newIn(s2) },
    { article: vote, decision: newIn(s3) },
  ])
  await redis.zadd(keys.eventWindow('view', 'day'), 5, quake.id, 4, wave.id, 6, vote.id)
  for (const { id } of [quake, wave, vote]) await redis.zadd(keys.viewedBy(id), NOON, 'someone')
  return desk
}

describe('stories that are merged or split, in lists', () => {
  it('a story merged into another brings its reads with it, without a restart', async () => {
    const desk = await begin()
    await desk.publisher.publish('most-read:day')
    expect(await room.titles('most-read:day')).toEqual([vote.title, quake.title, wave.title])
    await desk.changes.noteIngested(await desk.archive.merge(s2, s1, NOON))
    await desk.publisher.publish('most-read:day')
    expect(await room.titles('most-read:day')).toEqual([wave.title, vote.title])
    expect((await room.list('most-read:day')).map(({ counted }) => counted)).toEqual([
      { window: 'day', story: 9, article: 4 },
      { window: 'day', story: 6, article: 6 },
    ])
  })

  it('a merge that died half-way reports all articles of the merged story when it is run again', async () => {
    const desk = await begin()
    expect((await desk.archive.merge(s2, s1, NOON)).moved).toEqual([wave.id])
    const again = await desk.archive.merge(s2, s1, NOON)
    expect([...again.moved].sort()).toEqual([quake.id, wave.id].sort())
    expect(again.stories).toContain(s1)
  })

  it('a split that died half-way puts the new story into the indexes when it is run again', async () => {
    const desk = await begin()
    await desk.archive.merge(s2, s1, NOON)
    const to = 'part' as StoryId
    await desk.archive.split(s1, to, [wave.id], NOON)
    await redis.zrem(keys.storyIndex(), to)
    const again = await desk.archive.split(s1, to, [wave.id], NOON)
    expect(again).toMatchObject({ moved: [wave.id], stories: expect.arrayContaining([s1, to]) })
    expect(await redis.zscore(keys.storyIndex(), to)).not.toBeNull()
    expect((await desk.archive.stories([s1, to])).map(story => story?.articles)).toEqual([[quake.id], [wave.id]])
  })

  it('a story with few reads on each of hundreds of articles ranks above one with more reads on a single article', async () => {
    const desk = await begin()
    const reports = Array.from({ length: 320 }, (_, at) =>
      anArticle({ title: `Report ${at}`, url: `https://x.example/${at}` }),
    )
    const [many, others] = [reports.slice(0, 60), reports.slice(60)]
    await desk.takeIn(many.map(article => ({ article, decision: newIn('many') })))
    await desk.takeIn(others.map((article, at) => ({ article, decision: newIn(`other${at}`) })))
    const scored = (articles: readonly { id: string }[], count: number) => articles.flatMap(({ id }) => [count, id])
    await redis.zadd(keys.eventWindow('view', 'day'), ...scored(many, 1), ...scored(others, 2))
    for (const { id } of reports) await redis.zadd(keys.viewedBy(id), NOON, 'someone')
    await desk.publisher.publish('most-read:day')
    expect((await room.list('most-read:day'))[0]).toMatchObject({ story: { id: 'many', articles: 60 } })
  })

  it('a story of three publishers from yesterday is a must-read even if hundreds of newer articles came', async () => {
    const desk = await begin()
    const publishedAt = NOON - 30 * 3_600_000
    const told = ['courier', 'herald', 'gazette'].map(source =>
      anArticle({ ...{ title: 'Dam breaks', source, publishedAt, firstSeenAt: publishedAt } }),
    )
    await desk.takeIn(told.map(article => ({ article, decision: newIn('dam') })))
    const reports = Array.from({ length: 400 }, (_, at) =>
      anArticle({ title: `Report ${at}`, url: `https://x.example/${at}` }),
    )
    await desk.takeIn(reports.map((article, at) => ({ article, decision: newIn(`other${at}`) })))
    await desk.publisher.publish('must-reads')
    await desk.publisher.publish('must-reads:world')
    for (const name of ['must-reads', 'must-reads:world'])
      expect((await room.list(name))[0]).toMatchObject({ story: { id: 'dam', sources: 3 } })
  })

  it('an article that moves has its related list rewritten, and the lists that show it', async () => {
    const desk = await begin()
    await desk.publisher.publishRelated([quake.id, vote.id])
    const queues = { publish: { addBulk: async () => [] } } as unknown as Queues // it only adds jobs there
    const publishing = publishingTo(async () => queues, desk)
    const affected = await publishing.ingested(await desk.archive.merge(s2, s1, NOON))
    expect([...affected].sort()).toEqual([quake.id, wave.id, vote.id].sort())
    await desk.publisher.publishRelated(affected)
    expect(await room.titles(`related:${quake.id}`)).not.toContain(wave.title)
  })

  it('a pin by URL takes effect once the URL leads to an article, and shows its later edits', async () => {
    const desk = await begin()
    const elsewhere = anArticle({ title: vote.title, url: 'https://gazette.example/amp/vote', source: 'gazette' })
    await desk.editors.place({
      ...{ kind: 'pin', what: elsewhere.id, list: 'most-read:day', place: 1, by: 'ed', at: NOON, until: NOON + 1e7 },
    })
    await desk.publisher.publish('most-read:day')
    await desk.takeIn([{ article: elsewhere, decision: { kind: 'same', as: vote.id, story: s3, merges: [] } }])
    await desk.publisher.publish('most-read:day')
    expect((await room.list('most-read:day')).map(({ placedBy }) => placedBy)).toEqual(['pin', 'rule', 'rule'])
    const edited = { ...vote, title: 'Parliament votes again' }
    await desk.takeIn([{ article: edited, decision: newIn(s3) }])
    await desk.publisher.publish('most-read:day')
    expect((await room.titles('most-read:day'))[0]).toBe(edited.title)
  })
})
