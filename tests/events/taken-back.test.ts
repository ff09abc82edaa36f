import { describe, expect, it } from 'vitest'
import { createReplay } from '../../src/events/replay.ts'
import { NOON } from '../support/articles.ts'
import { testCounters, view } from '../support/events.ts'

const { redis, aCounter, A, B } = testCounters()
const HOUR = 3_600_000
const event = (kind: string, more: Record<string, string> = {}) => ({ kind, article: A, ...more })
const at = (ms: number) => ({ at: String(ms) })
type Desk = ReturnType<typeof aCounter>

const windows = async ({ keys }: Desk, kind = 'comment') =>
  Object.fromEntries(
    await Promise.all(
      (['hour', 'day', 'week'] as const).map(async window => [
        window,
        Number((await redis.zscore(keys.eventWindow(kind, window), A)) ?? 0),
      ]),
    ),
  )

describe('a comment or a share that is taken back', () => {
  it('is taken from the total, the windows and the article, from the bucket of its time', async () => {
    const desk = aCounter()
    const counter = desk.counter()
    await redis.hset(desk.keys.article(A), 'id', A)
    const old = at(NOON - 5 * HOUR)
    await counter.countEntries(
      await desk.deliver(NOON, [event('comment'), event('comment'), event('comment', old), event('share')]),
    )
    expect(await windows(desk)).toEqual({ hour: 2, day: 3, week: 3 })
    await counter.countEntries(await desk.deliver(NOON, [event('uncomment', old), event('unshare')]))
    expect(await windows(desk)).toEqual({ hour: 2, day: 2, week: 2 })
    expect(await windows(desk, 'share')).toEqual({ hour: 0, day: 0, week: 0 })
    expect(await redis.hmget(desk.keys.article(A), 'comments', 'shares')).toEqual(['2', '0'])
    expect(await desk.tops('share', 'now', 10)).toEqual([])
    expect((await desk.tops('comment', 'now', 10))[0]?.count).toBeCloseTo(2, 5)
    // The bucket is empty, and its window moves on as ever.
    desk.clock.now += 26 * HOUR
    await counter.countEntries(await desk.deliver(desk.clock.now, [view(B, 'x')]))
    expect(await windows(desk)).toEqual({ hour: 0, day: 0, week: 2 })
  })

  it('never takes more than there is, in whichever order they come', async () => {
    const desk = aCounter()
    const counter = desk.counter()
    await counter.countEntries(await desk.deliver(NOON, [event('uncomment'), event('comment'), event('comment')]))
    expect([await desk.totals('comment'), (await windows(desk)).week]).toEqual([{ [A]: 2 }, 2])
    const five = Array.from({ length: 5 }, () => event('uncomment'))
    await counter.countEntries(await desk.deliver(NOON, [...five, event('comment'), event('uncomment')]))
    expect([await desk.totals('comment'), (await windows(desk)).week]).toEqual([{ [A]: 0 }, 0])
    // Of an hour in which nothing was counted, the windows have nothing to lose.
    await counter.countEntries(
      await desk.deliver(NOON, [event('comment'), event('comment'), event('uncomment', at(NOON - 9 * HOUR))]),
    )
    expect([await desk.totals('comment'), await windows(desk)]).toEqual([{ [A]: 1 }, { hour: 2, day: 2, week: 2 }])
  })

  it('is counted once by its id and limited like what it takes back, and a replay counts the same', async () => {
    const desk = aCounter({ perNetwork: 3 })
    const counter = desk.counter()
    const from = { network: 'n' }
    const comments = Array.from({ length: 5 }, (_, n) => event('comment', { id: `c${n}` }))
    const undo = event('uncomment', { id: 'u1' })
    await counter.countEntries(await desk.deliver(NOON, [...comments, undo, undo]))
    await counter.countEntries(
      await desk.deliver(
        NOON,
        [1, 2, 3, 4].map(() => event('uncomment', from)),
      ),
    )
    const stands = [await desk.totals('comment'), await windows(desk)]
    expect(stands).toEqual([{ [A]: 1 }, { hour: 1, day: 1, week: 1 }])
    expect(await desk.refused()).toEqual({ replayed: 1, crowded: 1 })
    await createReplay({ ...desk.parts, onProgress: () => undefined }).run({ from: NOON - HOUR, totals: true })
    expect([await desk.totals('comment'), await windows(desk)]).toEqual(stands)
  })
})

describe("a total of the site's own counter", () => {
  it('replaces the total, however often it is sent, and enters no window, nor what is read now', async () => {
    const desk = aCounter({ perMinute: 2, perNetwork: 1 })
    const counter = desk.counter()
    await redis.hset(desk.keys.article(A), 'id', A)
    const total = event('comment', { count: '40', visitor: 'x', network: 'n', ...at(NOON - HOUR) })
    await counter.countEntries(await desk.deliver(NOON, [event('comment'), total, total, total, total]))
    expect(await desk.totals('comment')).toEqual({ [A]: 40 })
    expect(await windows(desk)).toEqual({ hour: 1, day: 1, week: 1 })
    expect((await desk.tops('comment', 'now', 10))[0]?.count).toBeCloseTo(1, 5)
    await counter.countEntries(await desk.deliver(NOON, [event('comment'), event('uncomment'), event('comment')]))
    expect(await redis.hget(desk.keys.article(A), 'comments')).toBe('41')
    await counter.countEntries(await desk.deliver(NOON, [event('view', { count: '7', seconds: '30' })]))
    expect([await desk.totals('view'), await desk.totals('seconds')]).toEqual([{ [A]: 7 }, {}])
    expect(await desk.refused()).toEqual({})
  })

  it('that is older than the one that stands is refused, and so is one that is no number', async () => {
    const desk = aCounter()
    const counter = desk.counter()
    const totals = [
      event('share', { count: '9', ...at(NOON - 1_000) }),
      event('share', { count: '5', ...at(NOON - 2_000) }),
      event('share', { count: '0', ...at(NOON - 1_000) }),
      ...['-1', '1.5', 'many'].map(count => event('share', { count })),
      event('unshare', { count: '3' }),
    ]
    await counter.countEntries(await desk.deliver(NOON, totals))
    expect(await desk.totals('share')).toEqual({ [A]: 0 })
    await counter.countEntries(await desk.deliver(NOON, [event('share', { count: '8', ...at(NOON - 1_500) })]))
    expect(await desk.totals('share')).toEqual({ [A]: 0 })
    expect(await desk.refused()).toEqual({ superseded: 2, malformed: 4 })
  })
})
