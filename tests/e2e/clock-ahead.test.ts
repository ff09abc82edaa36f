import { expect, it } from 'vitest'
import { testDaemon } from '../support/daemon.ts'
import { rss, serve } from '../support/http.ts'
import { aMovedRedis, canMoveClock } from '../support/moved-redis.ts'
import { until } from '../support/until.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

const published = new Date(Date.now() - HOUR)
let edition = 1
/** Without a date: it is dated when it is first seen. */
let undated: { title: string; published: null }[] = []
const server = await serve((_, response) =>
  response
    .writeHead(200, { 'content-type': 'application/rss+xml' })
    .end(
      rss([
        ...undated,
        ...Array.from({ length: edition }, (_, n) => ({ title: `Chapter ${n + 1} of the saga`, published })),
      ]),
    ),
)

it.skipIf(!canMoveClock)(
  'a clock of Redis that was a day ahead for a while stops neither crawling nor counting once it is corrected',
  { timeout: 300_000 },
  async () => {
    const moved = await aMovedRedis()
    const ids = ['a', 'b', 'c', 'd']
    const desk = testDaemon({
      // Of one domain, so that they wait for their turns; with long intervals, so that nothing but the mending brings them back.
      sources: ids.map(id => ({ id, name: id, url: `${server.url}/${id}`, section: 'world' as const })),
      settings: { crawl: { minInterval: '1s', maxInterval: '2s', hostGap: '100ms' } },
      address: moved.address,
    })
    await desk.start()
    const polls = (id: string) => server.requests.filter(({ path }) => path === `/${id}`).length
    const crawlingGoesOn = async (): Promise<void> => {
      const before = ids.map(polls)
      await until(
        () => ids.map((id, index) => polls(id) - (before[index] ?? 0)),
        more => more.every(count => count >= 2),
        { timeout: 60_000 },
      )
    }
    await until(
      () => desk.list('latest'),
      entries => entries.length === 1,
    )
    await crawlingGoesOn()
    const [entry] = await desk.list('latest')
    const article = entry?.id ?? ''
    const { redis, keys } = desk
    const view = (visitor: string) =>
      redis.xadd(keys.events(), '*', 'kind', 'view', 'article', article, 'visitor', visitor)
    const inHour = async () => Number((await redis.zscore(keys.eventWindow('view', 'hour'), article)) ?? 0)
    for (const visitor of ['one', 'two', 'three', 'four', 'five']) await view(visitor)
    await until(inHour, count => count === 5)

    await moved.setAhead(DAY)
    await crawlingGoesOn()
    await view('six')
    // Until it is counted by the clock that is ahead.
    await until(
      () => redis.hget(keys.eventTotals('view'), article),
      total => total === '6',
    )
    // One, or none where the daemon had not heard yet that the clock is ahead, and counted it by the time before.
    await until(inHour, count => count <= 1)
    undated = [{ title: 'Glacier calves without a date', published: null }]
    await until(
      () => desk.list('latest'),
      entries => entries.length === 2,
    )

    await moved.setAhead(0)
    await crawlingGoesOn()
    // What was read before, meanwhile and since, all of it within the hour.
    await until(inHour, count => count === 6, { timeout: 120_000 })
    await view('seven')
    await until(inHour, count => count === 7)
    const now = Date.now()
    for (const index of await redis.zrange(`{${keys.events()}}:index:view:hour`, 0, '-1'))
      expect(Number(index) * 60_000).toBeLessThan(now + 2 * 60_000)
    edition = 2
    await until(
      () => desk.list('latest'),
      entries =>
        entries.length === 3 && entries.every(each => Date.parse(String(each.publishedAt)) <= Date.now() + 5_000),
    )
    const nows = (await desk.list('most-read:now')) as unknown as { counts: Record<string, number> }[]
    expect(nows.length).toBeGreaterThan(0)
    const weight = Number(await redis.zscore(keys.eventWindow('view', 'now'), article))
    // As e^weight: seven reads of today, not one of tomorrow.
    expect(weight).toBeLessThan((Math.LN2 * (now + HOUR - Date.UTC(2026, 0, 1))) / HOUR + Math.log(8))
  },
)
