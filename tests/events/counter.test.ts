import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createCopying } from '../../src/events/copy-counts.ts'
import { GROUP } from '../../src/events/counting.ts'
import { loadScript, runScript } from '../../src/redis/script.ts'
import { NOON } from '../support/articles.ts'
import { runFaults } from '../support/counter-faults/run.ts'
import { type EventDesk, testCounters, view } from '../support/events.ts'
import { until } from '../support/until.ts'

const { redis, connect, aCounter, A, B } = testCounters()
const running: { stop: () => Promise<void> }[] = []
afterAll(() => Promise.all(running.map(({ stop }) => stop())))

/** A counter at work, with a blocking connection of its own. */
const atWork = async (desk: EventDesk, consumer: string) => {
  // Totals of articles that are gone are swept away.
  await Promise.all([A, B].map(id => redis.hset(desk.keys.article(id), 'id', id)))
  const blocking = connect()
  const ending = new AbortController()
  const done = desk.counter(consumer, blocking).run(ending.signal)
  const stop = async () => {
    ending.abort()
    await done
    blocking.disconnect()
  }
  running.push({ stop })
  return { stop }
}

const consumers = async (desk: EventDesk): Promise<string[]> =>
  ((await redis.xinfo('CONSUMERS', desk.keys.events(), GROUP)) as unknown[][]).map(flat => String(flat[1])).sort()

describe('a counter', () => {
  it('a counter of events counts new ones, updates articles, and finishes its current batch when stopped', async () => {
    const desk = aCounter()
    await redis.hset(desk.keys.article(A), 'id', A)
    const { stop } = await atWork(desk, 'one')
    await desk.add(NOON, [view(A, 'x'), view(A, 'y')])
    await until(
      () => redis.hget(desk.keys.article(A), 'views'),
      views => views === '2',
    )
    await desk.add(NOON, [view(A, 'z')])
    await stop()
    const pending = (await redis.xpending(desk.keys.events(), GROUP)) as [number]
    expect(pending[0]).toBe(0)
  })

  it('a counter of events takes over the entries of a dead one exactly once, however many counters do', async () => {
    const desk = aCounter({ claimAfter: '0ms' })
    await desk.deliver(NOON, [view(A, 'x'), view(A, 'y')], 'dead')
    for (const name of ['one', 'two', 'three']) await atWork(desk, name)
    await until(
      () => desk.totals('view'),
      totals => totals[A] === 2,
    )
    await desk.add(NOON, [view(B, 'x')])
    await until(
      () => desk.totals('view'),
      totals => totals[B] === 1,
    )
    expect(await desk.totals('view')).toEqual({ [A]: 2, [B]: 1 })
  })

  it('a counter of events advances the time windows while no events arrive', async () => {
    const desk = aCounter()
    await desk.counter().countEntries(await desk.deliver(NOON, [view(A, 'x')]))
    desk.clock.now += 2 * 3_600_000
    await atWork(desk, 'one')
    expect(
      await until(
        () => desk.tops('view', 'hour', 5),
        tops => tops.length === 0,
      ),
    ).toEqual([])
    expect(await desk.tops('view', 'day', 5)).toEqual([{ article: A, count: 1 }])
  })

  it('a counter of events starts again if its stream was deleted', async () => {
    const desk = aCounter()
    await atWork(desk, 'one')
    await desk.add(NOON, [view(A, 'x')])
    await until(
      () => desk.totals('view'),
      totals => totals[A] === 1,
    )
    await redis.del(desk.keys.events())
    await desk.add(NOON, [view(B, 'x')])
    expect(
      await until(
        () => desk.totals('view'),
        totals => totals[B] === 1,
      ),
    ).toEqual({ [A]: 1, [B]: 1 })
  })
})

