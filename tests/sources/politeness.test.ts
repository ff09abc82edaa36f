import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { registrableDomain } from '../../src/domain/registrable-domain.ts'
import { type Keys, keysFor } from '../../src/redis/keys.ts'
import { createPoliteness, type Visit } from '../../src/sources/polling/politeness.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys, connect } = testRedis()
let run = 0

/** Moves everything that is kept of a domain into the past, as if that much time had gone by: the clock of a Redis cannot be set. */
const letPass = async (own: Keys, domain: string, ms: number): Promise<void> => {
  for (const field of ['free', 'until'])
    if (await redis.hexists(own.host(domain), field)) await redis.hincrby(own.host(domain), field, -ms)
  for (const key of [own.hostHolders(domain), own.hostWaiting(domain)])
    for (const member of await redis.zrange(key, 0, '-1')) await redis.zincrby(key, -ms, member)
}

const aPoliteness = (some: Record<string, unknown> = {}) => {
  const clock = { now: 0 }
  const own = keysFor(`${keys.prefix}-${run++}`)
  const settings = CrawlSettings.parse({ hostGap: '0ms', totalTimeout: '2s', ...some })
  const make = (over = redis) =>
    createPoliteness({
      redis: over,
      keys: own,
      settings: () => settings,
      random: () => 0.5,
      monotonic: () => clock.now,
    })
  return { clock, polite: make(), another: make, keys: own }
}
const BBC = 'https://www.bbc.co.uk/a'

describe('a publisher’s domain', () => {
  it('a publisher’s domain gets one request at a time, from all replicas and to all of its hosts', async () => {
    const { polite, another } = aPoliteness()
    const second = connect()
    const first = polite.visit('a')
    expect(await first.enter('https://feeds.bbc.co.uk/a')).toBeNull()
    expect(await another(second).visit('b').enter(BBC)).toMatchObject({ kind: 'turn' })
    expect(await polite.visit('c').enter('https://other.example/')).toBeNull()
    await first.leave()
    expect(await polite.visit('d').enter('https://third.example/')).toBeNull()
    second.disconnect()
  })

  it('a publisher’s domain is left alone for a gap after each request, its own gap if one is configured', async () => {
    const { polite } = aPoliteness({ hostGap: '60s', domains: { 'quick.example': { gap: '1ms' } } })
    for (const domain of ['courier', 'quick']) {
      const visit = polite.visit(domain)
      expect(await visit.enter(`https://${domain}.example/`)).toBeNull()
      await visit.leave()
    }
    const wait = await polite.visit('x').enter('https://courier.example/')
    expect(wait?.ms).toBeGreaterThan(55_000)
    expect((await polite.visit('y').enter('https://quick.example/'))?.ms ?? 0).toBeLessThan(50)
  })

  it('a publisher’s domain gets at most as many requests at a time as configured', async () => {
    const { polite } = aPoliteness({ domains: { 'wide.example': { concurrency: 3 } } })
    const waits = await Promise.all(
      Array.from({ length: 6 }, (_, n) => polite.visit(`s${n}`).enter(`https://${n}.wide.example/`)),
    )
    expect(waits.filter(wait => wait === null)).toHaveLength(3)
  })

  it('a publisher’s domain is free again after the process that held it died', async () => {
    const { polite, keys: own } = aPoliteness()
    await polite.visit('dead').enter(BBC)
    for (const token of await redis.zrange(own.hostHolders('bbc.co.uk'), 0, '-1'))
      await redis.zadd(own.hostHolders('bbc.co.uk'), 1, token)
    expect(await polite.visit('alive').enter(BBC)).toBeNull()
  })

  it('a publisher’s domain gives each of a hundred sources a turn, with hardly any attempt in vain', async () => {
    const { clock, polite, keys: own } = aPoliteness({ hostGap: '1s', totalTimeout: '30s' })
    const [GAP, FETCH] = [1_000, 400]
    let comings = 0
    let inside = 0
    const starts: number[] = []
    /** What the queue's delays do: whoever has to wait comes again at its time, and time passes in Redis as it does here. */
    const coming: { at: number; run: () => Promise<void> }[] = []
    const come = (visit: Visit) => async (): Promise<void> => {
      comings += 1
      const wait = await visit.enter(BBC)
      if (wait !== null) {
        coming.push({ at: clock.now + wait.ms, run: come(visit) })
        return
      }
      inside += 1
      expect(inside).toBe(1)
      starts.push(clock.now)
      coming.push({
        at: clock.now + FETCH,
        run: async () => {
          inside -= 1
          await visit.leave()
        },
      })
    }
    for (let n = 0; n < 100; n += 1) coming.push({ at: clock.now, run: come(polite.visit(`s${n}`)) })
    while (coming.length > 0) {
      coming.sort((a, b) => a.at - b.at)
      const next = coming.shift()
      if (!next) break
      await letPass(own, 'bbc.co.uk', next.at - clock.now)
      clock.now = next.at
      await next.run()
    }
    expect(starts).toHaveLength(100)
    // What the test itself takes passes in Redis too, and not by its clock.
    for (const [n, at] of starts.entries()) if (n > 0) expect(at - (starts[n - 1] ?? 0)).toBeGreaterThan(GAP / 2)
    // One to be told when, one to be served; the rest found the one before still there.
    expect(comings).toBeLessThan(400)
  })

  it('a publisher’s domain gives each waiting source a time of its own', async () => {
    const { polite } = aPoliteness({ hostGap: '1s' })
    await polite.visit('holder').enter(BBC)
    const waits = await Promise.all(Array.from({ length: 20 }, (_, n) => polite.visit(`s${n}`).enter(BBC)))
    const moments = waits.map(wait => wait?.ms ?? 0).sort((a, b) => a - b)
    for (let n = 1; n < moments.length; n += 1) expect((moments[n] ?? 0) - (moments[n - 1] ?? 0)).toBeGreaterThan(900)
    // Asked again too early, it keeps its moment.
    const again = await polite.visit('s3').enter(BBC)
    expect(Math.abs((again?.ms ?? 0) - (waits[3]?.ms ?? 0))).toBeLessThan(500)
  })
})

