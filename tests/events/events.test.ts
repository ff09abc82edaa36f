import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventSettings } from '../../src/config/sections/events.ts'
import { articleId } from '../../src/domain/canonical-url.ts'
import { decayParts, logWeight, ROLLING, worthNow } from '../../src/domain/window.ts'
import { parseEvent } from '../../src/events/event.ts'
import { NOON } from '../support/articles.ts'
import { testCounters, view } from '../support/events.ts'

const { redis, aCounter, A, B } = testCounters()
const settings = EventSettings.parse({})
const HOUR = 3_600_000

describe('an event', () => {
  it.each([
    ['of an unknown kind', { kind: 'click', article: A }, 'unknown-kind'],
    ['without a kind', { article: A }, 'malformed'],
    ['without an article', { kind: 'view' }, 'no-article'],
    ['with an article that is neither id nor URL', { kind: 'view', article: 'the bridge' }, 'unknown-article'],
    ['of a robot', { kind: 'view', article: A, ua: 'Googlebot/2.1' }, 'bot'],
    ['with a time that is none', { kind: 'view', article: A, at: 'yesterday' }, 'malformed'],
    ['from the future', { kind: 'view', article: A, at: new Date(NOON + 3_600_000).toISOString() }, 'in-future'],
    ['long past', { kind: 'view', article: A, at: new Date(NOON - 30 * 86_400_000).toISOString() }, 'too-late'],
    ['with seconds that are none', { kind: 'view', article: A, seconds: 'long' }, 'malformed'],
    ['with more seconds than a day has', { kind: 'view', article: A, seconds: '90000' }, 'malformed'],
    ['too long', { kind: 'view', article: A, visitor: 'v'.repeat(3_000) }, 'malformed'],
  ])('an event %s is refused', (_, fields, refused) => {
    expect(parseEvent(fields as unknown as Record<string, string>, NOON, settings.maxLateness)).toMatchObject({
      refused,
    })
  })

  it('an event names its article by id or by any of its URLs', () => {
    const url = 'https://courier.example/a'
    expect(parseEvent({ kind: 'view', article: `${url}?utm_source=x` }, NOON, settings.maxLateness)).toMatchObject({
      article: articleId(url),
    })
    expect(parseEvent({ kind: 'view', article: A }, NOON, settings.maxLateness)).toMatchObject({ article: A, at: NOON })
  })
})