describe('counts written to articles', () => {
  const told = (desk: EventDesk) => redis.hgetall(desk.keys.article(A))

  it('counts are written to articles though the counter died after counting', async () => {
    const desk = aCounter()
    await redis.hset(desk.keys.article(A), 'id', A)
    const counting = desk.counter('dies')
    await counting.countEntries(await desk.deliver(NOON, [view(A, 'x')]))
    // As a call that counts leaves it, with nobody there to tell.
    await redis.hset(desk.keys.article(A), 'views', '0')
    await redis.hset(desk.keys.eventState('dirty'), A, '1')
    expect(await createCopying(desk.parts).copy()).toBe(1)
    expect(await told(desk)).toMatchObject({ views: '1' })
    expect(await redis.exists(desk.keys.eventState('dirty'))).toBe(0)
  })

  it('counts written to articles do not overwrite later ones', async () => {
    const desk = aCounter()
    const script = loadScript(new URL('../../src/events/copy-counts.lua', import.meta.url))
    await redis.hset(desk.keys.article(A), 'id', A)
    const tell = (version: number, views: number) =>
      runScript(redis, script, [desk.keys.article(A)], [version, 'views', views])
    expect(await tell(10, 7)).toBe(1)
    expect(await tell(9, 5)).toBe(0)
    expect(await tell(11, 6)).toBe(1)
    expect(await told(desk)).toMatchObject({ views: '6' })
  })

  it('counts written to articles do not recreate expired ones, whose totals are deleted', async () => {
    const desk = aCounter()
    await redis.hset(desk.keys.article(B), 'id', B)
    await desk.counter().countEntries(await desk.deliver(NOON, [view(A, 'x'), view(B, 'x')]))
    const copying = createCopying(desk.parts)
    while (!(await copying.sweep()));
    expect(await redis.exists(desk.keys.article(A))).toBe(0)
    expect(await desk.totals('view')).toEqual({ [B]: 1 })
  })
})

describe('the stream', () => {
  const trim = (desk: EventDesk, before: number, most: number) =>
    runScript(
      redis,
      loadScript(new URL('../../src/events/trim.lua', import.meta.url)),
      [desk.keys.events()],
      [GROUP, before, most],
    )
  const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => view(A, `v${from + index}`))

  it('the stream of events loses no entry that is not counted yet, whatever the limits', async () => {
    const desk = aCounter()
    await desk.deliver(NOON, many(400), 'slow')
    await desk.add(NOON + 60_000, many(400, 400))
    await trim(desk, NOON + 3_600_000, 10)
    expect(await redis.xlen(desk.keys.events())).toBe(800)
  })

  it('the stream of events holds counted ones for a while, and fewer where there are too many', async () => {
    const desk = aCounter()
    for (let minute = 0; minute < 10; minute += 1)
      await desk.counter().countEntries(await desk.deliver(NOON + minute * 60_000, many(200, minute * 200)))
    await trim(desk, NOON + 4 * 60_000, 100_000)
    const kept = await redis.xlen(desk.keys.events())
    expect(kept).toBeGreaterThanOrEqual(1_200)
    expect(kept).toBeLessThan(1_400)
    await trim(desk, 0, 500)
    expect(await redis.xlen(desk.keys.events())).toBeLessThan(800)
  })

  it('the stream of events drops consumers that are long gone, except those that still hold events', async () => {
    const desk = aCounter()
    await desk.counter('gone').countEntries(await desk.deliver(NOON, many(1), 'gone'))
    await desk.deliver(NOON, many(1, 1), 'holding')
    const script = loadScript(new URL('../../src/events/retire.lua', import.meta.url))
    await until(
      () => runScript(redis, script, [desk.keys.events()], [GROUP, 1]),
      gone => String(gone) === 'gone',
    )
    expect(await consumers(desk)).toEqual(['holding'])
  })
})

describe('counters killed under load, and Redis restarted', () => {
  it('counters that are killed under load while Redis restarts end with correct counts', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'newsdesk-faults-'))
    try {
      const report = await runFaults({ kills: 4, restarts: 1, dir, say: () => undefined })
      expect(report.wrong).toEqual([])
      expect(report).toMatchObject({ kills: 4, restarts: 1 })
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }, 240_000)
})
