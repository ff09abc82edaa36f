/** The checker of the fault run can fail: each way in which newsdesk might fall short is planted by hand, and must be told. */

import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { testRedis } from '../../../tests/support/redis.ts'
import { check } from './check.ts'
import { checkSeen, createMemory } from './lists.ts'
import type { Truth } from './truth.ts'

const { redis } = testRedis()
const prefixes: string[] = []
afterAll(async () => {
  for (const prefix of prefixes) {
    const mine = await redis.keys(`*${prefix}*`)
    if (mine.length > 0) await redis.del(mine)
  }
})

const AT = Date.UTC(2026, 4, 4, 12)
const urlOf = (id: string) => `https://courier.example/${id}`
const ids = ['a3', 'a2', 'a1']

const truth: Truth = {
  articles: ids.map((id, place) => ({
    ...{ url: urlOf(id), title: `Title of ${id}`, at: AT - place * 60_000, sources: ['courier'] },
  })),
  counts: new Map([[urlOf('a2'), { views: 3, comments: 1, shares: 0 }]]),
}

const entryOf = (id: string, place: number) =>
  JSON.stringify({
    ...{ rank: place + 1, id, title: `Title of ${id}`, url: urlOf(id) },
    ...{ publishedAt: new Date(AT - place * 60_000).toISOString(), story: { id: `s${id}` } },
  })

/** All as it should be, written by hand after the contract. */
const aWorld = async () => {
  const prefix = `c${randomUUID().slice(0, 8)}`
  prefixes.push(prefix)
  const key = {
    article: (id: string) => `${prefix}:article:${id}`,
    story: (id: string) => `${prefix}:story:${id}`,
    list: (name: string) => `${prefix}:list:${name}`,
    meta: (name: string) => `{${prefix}:list:${name}}:meta`,
    bull: (name: string) => `{${prefix}:bull}:${name}`,
    ...{ updates: `${prefix}:updates`, events: `${prefix}:events` },
  }
  await redis.set(`${prefix}:sections`, JSON.stringify({ version: 1, sections: [{ id: 'world' }] }))
  for (const [place, id] of ids.entries()) {
    const counts = id === 'a2' ? { views: 3, comments: 1, shares: 0 } : { views: 0, comments: 0, shares: 0 }
    await redis.hset(key.article(id), {
      ...{ id, url: urlOf(id), title: `Title of ${id}`, sources: '["courier"]', story: `s${id}`, ...counts },
      publishedAt: new Date(AT - place * 60_000).toISOString(),
    })
    await redis.hset(key.story(`s${id}`), { id: `s${id}`, lead: id, articles: `["${id}"]`, sections: '["world"]' })
  }
  for (const name of ['latest', 'latest:world']) {
    await redis.rpush(key.list(name), ...ids.map(entryOf))
    await redis.hset(key.meta(name), { version: 2, count: ids.length })
    for (const version of [1, 2]) await redis.xadd(key.updates, '*', 'list', name, 'version', version, 'at', 'now')
  }
  await redis.xgroup('CREATE', key.events, 'counter', '0', 'MKSTREAM')
  await redis.xadd(key.events, '*', 'kind', 'view')
  const [[, [[entry = ''] = []] = []] = []] = (await redis.xreadgroup(
    ...(['GROUP', 'counter', 'one', 'STREAMS', key.events, '>'] as const),
  )) as [string, [string, string[]][]][]
  await redis.xack(key.events, 'counter', entry)
  const found = async () =>
    (await check({ redis, prefix, truth, size: 100 })).map(({ what, detail }) => `${what}: ${detail}`)
  return { key, found }
}

type World = Awaited<ReturnType<typeof aWorld>>

/** Makes the first story older news than the second by its time of publication, and news again later. */
const makeNewsAgain = async ({ key }: World, isListed: boolean): Promise<void> => {
  const [first = '', second = ''] = ids
  const newsAt = new Date(AT + 60_000).toISOString()
  await redis.hset(key.story(`s${second}`), { newsAt })
  const again = JSON.stringify({ ...(JSON.parse(entryOf(second, 0)) as object), newsAt })
  const order = isListed ? [again, entryOf(first, 1)] : [entryOf(first, 0), again]
  for (const name of ['latest', 'latest:world'])
    for (const [place, entry] of order.entries())
      await redis.lset(key.list(name), place, JSON.stringify({ ...(JSON.parse(entry) as object), rank: place + 1 }))
}

it('latest is checked by when stories were last news, not by when their leads were published', async () => {
  const right = await aWorld()
  await makeNewsAgain(right, true)
  const wrong = await aWorld()
  await makeNewsAgain(wrong, false)
  expect(await wrong.found()).toContain('order wrong: latest: entry 2 is newer than the one before it')
  // Entries of this world stand where their places say, with the time of that place.
  expect((await right.found()).filter(each => /order wrong|not up to date: latest: entry 1/.test(each))).toEqual([])
})