describe('the counting of events', () => {
  it('a batch of events is counted once, even if it is processed again after a crash', async () => {
    const desk = aCounter()
    const entries = await desk.deliver(NOON, [
      view(A, 'x'),
      view(A, 'y'),
      view(B, 'x'),
      { kind: 'share', article: A },
      view('cccccccccccccccc', 'x'),
    ])
    await desk.counter().countEntries(entries)
    // As if the first consumer had died before it could tell: another one is given the same entries.
    await desk.counter('two').countEntries(entries)
    expect(await redis.hgetall(desk.keys.eventTotals('view'))).toEqual({ [A]: '2', [B]: '1' })
    expect(await redis.hgetall(desk.keys.eventTotals('share'))).toEqual({ [A]: '1' })
    expect(await redis.hgetall(desk.keys.eventState('refused'))).toEqual({ 'unknown-article': '1' })
  })

  it('one view per visitor and article is counted within half an hour, and another one after that', async () => {
    const desk = aCounter()
    await desk.counter().countEntries(await desk.deliver(NOON, [view(A, 'x'), view(A, 'x'), view(B, 'x')]))
    desk.clock.now += 29 * 60_000
    await desk.counter().countEntries(await desk.deliver(desk.clock.now, [view(A, 'x')]))
    desk.clock.now += 2 * 60_000
    await desk.counter().countEntries(await desk.deliver(desk.clock.now, [view(A, 'x')]))
    expect(await redis.hgetall(desk.keys.eventTotals('view'))).toEqual({ [A]: '2', [B]: '1' })
  })

  it('a visitor is recognised across midnight, when the key changes', async () => {
    const desk = aCounter()
    const midnight = NOON + 12 * HOUR
    const at = async (moment: number, ...visitors: string[]) => {
      desk.clock.now = moment
      await desk.counter().countEntries(
        await desk.deliver(
          moment,
          visitors.map(visitor => view(A, visitor)),
        ),
      )
    }
    await at(midnight - 10 * 60_000, 'x')
    await at(midnight + 5 * 60_000, 'x', 'y')
    expect(await desk.totals('view')).toEqual({ [A]: 2 })
    expect(await desk.refused()).toEqual({ repeated: 1 })
    // Late, and looked for in the slot of the day after.
    await at(midnight + 20 * 60_000)
    await desk
      .counter()
      .countEntries(await desk.deliver(desk.clock.now, [view(A, 'y', { at: String(midnight - 60_000) })]))
    expect(await desk.refused()).toEqual({ repeated: 2 })
  })

  it('an event that is sent again is refused, though it is another entry, and that is said', async () => {
    const desk = aCounter()
    const events = [view(A, 'x', { id: 'e1' }), { kind: 'share', article: A, id: 'e2' }]
    await desk.counter().countEntries(await desk.deliver(NOON, [...events, ...events]))
    desk.clock.now += 50 * 60_000
    await desk.counter().countEntries(await desk.deliver(desk.clock.now, events))
    expect([await desk.totals('view'), await desk.totals('share')]).toEqual([{ [A]: 1 }, { [A]: 1 }])
    expect(await desk.refused()).toEqual({ replayed: 4 })
  })

  it('so many events of one visitor are counted in a minute, the burst is refused, and more are counted in the next', async () => {
    const desk = aCounter({ perMinute: 3 })
    const burst = Array.from({ length: 10 }, () => ({ kind: 'share', article: A, visitor: 'x' }))
    const others = Array.from({ length: 10 }, (_, index) => view(A, `other ${index}`))
    await desk.counter().countEntries(await desk.deliver(NOON, [...burst, ...others]))
    expect([await desk.totals('share'), await desk.totals('view')]).toEqual([{ [A]: 3 }, { [A]: 10 }])
    expect(await desk.refused()).toEqual({ burst: 7 })
    desk.clock.now += 60_000
    await desk.counter().countEntries(await desk.deliver(desk.clock.now, burst.slice(0, 1)))
    expect(await desk.totals('share')).toEqual({ [A]: 4 })
  })

  describe('from one network', () => {
    const crowd = (count: number, more = {}) =>
      Array.from({ length: count }, (_, index) => view(A, `reader ${index}`, { network: 'n', ...more }))

    it('events of one kind on one article are limited per network, whatever visitors and times they claim, until the limit expires', async () => {
      const desk = aCounter({ perNetwork: 5 })
      const send = async (events: readonly Record<string, string>[]) =>
        desk.counter().countEntries(await desk.deliver(desk.clock.now, events))
      const past = Array.from({ length: 20 }, (_, index) =>
        view(A, `late ${index}`, { network: 'n', at: String(NOON - index * 3_600_000) }),
      )
      await send([...crowd(3), ...crowd(3), ...crowd(40), ...past])
      await send([...crowd(9, { kind: 'share', visitor: 'one' }), view(B, 'reader 1', { network: 'n' })])
      await send([view(A, 'elsewhere', { network: 'm' }), view(A, 'unknown'), view(A, 'unknown too')])
      expect([await desk.totals('view'), await desk.totals('share')]).toEqual([{ [A]: 8, [B]: 1 }, { [A]: 5 }])
      expect(await desk.refused()).toEqual({ repeated: 6, crowded: 35 + 20 + 4 })
      desk.clock.now += 6 * 3_600_000
      await send(crowd(9))
      expect(await desk.totals('view')).toEqual({ [A]: 13, [B]: 1 })
    })

    it('all events from one network are counted if the limit is off', async () => {
      const desk = aCounter({ perNetwork: 0 })
      await desk.counter().countEntries(await desk.deliver(NOON, crowd(200)))
      expect(await desk.totals('view')).toEqual({ [A]: 200 })
    })

    it('no network address is stored as it was reported', async () => {
      const desk = aCounter()
      await desk.counter().countEntries(await desk.deliver(NOON, [view(A, 'x', { network: '192.0.2.77' })]))
      const kept = (await redis.keys(`${desk.keys.eventState('')}*`)).filter(key => key.includes(':crowd:'))
      expect(kept).toHaveLength(1)
      for (const key of kept) {
        expect(JSON.stringify(await redis.hgetall(key))).not.toContain('192.0.2')
        expect(await redis.pttl(key)).toBeGreaterThan(0)
      }
    })
  })

  it('the seconds of reading are added up, also if reported on leaving the page after the view was counted', async () => {
    const desk = aCounter()
    await redis.hset(desk.keys.article(A), 'id', A)
    await desk
      .counter()
      .countEntries(
        await desk.deliver(NOON, [view(A, 'x'), view(A, 'x', { seconds: '41.6' }), view(B, 'x', { seconds: '3' })]),
      )
    expect([await desk.totals('view'), await desk.totals('seconds')]).toEqual([
      { [A]: 1, [B]: 1 },
      { [A]: 42, [B]: 3 },
    ])
    expect(await redis.hgetall(desk.keys.article(A))).toMatchObject({ views: '1', seconds: '42' })
  })

  it('a batch of thousands of events is counted the same as one event at a time', async () => {
    const desk = aCounter()
    const events = Array.from({ length: 4_500 }, (_, index) => view(index % 3 === 0 ? A : B, `v${index % 4_000}`))
    await desk.counter().countEntries(await desk.deliver(NOON, events))
    const one = aCounter()
    for (let at = 0; at < events.length; at += 900)
      await one.counter().countEntries(await one.deliver(NOON, events.slice(at, at + 900)))
    expect(await desk.totals('view')).toEqual(await one.totals('view'))
    expect(await desk.refused()).toEqual(await one.refused())
  })

  it('no visitor is kept as it was reported', async () => {
    const desk = aCounter()
    await desk.counter().countEntries(await desk.deliver(NOON, [view(A, 'jo@example.org')]))
    const kept = await redis.keys(`${desk.keys.eventState('')}*`)
    expect(kept.filter(key => /:(?:seen|burst):/.test(key))).toHaveLength(2)
    for (const key of kept) expect((await redis.dump(key)) ?? '').not.toContain('jo@example')
  })

  it('time windows of events roll on: a day-old event leaves the day and stays in the week, and a week of silence empties all', async () => {
    const desk = aCounter()
    await desk.counter().countEntries(await desk.deliver(NOON, [view(A, 'x'), view(A, 'y')]))
    desk.clock.now += 20 * 3_600_000
    await desk.counter().countEntries(await desk.deliver(desk.clock.now, [view(B, 'x')]))
    desk.clock.now += 5 * 3_600_000
    await desk.counter().countEntries([])
    expect(await desk.tops('view', 'day', 10)).toEqual([{ article: B, count: 1 }])
    expect(await desk.tops('view', 'week', 10)).toEqual([
      { article: A, count: 2 },
      { article: B, count: 1 },
    ])
    desk.clock.now += 15 * 86_400_000
    await desk.counter().countEntries([])
    expect(await desk.tops('view', 'week', 10)).toEqual([])
  })

  it.each([
    ['forty minutes', 40 * 60_000],
    ['twenty hours', 20 * HOUR],
    ['a month', 30 * 24 * HOUR],
  ])('time windows of events hold the same as before after a clock was %s ahead and corrected', async (_, ahead) => {
    const desk = aCounter()
    for (const late of [1, 50 * 60_000, 5 * HOUR, 23 * HOUR, 6 * 24 * HOUR])
      await desk.counter().countEntries(await desk.deliver(NOON, [view(A, `x${late}`, { at: String(NOON - late) })]))
    const [before] = await desk.counts.inWindows('view', ['hour', 'day', 'week'], [A])
    expect(before).toEqual({ hour: 2, day: 4, week: 5 })
    desk.clock.now += ahead
    await desk.counter().countEntries([])
    expect((await desk.counts.inWindows('view', ['hour'], [A]))[0]?.hour).toBeLessThan(2)
    desk.clock.now -= ahead
    await desk.counter().countEntries([])
    expect((await desk.counts.inWindows('view', ['hour', 'day', 'week'], [A]))[0]).toEqual(before)
  })

  it('a late event is counted in the time window it belongs to', async () => {
    const desk = aCounter()
    await desk
      .counter()
      .countEntries(await desk.deliver(NOON, [view(A, 'x', { at: new Date(NOON - 30 * 3_600_000).toISOString() })]))
    expect(await desk.tops('view', 'day', 10)).toEqual([])
    expect(await desk.tops('view', 'week', 10)).toEqual([{ article: A, count: 1 }])
  })

  it('events give the same counts in any order', async () => {
    const events = [view(A, 'x'), view(A, 'y'), view(B, 'x'), view(A, 'x'), { kind: 'comment', article: B }]
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(events, { minLength: events.length }), async shuffled => {
        const desk = aCounter()
        await desk.counter().countEntries(await desk.deliver(NOON, shuffled))
        expect(await redis.hgetall(desk.keys.eventTotals('view'))).toEqual({ [A]: '2', [B]: '1' })
        expect(await redis.hgetall(desk.keys.eventTotals('comment'))).toEqual({ [B]: '1' })
      }),
      { numRuns: 15 },
    )
  })
})