describe('a server that asks us to wait', () => {
  it('a server that asks us to wait is obeyed for its whole domain, by all replicas, and with a spread', async () => {
    const { polite } = aPoliteness()
    const visit = polite.visit('a')
    await visit.enter('https://feeds.bbc.co.uk/a')
    expect(await visit.leave({ retryAfter: 600_000, why: 'answered 429' })).toBe(630_000)
    const wait = await polite.visit('b').enter(BBC)
    expect(wait).toMatchObject({ kind: 'closed', why: 'bbc.co.uk answered 429' })
    expect(wait?.ms).toBeGreaterThan(600_000)
  })

  it('a server that asks us to wait is obeyed for at most a day and its spread', async () => {
    const { polite } = aPoliteness()
    const visit = polite.visit('a')
    await visit.enter(BBC)
    expect(await visit.leave({ retryAfter: 99_999_999_999_000, why: 'answered 503' })).toBe(86_400_000 * 1.05)
  })

  it('a server that asks us to wait without saying how long gets longer waits, until it answers without complaint', async () => {
    const { polite, keys: own } = aPoliteness()
    const complain = async (complaint?: { isLimited: boolean; why: string }) => {
      await redis.hdel(own.host('bbc.co.uk'), 'until', 'free')
      const visit = polite.visit('a')
      expect(await visit.enter(BBC)).toBeNull()
      return visit.leave(complaint)
    }
    const limited = { isLimited: true, why: 'answered 429' }
    expect(await complain(limited)).toBe(315_000)
    expect(await complain(limited)).toBe(630_000)
    expect(await complain(limited)).toBe(1_260_000)
    expect(await complain()).toBe(0)
    expect(await complain(limited)).toBe(315_000)
  })
})

describe('the domain of a URL', () => {
  it('the domain of a URL is the registrable one, and that of an IP address includes the port', () => {
    expect(registrableDomain('https://news.bbc.co.uk/x')).toBe('bbc.co.uk')
    expect(registrableDomain('https://news.bbc.co.uk./x')).toBe('bbc.co.uk')
    expect(registrableDomain('https://someone.github.io/x')).toBe('someone.github.io')
    expect(registrableDomain('http://127.0.0.1:8080/x')).toBe('127.0.0.1:8080')
  })
})
