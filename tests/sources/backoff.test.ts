import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { Source, type SourceId } from '../../src/domain/source.ts'
import type { FailureReason } from '../../src/http-client/fetch.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { chooseValidation, UNRELIABLE_FOR } from '../../src/sources/polling/validator-reliability.ts'
import { backoff, isGone, isUnreached, weighFailure } from '../../src/sources/schedule/backoff.ts'
import { digestUrl, type Move, resolveAddress, sighted } from '../../src/sources/state/moves.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const settings = CrawlSettings.parse({})
const waitOf = (score: number, more: { retryAfter?: number; reason?: FailureReason } = {}, id = 'a') =>
  backoff(id, NOON, { failures: Math.max(1, Math.round(score)), score }, { reason: 'timeout', ...more }, settings).at -
  NOON

describe('the backoff after failures', () => {
  it('the backoff after failures grows with their weight, between the shortest interval and a week, and is always finite', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (score, more) => {
          expect(waitOf(score + more)).toBeGreaterThanOrEqual(waitOf(score))
          expect(waitOf(score)).toBeGreaterThanOrEqual(settings.minInterval * 0.89)
          expect(waitOf(score)).toBeLessThanOrEqual(settings.maxBackoff * 1.1)
        },
      ),
    )
    expect(waitOf(1e6)).toBeGreaterThan(settings.maxBackoff * 0.89)
  })

  it('the backoff after failures is what the server asks for if that is longer, up to a day, and never shorter', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 3_600_000, max: 1e12 }), (id, retryAfter) => {
        const wait = waitOf(1, { retryAfter }, id)
        expect(wait).toBeGreaterThanOrEqual(Math.min(retryAfter, 86_400_000))
        expect(wait).toBeLessThanOrEqual(86_400_000 * 1.11)
      }),
    )
  })

  it('the backoff after failures is spread, so that sources that failed together do not return together', () => {
    const waits = Array.from({ length: 100 }, (_, n) => waitOf(5, {}, `source-${n}`))
    expect(new Set(waits).size).toBeGreaterThan(95)
  })

  it('the backoff after failures is long from the start if only a person can fix the cause', () => {
    expect(waitOf(3, { reason: 'robots' })).toBeGreaterThan(5 * 3_600_000)
  })
})

describe('a failure', () => {
  it('a failure weighs more the less likely it passes by itself, and being rate limited weighs nothing', () => {
    const weight = (status: number, isLimited = false) => weighFailure({ reason: 'status', status, isLimited })
    expect(weight(404)).toBeGreaterThan(weight(500))
    expect(weight(500)).toBeGreaterThan(weight(503))
    expect(weighFailure({ reason: 'not-a-feed' })).toBeGreaterThan(weighFailure({ reason: 'timeout' }))
    expect(weight(429, true)).toBe(0)
  })

  it('a failure with status 410 retires the source, one with status 404 does not', () => {
    expect(isGone({ reason: 'status', status: 410 })).toBe(true)
    expect(isGone({ reason: 'status', status: 404 })).toBe(false)
  })

  it('a failure may be caused by our own network if nobody answered, not if somebody did', () => {
    expect(isUnreached({ reason: 'dns', detail: '' })).toBe(true)
    expect(isUnreached({ reason: 'status', detail: '', status: 511 })).toBe(true)
    expect(isUnreached({ reason: 'status', detail: '', status: 500 })).toBe(false)
    expect(isUnreached({ reason: 'not-a-feed', detail: '' })).toBe(false)
  })
})

