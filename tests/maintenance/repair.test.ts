import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createStoryWriter } from '../../src/articles/story-writer.ts'
import { Settings } from '../../src/config/schema.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { ROLLING } from '../../src/domain/window.ts'
import { createChanges } from '../../src/lists/changes.ts'
import { repair } from '../../src/maintenance/repair/run.ts'
import type { RunParts } from '../../src/maintenance/repair/run-check.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { sourceJobs } from '../../src/queues/source-jobs.ts'
import { formatSeenItem } from '../../src/sources/items/unstable-ids.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { anArticle, NOON, newIn, sourceId } from '../support/articles.ts'
import { aListRoom, SOURCES } from '../support/lists.ts'

const desk = aListRoom({ settings: { latest: 10, related: 5, minEntries: 1, relatedMinEntries: 1 } })
const { redis, keys, connect, clock } = desk
const bull = connect()
const queues = openQueues(bull, keys)
const settings = Settings.parse({})
const sources = createSources({
  redis,
  keys,
  catalogue: () => SOURCES,
  settings: () => settings.crawl,
  now: () => clock.now,
})

const parts: RunParts = {
  ...{ redis, keys },
  writer: createStoryWriter({
    ...{ redis, keys },
    retention: () => settings.articles.retention,
    poolSize: () => settings.lists.poolSize,
    findParent: () => undefined,
  }),
  changes: createChanges({ redis, keys }),
  weightOf: id => SOURCES.find(source => source.id === id)?.weight ?? 1,
  isSource: id => SOURCES.some(source => source.id === id),
  forget: sources.forget,
  jobs: sourceJobs(queues),
  retention: settings.articles.retention,
  poolSize: settings.lists.poolSize,
  now: () => clock.now,
  settles: 0,
}

const GONE = 'dddddddddddddddd' as ArticleId
const [first, second, third] = ['Bridge opens', 'Ferry signed', 'Volcano erupts'].map((title, place) =>
  anArticle({ title, publishedAt: NOON - place * 60_000 }),
) as [ReturnType<typeof anArticle>, ReturnType<typeof anArticle>, ReturnType<typeof anArticle>]
const herald = anArticle({ source: 'herald', title: 'The bridge is open', publishedAt: NOON })

const LISTS = ['latest', 'latest:world', 'must-reads']
let lists = desk.open()

/** What is wrong, by check. */
const wrongNow = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await repair(parts, false)).flatMap(({ check, wrong }) => (wrong > 0 ? [[check, wrong] as const] : [])),
  )
const ids = async (name: string): Promise<string[]> => (await desk.list(name)).map(({ id }) => id)

afterAll(async () => {
  await Promise.all(Object.values(queues).map(queue => queue.close()))
  bull.disconnect()
})

beforeEach(async () => {
  await redis.del('', ...(await redis.keys(`*${keys.prefix}*`)))
  clock.now = NOON
  lists = desk.open()
  await lists.takeIn([
    { article: first, decision: newIn('s1') },
    { article: herald, decision: newIn('s1') },
    { article: second, decision: newIn('s2') },
    { article: third, decision: newIn('s3') },
  ])
  await lists.publisher.publishRelated([first.id, second.id, third.id])
  for (const name of LISTS) await lists.publisher.publish(name)
})

