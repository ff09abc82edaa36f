import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startSchedule } from '../../jobs/scheduler.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
const log = pino({ level: 'silent' })
const zoneBefore = process.env.TZ
let started = 0

/** In a zone, at a time, with the clock and the timers faked: node-cron ticks against the run's Redis. */
const ticking = async (zone: string, at: number, every: readonly number[]) => {
  process.env.TZ = zone
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'], now: at })
  const own = keysFor(`${keys.prefix}-${started++}`)
  const counts = every.map(() => 0)
  const stop = startSchedule(
    every.map((span, place) => ({
      name: `every-${span}`,
      every: span,
      run: async () => {
        counts[place] = (counts[place] ?? 0) + 1
      },
    })),
    { redis, keys: own, daemonId: 'one', log },
  )
  /** One connection answers in turn: what was begun before these was answered, and what that began. */
  const settle = async () => {
    for (let times = 0; times < 8; times += 1) await redis.ping()
  }
  return {
    counts,
    /** Lets so much time pass. */
    pass: async (span: number, by = every[0] ?? span) => {
      for (let passed = 0; passed < span; passed += by) {
        vi.advanceTimersByTime(by)
        await settle()
      }
    },
    /** Sets the clock, without any time passing; what Redis remembers of moments that are long past is over by then. */
    set: async (by: number) => {
      await settle()
      vi.setSystemTime(Date.now() + by)
      const taken = await redis.keys(`${own.prefix}:tick:*`)
      if (taken.length > 0) await redis.del(taken)
    },
    stop,
  }
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  if (zoneBefore === undefined) delete process.env.TZ
  else process.env.TZ = zoneBefore
})

describe('ticks', () => {
  it.each([
    ['America/New_York', 'autumn', '2026-11-01T06:00:00Z'],
    ['America/New_York', 'spring', '2026-03-08T07:00:00Z'],
    ['Europe/Berlin', 'autumn', '2026-10-25T01:00:00Z'],
    ['Europe/Berlin', 'spring', '2026-03-29T01:00:00Z'],
    ['Australia/Lord_Howe', 'autumn', '2026-04-04T15:00:00Z'],
    ['Australia/Lord_Howe', 'spring', '2026-10-03T15:30:00Z'],
  ])('ticks run as usual when local time in %s jumps in %s', async (zone, _, jumpsAt) => {
    const hours = await ticking(zone, Date.parse(jumpsAt) - 90 * MINUTE + 500, [MINUTE, HOUR / 2])
    for (const half of [1, 2, 3, 4, 5, 6]) {
      await hours.pass(30 * MINUTE)
      expect(hours.counts).toEqual([30 * half, half])
    }
    await hours.stop()
  })

  it('ticks run as usual in a process started within the repeated hour of a clock change', async () => {
    const started = await ticking('America/New_York', Date.parse('2026-11-01T06:20:00.500Z'), [5 * SECOND, MINUTE])
    await started.pass(10 * MINUTE)
    expect(started.counts).toEqual([120, 10])
    await started.stop()
  })

  it.each([
    ['an hour', HOUR],
    ['a day', DAY],
    ['30 days', 30 * DAY],
    ['two years', 730 * DAY],
  ])('ticks go on at once when the clock jumps ahead by %s, and missed ones are not repeated', async (_, ahead) => {
    const step = await ticking('America/New_York', Date.parse('2026-06-10T12:00:00.500Z'), [5 * SECOND, MINUTE, HOUR])
    await step.pass(MINUTE)
    expect(step.counts).toEqual([12, 1, 0])
    await step.set(ahead)
    // What node-cron does for each moment it looks at, it does by this.
    const work = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts')
    await step.pass(5 * SECOND)
    expect(step.counts).toEqual([expect.toSatisfy(count => count === 13 || count === 14), 2, 1])
    expect(work.mock.calls.length).toBeLessThan(100)
    const [before = 0, minutes = 0] = step.counts
    await step.pass(10 * MINUTE)
    expect(step.counts).toEqual([before + 120, minutes + 10, 1])
    await step.stop()
  })

  it.each([
    ['20 seconds', 20 * SECOND],
    ['an hour', HOUR],
    ['a day', DAY],
    ['30 days', 30 * DAY],
  ])('ticks go on at once when the clock is set back by %s', async (_, back) => {
    const step = await ticking('Europe/Berlin', Date.parse('2026-06-10T12:00:00.500Z'), [5 * SECOND, MINUTE])
    await step.pass(MINUTE)
    await step.set(-back)
    await step.pass(10 * MINUTE)
    expect(step.counts).toEqual([132, 11])
    await step.stop()
  })

  it('ticks are skipped while the one before still runs, and resume when it is done', async () => {
    vi.useFakeTimers({
      toFake: ['Date', 'setTimeout', 'clearTimeout'],
      now: Date.parse('2026-06-10T12:00:00.500Z'),
    })
    let began = 0
    const held: (() => void)[] = []
    const stop = startSchedule(
      [
        {
          name: 'slow',
          every: 5 * SECOND,
          run: () => {
            began += 1
            return new Promise<void>(done => held.push(done))
          },
        },
      ],
      { redis, keys: keysFor(`${keys.prefix}-${started++}`), daemonId: 'one', log },
    )
    const pass = async (span: number) => {
      vi.advanceTimersByTime(span)
      for (let times = 0; times < 8; times += 1) await redis.ping()
    }
    await pass(5 * SECOND)
    await pass(20 * SECOND)
    expect(began).toBe(1)
    held[0]?.()
    await pass(0)
    await pass(5 * SECOND)
    expect(began).toBe(2)
    held[1]?.()
    await stop()
    await pass(HOUR)
    expect(began).toBe(2)
  })
})