describe('the window “now”', () => {
  it('the weight of a read in the window “now” is halved after each half-life', async () => {
    const desk = aCounter()
    await desk.counter().countEntries(await desk.deliver(NOON, [view(A, 'x'), view(A, 'y')]))
    const [fresh] = await desk.tops('view', 'now', 1)
    desk.clock.now += settings.halfLife
    const [old] = await desk.tops('view', 'now', 1)
    expect(fresh?.count).toBeCloseTo(2, 6)
    expect(old?.count).toBeCloseTo(1, 6)
  })

  it('the window “now” is ordered by weight at any time', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), (one, other) => {
        fc.pre(one !== other)
        expect(Math.sign(logWeight(NOON + one, 3_600_000) - logWeight(NOON + other, 3_600_000))).toBe(
          Math.sign(one - other),
        )
      }),
    )
    expect(worthNow(logWeight(NOON, 1_000), NOON + 1_000, 1_000)).toBeCloseTo(0.5, 9)
  })
})

describe('counts for ranking', () => {
  it('counts for ranking are available for several windows, and hour by hour', async () => {
    const desk = aCounter()
    for (const [hour, readers] of [
      [0, 1],
      [1, 3],
      [3, 2],
    ] as const) {
      desk.clock.now = NOON + hour * HOUR
      const reads = Array.from({ length: readers }, (_, index) => view(A, `${hour} ${index}`))
      await desk.counter().countEntries(await desk.deliver(desk.clock.now, reads))
    }
    expect(await desk.counts.inWindows('view', ['hour', 'day', 'week'], [B, A])).toEqual([
      { hour: 0, day: 0, week: 0 },
      { hour: 2, day: 6, week: 6 },
    ])
    // The running hour is not full.
    expect(await desk.counts.byHour('view', [A, B], 4)).toEqual([
      [0, 3, 1, 0],
      [0, 0, 0, 0],
    ])
    expect(await desk.counts.totals('view', [B, A])).toEqual([0, 6])
    await expect(desk.counts.byHour('view', [A], 168)).rejects.toThrow(RangeError)
  })

  it('counts for ranking are rebuilt if the half-life changes', async () => {
    const desk = aCounter({ halfLife: '1h' })
    await desk.counter().countEntries(await desk.deliver(NOON, [view(A, 'x'), view(A, 'y')]))
    desk.clock.now += 2 * HOUR
    desk.reload({ halfLife: '2h' })
    await desk.counter().countEntries(await desk.deliver(desk.clock.now, [view(B, 'x')]))
    const [a, b] = await desk.counts.inWindows('view', ['now'], [A, B])
    expect(a?.now).toBeCloseTo(1, 1)
    expect(b?.now).toBeCloseTo(1, 6)
  })

  it('counts for ranking take each moment of the past from exactly one bucket, the finest', () => {
    fc.assert(
      fc.property(fc.nat(10 * 24 * HOUR), fc.integer({ min: 60_000, max: 30 * 24 * HOUR }), (later, halfLife) => {
        const now = NOON + later
        const parts = decayParts(now, halfLife)
        const [minutes, ...coarser] = parts
        expect(minutes?.window).toBe('hour')
        let begins = (minutes?.first ?? 0) * 60_000
        for (const { width, first, last } of coarser) {
          expect((last + 1) * width).toBe(begins)
          expect(first).toBeLessThanOrEqual(last)
          begins = first * width
        }
        for (const [place, { width, first }] of parts.entries())
          expect(first * width).toBeGreaterThan(now - width * ((ROLLING[place]?.buckets ?? 0) + 1))
      }),
    )
  })
})