describe('a permanent redirect', () => {
  const FROM = 'https://old.example/feed'
  const TO = 'https://new.example/feed'
  const sight = (before: Move | null, day: number, known = 8, { to = TO, hasPast = true, all = 10 } = {}) =>
    sighted(FROM, before, { to, day, items: { all, known }, hasPast })

  it('a permanent redirect is believed on its third day, where the first answer carried items known from the old place', () => {
    const first = sight(null, 1)
    const second = sight(first.move, 2)
    const third = sight(second.move, 3)
    expect([first, second, third].map(({ isBelieved }) => isBelieved)).toEqual([false, false, true])
  })

  it('a permanent redirect seen a thousand times on one day is not believed yet', () => {
    let before: Move | null = null
    for (let times = 0; times < 1_000; times += 1) {
      const { move, isBelieved } = sight(before, 1)
      before = move
      expect(isBelieved).toBe(false)
    }
  })

  it('a permanent redirect to a feed of other items is never believed, though its items become known with time', () => {
    let before: Move | null = null
    for (let day = 1; day < 100; day += 1) {
      const { move, isBelieved } = sight(before, day, day === 1 ? 0 : 10)
      before = move
      expect(isBelieved).toBe(false)
    }
  })

  it('a permanent redirect that leads to another place each day is not believed', () => {
    let before: Move | null = null
    for (let day = 1; day < 9; day += 1) {
      const { move, isBelieved } = sight(before, day, 8, { to: `${TO}${day}` })
      before = move
      expect(isBelieved).toBe(false)
    }
  })

  it('a permanent redirect of a source never read before is believed only within its own domain', () => {
    const after3 = (to: string) => {
      const days = [1, 2, 3]
      let before: Move | null = null
      return days.map(day => {
        const told = sighted(FROM, before, { to, day, items: { all: 9, known: day === 1 ? 0 : 9 }, hasPast: false })
        before = told.move
        return told.isBelieved
      })
    }
    expect(after3('https://www.old.example/feed')).toEqual([false, false, true])
    expect(after3(TO)).toEqual([false, false, false])
  })

  it('a permanent redirect, once adopted, holds until the operator changes the address or the new one fails', () => {
    const adopted = { url: TO, from: digestUrl(FROM) }
    expect(resolveAddress(FROM, adopted, 0)).toBe(TO)
    expect(resolveAddress('https://operator.example/', adopted, 0)).toBe('https://operator.example/')
    expect(resolveAddress(FROM, adopted, 3)).toBe(FROM)
    expect(
      resolveAddress(
        'https://u:p@a.example/x',
        { url: 'https://a.example/y', from: digestUrl('https://u:p@a.example/x') },
        0,
      ),
    ).toBe('https://u:p@a.example/y')
    expect(
      resolveAddress(
        'https://u:p@a.example/x',
        { url: 'https://b.example/y', from: digestUrl('https://u:p@a.example/x') },
        0,
      ),
    ).toBe('https://b.example/y')
  })
})

describe('validators', () => {
  it('validators are omitted once in a hundred polls, and for a month if they were found to be wrong', () => {
    const asked = Array.from({ length: 1_000 }, (_, n) => chooseValidation(null, NOON, n / 1_000))
    expect(asked.filter(how => how === 'sample')).toHaveLength(10)
    expect(chooseValidation(NOON - UNRELIABLE_FOR + 1, NOON, 0.5)).toBe('distrust')
    expect(chooseValidation(NOON - UNRELIABLE_FOR, NOON, 0.5)).toBe('conditional')
  })
})

describe('the state of a failing source', () => {
  const { redis, keys } = testRedis()
  const testDaemon = async () => {
    const clock = { now: NOON }
    const own = keysFor(`${keys.prefix}-${Math.random().toString(36).slice(2)}`)
    const catalogue = [Source.parse({ id: 'a', name: 'a', url: 'https://a.example/rss', section: 'world' })]
    const sources = createSources({
      redis,
      keys: own,
      catalogue: () => catalogue,
      settings: () => settings,
      now: () => clock.now,
    })
    await sources.sync()
    return { sources, clock, id: 'a' as SourceId, due: () => redis.zscore(own.due(), 'a') }
  }
  const refused = { reason: 'refused', detail: 'no connection' } as const

  it('the failures of a source are cleared by one success', async () => {
    const { sources, id } = await testDaemon()
    const waits: number[] = []
    for (let times = 0; times < 8; times += 1) waits.push((await sources.failed(id, refused)).at)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    await sources.unchanged(id, null)
    expect((await sources.failed(id, refused)).at).toBe(waits[0])
  })

  it('the failures of a source do not grow while our own network is to blame', async () => {
    const { sources, id } = await testDaemon()
    for (let times = 0; times < 8; times += 1) await sources.failed(id, refused, true)
    const state = await sources.state(id)
    expect(state).toMatchObject({ failures: 0, status: 'new' })
    expect(state.nextReason).toContain('our own network')
  })

  it('the state of a retired source says so, keeps it from being polled, and lets a re-crawl revive it', async () => {
    const { sources, clock, id } = await testDaemon()
    await sources.failed(id, { reason: 'status', detail: 'the server answered 410', status: 410 })
    expect(await sources.state(id)).toMatchObject({ status: 'retired', nextAt: null })
    clock.now += 400 * 86_400_000
    expect(await sources.sync()).toEqual({ added: 0, removed: 0 })
    expect(await sources.claimDue(10)).toEqual([])
    await sources.unchanged(id, null)
    expect(await sources.state(id)).toMatchObject({ status: 'fresh', retiredAt: null })
    clock.now += 400 * 86_400_000
    expect(await sources.claimDue(10)).toEqual(['a'])
  })

  it('the failures of a source are reduced by one when our own network is back, and the source falls due soon', async () => {
    const { sources, clock, id } = await testDaemon()
    for (let times = 0; times < 9; times += 1) await sources.failed(id, refused)
    await sources.resetAfterOutage(['a', 'unknown'], 120_000)
    expect(await sources.state(id)).toMatchObject({ failures: 8 })
    clock.now += 121_000
    expect(await sources.claimDue(10)).toEqual(['a'])
  })
})
