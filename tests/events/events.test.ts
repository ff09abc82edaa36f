import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { ArticleId } from '../../src/article/article.ts'
import { articleId } from '../../src/article/identity.ts'
import type { StreamEntry } from '../../src/events/batch.ts'
import { createEventCounter } from '../../src/events/counter.ts'
import { GROUP } from '../../src/events/counting.ts'
import { parseEvent } from '../../src/events/event.ts'
import { EventSettings } from '../../src/events/settings.ts'
import { createTops } from '../../src/events/tops.ts'
import { logWeight, worthNow } from '../../src/events/windows.ts'
import { type Keys, keysFor } from '../../src/redis/keys.ts'
import { NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const settings = EventSettings.parse({})
const A = 'aaaaaaaaaaaaaaaa' as ArticleId
const B = 'bbbbbbbbbbbbbbbb' as ArticleId
let run = 0

const aDesk = (own = keysFor(`${keys.prefix}-${run++}`)) => {
  const clock = { now: NOON }
  const counter = (consumer = 'one') =>
    createEventCounter({
      redis,
      blocking: redis,
      keys: own,
      archive: { resolve: async ids => ids.map(id => (id === A || id === B ? id : null)) },
      settings: () => settings,
      now: () => clock.now,
      consumer,
      log: pino({ level: 'silent' }),
    })
  const tops = createTops({ redis, keys: own, halfLife: () => settings.halfLife, now: () => clock.now })
  return { keys: own, clock, counter, tops }
}

let sequence = 0
const nextSequence = () => {
  sequence += 1
  return sequence
}
/** Adds events as a service would, delivered to a consumer and not yet acknowledged. */
const deliver = async (own: Keys, at: number, events: readonly Record<string, string>[]): Promise<StreamEntry[]> => {
  await redis.xgroup('CREATE', own.events(), GROUP, '0', 'MKSTREAM').catch((error: Error) => {
    if (!error.message.startsWith('BUSYGROUP')) throw error
  })
  for (const event of events) await redis.xadd(own.events(), `${at}-${nextSequence()}`, ...Object.entries(event).flat())
  const answer = (await redis.xreadgroup('GROUP', GROUP, 'one', 'COUNT', 1_000, 'STREAMS', own.events(), '>')) as
    | [string, StreamEntry[]][]
    | null
  return answer?.[0]?.[1] ?? []
}
const view = (article: string, visitor: string, more = {}) => ({ kind: 'view', article, visitor, ...more })

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
    ['too long', { kind: 'view', article: A, visitor: 'v'.repeat(3_000) }, 'malformed'],
  ])('%s is refused', (_, fields, refused) => {
    expect(parseEvent(fields as unknown as Record<string, string>, NOON, settings.latest)).toMatchObject({ refused })
  })

  it('names its article by id or by any of its URLs', () => {
    const url = 'https://courier.example/a'
    expect(parseEvent({ kind: 'view', article: `${url}?utm_source=x` }, NOON, settings.latest)).toMatchObject({
      article: articleId(url),
    })
    expect(parseEvent({ kind: 'view', article: A }, NOON, settings.latest)).toMatchObject({ article: A, at: NOON })
  })
})

describe('counting', () => {
  it('counts a batch once, though it is counted again after a crash', async () => {
    const desk = aDesk()
    const entries = await deliver(desk.keys, NOON, [
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

  it('counts one view a visitor and article within half an hour, and again after it', async () => {
    const desk = aDesk()
    await desk.counter().countEntries(await deliver(desk.keys, NOON, [view(A, 'x'), view(A, 'x'), view(B, 'x')]))
    desk.clock.now += 29 * 60_000
    await desk.counter().countEntries(await deliver(desk.keys, desk.clock.now, [view(A, 'x')]))
    desk.clock.now += 2 * 60_000
    await desk.counter().countEntries(await deliver(desk.keys, desk.clock.now, [view(A, 'x')]))
    expect(await redis.hgetall(desk.keys.eventTotals('view'))).toEqual({ [A]: '2', [B]: '1' })
  })

  it('keeps no visitor as reported', async () => {
    const desk = aDesk()
    await desk.counter().countEntries(await deliver(desk.keys, NOON, [view(A, 'jo@example.org')]))
    for (const key of await redis.keys(`${desk.keys.eventState('seen')}*`)) {
      expect(JSON.stringify(await redis.hgetall(key))).not.toContain('jo@example')
    }
  })

  it('rolls: what is a day old leaves the day and stays in the week; after a week of silence nothing is left', async () => {
    const desk = aDesk()
    await desk.counter().countEntries(await deliver(desk.keys, NOON, [view(A, 'x'), view(A, 'y')]))
    desk.clock.now += 20 * 3_600_000
    await desk.counter().countEntries(await deliver(desk.keys, desk.clock.now, [view(B, 'x')]))
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

  it('puts a late event where it belongs', async () => {
    const desk = aDesk()
    await desk
      .counter()
      .countEntries(
        await deliver(desk.keys, NOON, [view(A, 'x', { at: new Date(NOON - 30 * 3_600_000).toISOString() })]),
      )
    expect(await desk.tops('view', 'day', 10)).toEqual([])
    expect(await desk.tops('view', 'week', 10)).toEqual([{ article: A, count: 1 }])
  })

  it('comes to the same in any order', async () => {
    const events = [view(A, 'x'), view(A, 'y'), view(B, 'x'), view(A, 'x'), { kind: 'comment', article: B }]
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(events, { minLength: events.length }), async shuffled => {
        const desk = aDesk()
        await desk.counter().countEntries(await deliver(desk.keys, NOON, shuffled))
        expect(await redis.hgetall(desk.keys.eventTotals('view'))).toEqual({ [A]: '2', [B]: '1' })
        expect(await redis.hgetall(desk.keys.eventTotals('comment'))).toEqual({ [B]: '1' })
      }),
      { numRuns: 15 },
    )
  })
})

describe('the window now', () => {
  it('halves a read after a half-life', async () => {
    const desk = aDesk()
    await desk.counter().countEntries(await deliver(desk.keys, NOON, [view(A, 'x'), view(A, 'y')]))
    const [fresh] = await desk.tops('view', 'now', 1)
    desk.clock.now += settings.halfLife
    const [old] = await desk.tops('view', 'now', 1)
    expect(fresh?.count).toBeCloseTo(2, 6)
    expect(old?.count).toBeCloseTo(1, 6)
  })

  it('orders by weight whenever it is asked', () => {
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
