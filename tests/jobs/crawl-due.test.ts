import { Worker } from 'bullmq'
import { describe, expect, it } from 'vitest'
import { createCrawlDue } from '../../jobs/crawl-due.ts'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { Source, type SourceId } from '../../src/domain/source.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { keysFor } from '../../src/redis/keys.ts'
import type { NetworkMode } from '../../src/sources/polling/outage.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys, connect } = testRedis()
const TICK = 5_000
let run = 0

/** As many sources, all due, and the queue they go into. Each pause of the tick is 250 ms by a clock moved by hand. */
const due = async (count: number, meanwhile: (tick: { queued: () => Promise<string[]> }) => Promise<unknown>) => {
  const own = keysFor(`${keys.prefix}-${run++}`)
  const catalogue = Array.from({ length: count }, (_, n) =>
    Source.parse({ id: `s${n}`, name: `s${n}`, url: `https://s${n}.example/rss`, section: 'world' }),
  )
  const clock = { now: NOON, pauses: 0, mode: 'up' as NetworkMode }
  const stopping = new AbortController()
  const sources = createSources({
    redis,
    keys: own,
    catalogue: () => catalogue,
    settings: () => CrawlSettings.parse({}),
    now: () => clock.now,
  })
  await sources.sync()
  // One after another, the first longest due.
  await redis.zadd(own.due(), ...catalogue.flatMap(({ id }, n) => [String(NOON - 1_000_000 + n), id]))
  const bull = connect()
  const queues = openQueues(bull, own)
  const queued = async () => (await queues.crawl.getWaiting(0, -1)).map(({ name }) => name)
  const queueDue = createCrawlDue({
    queues,
    sources,
    network: { state: async () => ({ mode: clock.mode, since: clock.now }) },
    now: () => clock.now,
    pause: async ms => {
      clock.pauses += 1
      clock.now += ms
      await meanwhile({ queued })
    },
  })
  return {
    clock,
    stopping,
    sources,
    queues,
    queued,
    worker: { connection: bull, prefix: own.bull(), autorun: false },
    tick: () => queueDue(TICK, stopping.signal),
    close: async () => {
      await Promise.all(Object.values(queues).map(queue => queue.close()))
      bull.disconnect()
    },
  }
}
const ids = (...names: string[]) => names as SourceId[]

describe('the tick that queues due sources', () => {
  it('the tick queues all due sources while the queue has room', async () => {
    const desk = await due(30, async () => undefined)
    expect(await desk.tick()).toBe(30)
    expect((await desk.queued()).sort()).toEqual(Array.from({ length: 30 }, (_, n) => `s${n}`).sort())
    expect(desk.clock.pauses).toBe(0)
    await desk.close()
  })

  it('the tick queues a source again within seconds if its crawl was dropped for one that was just ending', async () => {
    const desk = await due(1, async () => undefined)
    const [ending, other] = [new Worker('crawl', null, desk.worker), 'token']
    expect(await desk.tick()).toBe(1)
    // The crawl runs, schedules its source, and has not ended when the source falls due again.
    const job = await ending.getNextJob(other)
    desk.clock.now += 400_000
    await desk.tick()
    expect(await desk.queued()).toEqual([])
    await job?.moveToCompleted(null, other, false)
    desk.clock.now += 11_000
    await desk.tick()
    expect(await desk.queued()).toEqual(['s0'])
    await ending.close()
    await desk.close()
  })

  it('the tick keeps the crawl queue short while no worker takes from it, and ends before the next tick', async () => {
    const desk = await due(1_500, async () => undefined)
    expect(await desk.tick()).toBe(1_000)
    expect(desk.clock.now - NOON).toBeLessThan(TICK)
    expect(new Set(await desk.queued())).toEqual(new Set(Array.from({ length: 1_000 }, (_, n) => `s${n}`)))
    expect(await desk.tick()).toBe(0)
    await desk.close()
  })

  it('the tick refills the crawl queue as workers take from it, until every due source was queued once, longest due first', async () => {
    const taken: string[] = []
    const desk = await due(3_500, async ({ queued }) => {
      taken.push(...(await queued()))
      await desk.queues.crawl.drain()
    })
    expect(await desk.tick()).toBe(3_500)
    taken.push(...(await desk.queued()))
    expect(new Set(taken).size).toBe(3_500)
    expect(taken).toHaveLength(3_500)
    // A page at a time: within one, the order is the queue's.
    const pages = [taken.slice(0, 1_000), taken.slice(1_000, 3_000), taken.slice(3_000)]
    for (const [page, from] of [0, 1_000, 3_000].entries())
      expect(Math.min(...(pages[page] ?? []).map(name => Number(name.slice(1))))).toBe(from)
    await desk.close()
  })

  it('the tick queues failed sources behind the others, but lets a few ahead while more are due than can be fetched', async () => {
    const desk = await due(1_200, async () => undefined)
    const failed = Array.from({ length: 40 }, (_, n) => `s${n * 3}`)
    for (const id of ids(...failed)) await desk.sources.failed(id, { reason: 'timeout', detail: 'no headers' })
    await redis.zadd(
      keysFor(`${keys.prefix}-${run - 1}`).due(),
      ...failed.flatMap((id, n) => [String(NOON - 2_000_000 + n), id]),
    )
    await desk.tick()
    const behind = (await desk.queues.crawl.getPrioritized()).map(({ name }) => name)
    const ahead = (await desk.queued()).filter(name => failed.includes(name))
    expect([...behind, ...ahead].sort()).toEqual([...failed].sort())
    expect(ahead).toEqual(failed.slice(0, 21))
    await desk.close()
  })

  it('the tick queues only a probe while our own network is down', async () => {
    const desk = await due(30, async () => undefined)
    desk.clock.mode = 'down'
    expect(await desk.tick()).toBe(1)
    await desk.close()
  })

  it('the tick ends at once when the schedule stops', async () => {
    const desk = await due(1_200, async () => desk.stopping.abort())
    expect(await desk.tick()).toBe(1_000)
    expect(desk.clock.pauses).toBe(1)
    await desk.close()
  })
})
