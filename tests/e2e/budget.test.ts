import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { openQueues } from '../../src/queues/open-queues.ts'
import { addScheduledCrawls } from '../../src/queues/queues.ts'
import { testDaemon } from '../support/daemon.ts'
import { rss, serve } from '../support/http.ts'
import { until } from '../support/until.ts'

/**
 * Commands sent to Redis, by whatever they are sent for: counts, since those are the same on every machine. What a budget is for is told in
 * docs/performance.md; who goes over one has added a round trip to every article, poll or list there will ever be.
 */
const BUDGET = { article: 10, poll: 9 } as const

let commands = 0
/** What the test itself asks, to see how far things are, is not counted. */
let observer: Redis | null = null
const { sendCommand } = Redis.prototype
Redis.prototype.sendCommand = function (this: Redis, ...args) {
  if (this !== observer) commands += 1
  return sendCommand.apply(this, args)
}
afterAll(() => {
  Redis.prototype.sendCommand = sendCommand
})

const FEEDS = 10
const ITEMS = 30
const ids = Array.from({ length: FEEDS }, (_, feed) => `paper-${feed}`)

/** Ten papers that say whether they changed, each article of its own words. */
const papers = async () => {
  const bodies = ids.map(id =>
    rss(
      Array.from({ length: ITEMS }, (_, item) => ({
        title: `${id} tells of ${createHash('sha256').update(`${id} ${item}`).digest('hex').match(/.{6}/g)?.join(' ')}`,
        path: `/${id}/${item}`,
      })),
    ),
  )
  return serve((request, response) => {
    const feed = Number(/\d+$/.exec(request.url ?? '')?.[0])
    const etag = `"${feed}"`
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else response.writeHead(200, { etag, 'content-type': 'application/rss+xml' }).end(bodies[feed])
  })
}

describe('commands sent to Redis', () => {
  it('commands sent to Redis stay within their budgets for each ingested article and each poll without news', async () => {
    const { url } = await papers()
    const desk = testDaemon({
      sources: ids.map((id, feed) => ({ id, name: id, url: `${url}/${feed}`, section: 'world' })),
      settings: { crawl: { hostConcurrency: 10 } },
    })
    observer = desk.redis.duplicate({ maxRetriesPerRequest: null })
    const queues = openQueues(observer, desk.keys)
    await desk.start(['crawl', 'articles'])

    const spent = async (completed: Readonly<Partial<Record<'crawl' | 'articles', number>>>): Promise<number> => {
      const before = commands
      await addScheduledCrawls(
        queues,
        desk.config.sources.map(({ id }) => id),
      )
      for (const [queue, count] of Object.entries(completed) as ['crawl' | 'articles', number][])
        await until(
          () => queues[queue].getJobCounts('completed'),
          ({ completed = 0 }) => completed >= count,
        )
      return commands - before
    }

    const cold = await spent({ crawl: FEEDS, articles: FEEDS })
    expect(await desk.redis.xlen(desk.keys.storyLog())).toBe(FEEDS * ITEMS)
    expect(cold / (FEEDS * ITEMS)).toBeLessThanOrEqual(BUDGET.article)

    const polls = await spent({ crawl: 2 * FEEDS })
    expect(polls / FEEDS).toBeLessThanOrEqual(BUDGET.poll)
    await Promise.all(Object.values(queues).map(queue => queue.close()))
    observer.disconnect()
  })
})