/** What can be wrong: how it is brought about, and what it is to be reported as. */
const PLANTED: readonly { what: string; found: Record<string, number>; plant: () => Promise<unknown> }[] = [
  {
    what: 'an article hash that is no article',
    found: { 'broken-articles': 1 },
    plant: () => redis.hset(keys.article(GONE), 'views', 3),
  },
  {
    what: 'an article in the index by age without a hash',
    found: { 'index-without-article': 1 },
    plant: () => redis.zadd(keys.articleIndex(), NOON, GONE),
  },
  {
    what: 'an article without its entry in the index by age',
    found: { 'articles-not-in-index': 1 },
    plant: () => redis.zrem(keys.articleIndex(), second.id),
  },
  {
    what: 'an article at a wrong place in the index by age',
    found: { 'articles-not-in-index': 1 },
    plant: () => redis.zadd(keys.articleIndex(), 5, second.id),
  },
  {
    what: 'the id of a URL that leads to no article',
    found: { 'aliases-without-article': 1 },
    plant: () => redis.set(keys.alias('eeeeeeeeeeeeeeee'), GONE),
  },
  {
    what: 'visitors, readers and places of an article that is gone',
    found: { 'left-of-gone-articles': 3 },
    plant: () =>
      Promise.all(
        [keys.viewedBy(GONE), keys.coViewed(GONE), keys.relatedBackLinks(GONE)].map(key => redis.zadd(key, 1, 'x')),
      ),
  },
  {
    what: 'a member of a story without an article',
    found: { 'members-without-article': 1, 'wrong-stories': 1 },
    plant: () =>
      redis.hset(
        keys.storyMembers('s2'),
        GONE,
        JSON.stringify({
          id: GONE,
          sources: ['gazette'],
          sections: ['world'],
          at: '2026-05-04T11:00:00.000Z',
          score: 5_000,
        }),
      ),
  },
  {
    what: 'an article that is not in the story it names',
    found: { 'articles-not-in-story': 1, 'wrong-stories': 1 },
    plant: () => redis.hdel(keys.storyMembers('s1'), herald.id),
  },
  {
    what: 'a story led by another than its best article',
    found: { 'wrong-stories': 1 },
    plant: () => redis.hset(keys.story('s1'), 'lead', first.id),
  },
  {
    what: 'a story that was news at another time than its articles say',
    found: { 'wrong-stories': 1, 'wrong-indexes': 4 },
    plant: () => redis.hset(keys.story('s1'), 'newsAt', '2026-05-04T11:00:00.000Z'),
  },
  {
    what: 'a story without members',
    found: { 'wrong-stories': 1 },
    plant: () =>
      redis.hset(keys.story('s9'), { id: 's9', lead: GONE, articles: '[]', publishedAt: '2026-05-04T11:00:00.000Z' }),
  },
  {
    what: 'members without their story',
    found: { 'wrong-stories': 1, 'wrong-indexes': 2 },
    plant: () => redis.del(keys.story('s2')),
  },
  {
    what: 'a story that is gone in an index of a section',
    found: { 'wrong-indexes': 1 },
    plant: () => redis.zadd(keys.storyIndex('world'), NOON, 's9'),
  },
  {
    what: 'a story at a wrong place in an index',
    found: { 'wrong-indexes': 1 },
    plant: () => redis.zadd(keys.storyIndex(), 5, 's2'),
  },
  {
    what: 'a story that is in no index',
    found: { 'stories-not-in-index': 1 },
    plant: () => redis.zrem(keys.storyIndex(), 's2'),
  },
  {
    what: 'a related list without its article',
    found: { 'related-without-article': 1 },
    plant: () => redis.copy(keys.list(`related:${first.id}`), keys.list(`related:${GONE}`)),
  },
  {
    what: 'an entry of a list whose article is gone',
    found: { 'entries-of-gone-articles': 1 },
    plant: async () => {
      const [entry = ''] = await redis.lrange(keys.list('latest'), 0, 0)
      await redis.lpush(keys.list('latest'), entry.replace(/"id":"[^"]+"/, `"id":"${GONE}"`))
    },
  },
  {
    what: 'counts of an article that is gone, in totals, windows and buckets',
    found: { 'counts-of-gone-articles': 1 },
    plant: async () => {
      await redis.hset(keys.eventTotals('view'), GONE, 4, first.id, 2)
      for (const { window } of ROLLING) {
        await redis.zadd(keys.eventWindow('view', window), 4, GONE, 2, first.id)
        await redis.zadd(keys.eventState(`index:view:${window}`), 7, 7)
        await redis.hset(keys.eventBucket('view', window, 7), GONE, 4, first.id, 2)
      }
    },
  },
  {
    what: 'the state of a source that is not configured',
    found: { 'states-without-source': 1 },
    plant: () => redis.hset(keys.source(sourceId('nobody')), 'fetches', 3),
  },
  {
    what: 'jobs of a source that is not configured',
    found: { 'jobs-without-source': 1 },
    plant: () => queues.crawl.add('nobody', { sourceId: 'nobody' }),
  },
  {
    what: 'an item remembered as taken in whose article was lost, and the log of stories with it',
    found: { 'seen-without-article': 1 },
    plant: async () => {
      clock.now = Date.now()
      const lost = anArticle({ title: 'Lost at sea', publishedAt: clock.now - 1_000 })
      const day = Math.floor(clock.now / 86_400_000)
      await redis.hset(keys.source(sourceId('courier')), { etag: 'x', fetches: 1 })
      await redis.hset(
        keys.seen(sourceId('courier')),
        'item',
        formatSeenItem({ fingerprint: 'f', day, article: lost.id, first: day }),
      )
    },
  },
]

describe('the doctor', () => {
  it('the doctor finds no problem in intact data', async () => {
    expect(await wrongNow()).toEqual({})
  })

  it.each(PLANTED)(
    'the doctor finds $what, only reports it by default, and repairs it on request',
    async ({ plant, found }) => {
      const before = Object.fromEntries(await Promise.all(LISTS.map(async name => [name, await ids(name)] as const)))
      await plant()
      expect(await wrongNow()).toMatchObject(found)
      expect(await wrongNow()).toMatchObject(found)
      const told = await repair(parts, true)
      expect(told.filter(({ wrong, repaired }) => wrong !== repaired)).toEqual([])
      expect(await wrongNow()).toEqual({})
      // Read anew, as by a process that knows nothing yet, lists are what they were.
      const after = desk.open()
      for (const name of LISTS) {
        expect(await ids(name)).toEqual(before[name])
        clock.now = NOON
        await after.publisher.publish(name)
        expect(await ids(name)).toEqual(before[name])
      }
      expect(await after.archive.stories(['s1', 's2', 's3'] as never[])).toMatchObject([
        { lead: herald.id, articles: expect.arrayContaining([first.id, herald.id]) },
        { lead: second.id, articles: [second.id] },
        { lead: third.id, articles: [third.id] },
      ])
    },
  )

  it('a long-running process publishes what the doctor repaired, like one that has read nothing yet', async () => {
    const published = await ids('latest')
    await redis.hset(keys.story('s1'), 'lead', first.id)
    const running = desk.open()
    await running.publisher.publish('latest')
    expect(await ids('latest')).not.toEqual(published)
    await repair(parts, true)
    await running.publisher.publish('latest')
    expect(await ids('latest')).toEqual(published)
  })

  it('the doctor leaves the counts of existing articles unchanged', async () => {
    await PLANTED.find(({ what }) => what.startsWith('counts'))?.plant()
    await repair(parts, true)
    expect(await redis.hgetall(keys.eventTotals('view'))).toEqual({ [first.id]: '2' })
    for (const { window } of ROLLING) {
      expect(await redis.zrange(keys.eventWindow('view', window), 0, '-1', 'WITHSCORES')).toEqual([first.id, '2'])
      expect(await redis.hgetall(keys.eventBucket('view', window, 7))).toEqual({ [first.id]: '2' })
    }
  })

  it('the doctor makes the feed of a lost article bring it in again', async () => {
    await PLANTED.find(({ what }) => what.startsWith('an item remembered'))?.plant()
    await repair(parts, true)
    expect(await redis.hgetall(keys.seen(sourceId('courier')))).toEqual({})
    expect(await redis.hgetall(keys.source(sourceId('courier')))).toEqual({ fetches: '1' })
  })

  it('the doctor does not report remembered items of evicted articles as a problem', async () => {
    await PLANTED.find(({ what }) => what.startsWith('an item remembered'))?.plant()
    await redis.hset(keys.eviction(), 'horizon', Date.now())
    expect(await wrongNow()).toEqual({})
  })

  it('the doctor deletes no sources if the configuration seems to be the wrong one', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await redis.hset(keys.source(sourceId(id)), 'fetches', 3)
    const told = (await repair(parts, true)).find(({ check }) => check === 'states-without-source')
    expect(told).toMatchObject({ wrong: 6, repaired: 0, doubt: expect.stringContaining('is this the configuration') })
    expect(await redis.exists(keys.source(sourceId('a')))).toBe(1)
  })
})