const planted: readonly (readonly [what: string, plant: (world: World) => Promise<unknown>])[] = [
  ['article lost: https://courier.example/a1', ({ key }) => redis.del(key.article('a1'))],
  [
    'article twice: https://courier.example/a1: ',
    async ({ key }) => redis.hset(key.article('b1'), { ...(await redis.hgetall(key.article('a1'))), id: 'b1' }),
  ],
  [
    'article invented: https://nowhere.example/',
    async ({ key }) =>
      redis.hset(key.article('b1'), {
        ...(await redis.hgetall(key.article('a1'))),
        ...{ id: 'b1', url: 'https://nowhere.example/' },
      }),
  ],
  [
    'article wrong: https://courier.example/a1: its title is "Old"',
    ({ key }) => redis.hset(key.article('a1'), 'title', 'Old'),
  ],
  [
    'article wrong: https://courier.example/a1: its sources are courier herald',
    ({ key }) => redis.hset(key.article('a1'), 'sources', '["courier","herald"]'),
  ],
  [
    'article wrong: https://courier.example/a1: published 2026-05-04T12:00:00.000Z',
    ({ key }) => redis.hset(key.article('a1'), 'publishedAt', '2026-05-04T12:00:00.000Z'),
  ],
  ['story broken: article a1 is of story sa1, which is not there', ({ key }) => redis.del(key.story('sa1'))],
  [
    'story broken: article a1 is of story sa1, and stands in sa1, sa2',
    ({ key }) => redis.hset(key.story('sa2'), 'articles', '["a2","a1"]'),
  ],
  ['story broken: story sa1 is led by a2', ({ key }) => redis.hset(key.story('sa1'), 'lead', 'a2')],
  ['event lost: https://courier.example/a2: 2 views, not 3', ({ key }) => redis.hset(key.article('a2'), 'views', 2)],
  [
    'event doubled: https://courier.example/a2: 2 comments, not 1',
    ({ key }) => redis.hset(key.article('a2'), 'comments', 2),
  ],
  [
    'event doubled: https://courier.example/a1: 1 shares, not 0',
    ({ key }) => redis.hset(key.article('a1'), 'shares', 1),
  ],
  [
    'events waiting: 1 read and not counted',
    async ({ key }) => {
      await redis.xadd(key.events, '*', 'kind', 'view')
      await redis.xreadgroup('GROUP', 'counter', 'one', 'STREAMS', key.events, '>')
    },
  ],
  ['events waiting: read up to', ({ key }) => redis.xadd(key.events, '*', 'kind', 'view')],
  ['entry unreadable: latest: entry 2', ({ key }) => redis.lset(key.list('latest'), 1, '{"rank":2,')],
  ['ranks wrong: latest: entry 2 says it is 1', ({ key }) => redis.lset(key.list('latest'), 1, entryOf('a2', 0))],
  ['entry twice: latest: a3', ({ key }) => redis.lset(key.list('latest'), 1, entryOf('a3', 1))],
  [
    'story twice: latest: sa3',
    ({ key }) => redis.lset(key.list('latest'), 1, entryOf('a2', 1).replace('"sa2"', '"sa3"')),
  ],
  [
    'order wrong: latest: entry 3 is newer',
    async ({ key }) => redis.lset(key.list('latest'), 2, entryOf('a1', 2).replace('11:58', '12:30')),
  ],
  ['list half written: latest: 2 entries, and its meta counts 3', ({ key }) => redis.rpop(key.list('latest'))],
  [
    'list not up to date: latest:world: 0 entries, not 3',
    ({ key }) => redis.del(key.list('latest:world'), key.meta('latest:world')),
  ],
  [
    'list not up to date: latest:world: b9 leads no story of it',
    ({ key }) => redis.lset(key.list('latest:world'), 0, entryOf('b9', 0)),
  ],
  [
    'list not up to date: latest: entry 1 is of 2026-05-04T11:58',
    ({ key }) => redis.lset(key.list('latest'), 0, entryOf('a1', 0)),
  ],
  ['update untold: latest: version 3, told up to 2', ({ key }) => redis.hset(key.meta('latest'), 'version', 3)],
  ['job stuck: 1 batches of articles wait', ({ key }) => redis.lpush(key.bull('articles:wait'), '1')],
  [
    'job stuck: 1 batches of articles wait, 1 of them put off',
    ({ key }) => redis.zadd(key.bull('articles:delayed'), 1, '1'),
  ],
  [
    'job stuck: crawl 7 for 60 s',
    async ({ key }) => {
      await redis.lpush(key.bull('crawl:active'), '7')
      await redis.hset(key.bull('crawl:7'), 'timestamp', Date.now() - 60_000)
    },
  ],
  [
    'job stuck: crawl 8 is put off for 86400 s',
    ({ key }) => redis.zadd(key.bull('crawl:delayed'), (Date.now() + 86_400_000) * 0x1000, '8'),
  ],
]

describe('the checker of the fault run', () => {
  it('the checker of the fault run has nothing to say where all is as it should be', async () => {
    const world = await aWorld()
    expect(await world.found()).toEqual([])
  })

  it.each(planted)('the checker of the fault run tells %s', async (what, plant) => {
    const world = await aWorld()
    await plant(world)
    expect((await world.found()).filter(found => found.startsWith(what))).toHaveLength(1)
  })

  it('the checker of the fault run tells a list that was emptied, and one whose version fell, unless its Redis may have lost what it wrote last', () => {
    const memory = createMemory()
    const look = (version: number, entries: string[]) => ({ name: 'latest', entries, meta: { version: `${version}` } })
    expect(memory.check(look(4, ['x']))).toEqual([])
    expect(memory.check(look(3, ['x'])).map(({ what }) => what)).toEqual(['version fell'])
    expect(memory.check(look(5, [])).map(({ what }) => what)).toEqual(['list emptied'])
    memory.forget()
    expect(memory.check(look(1, []))).toEqual([])
  })

  it('the checker of the fault run tells of any list what is wrong with it by itself, whichever it ranks by', () => {
    const entries = [entryOf('a1', 0), entryOf('a1', 1)]
    const seen = { name: 'most-read:now', entries, meta: { count: '2' } }
    expect(checkSeen(seen).map(({ what }) => what)).toEqual(['entry twice', 'story twice'])
  })
})
