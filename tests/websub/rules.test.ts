import { createHmac } from 'node:crypto'
import { array, assert, constantFrom, integer, property, record, string, stringMatching } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findOffer, parseLinkHeader } from '../../src/websub/link-header.ts'
import { findSignatureFault, signBody } from '../../src/websub/signature.ts'
import {
  askAgainAt,
  boundLease,
  distrustFor,
  findMissed,
  parseSubscription,
  renewAt,
  worksUntil,
} from '../../src/websub/subscription.ts'
import { growth, LINEAR } from '../support/growth.ts'

describe('a Link header', () => {
  it('a Link header is parsed by RFC 8288, with commas and semicolons anywhere', () => {
    const header =
      '<https://hub.example/?a=1,2;b>; rel="hub", </feed>;title="a, \\"b\\"; <c>" ; REL=self ,<x>;rel="next last"'
    expect(parseLinkHeader(header)).toEqual([
      { target: 'https://hub.example/?a=1,2;b', rels: ['hub'] },
      { target: '/feed', rels: ['self'] },
      { target: 'x', rels: ['next', 'last'] },
    ])
  })

  it('a Link header is parsed back to what was written, whatever it contains', () => {
    const target = stringMatching(/^[a-z/:?=,;&.%-]{1,40}$/)
    const rel = stringMatching(/^[a-z][a-z0-9.-]{0,12}$/)
    const quoted = string().map(text => text.replace(/[\u0000-\u001f]/g, ''))
    const link = record({ target, rels: array(rel, { minLength: 1, maxLength: 3 }) })
    assert(
      property(array(link, { maxLength: 20 }), quoted, (links, title) => {
        const written = links
          .map(each => `<${each.target}>; title="${title.replace(/[\\"]/g, '\\$&')}"; rel="${each.rels.join(' ')}"`)
          .join(', ')
        expect(parseLinkHeader(written)).toEqual(links)
      }),
    )
  })

  it('a Link header of any bytes is parsed in linear time, and never throws', async () => {
    assert(
      property(string({ maxLength: 500, unit: constantFrom('<', '>', ';', ',', '"', '\\', '=', ' ', 'a') }), text => {
        expect(parseLinkHeader(text).length).toBeLessThan(101)
      }),
    )
    const HARD: readonly ((times: number) => string)[] = [
      n => '<'.repeat(n * 5),
      n => '<a>;a="'.repeat(n),
      n => `<a>${';a='.repeat(n * 2)}`,
      n => `<a>${' '.repeat(n * 5)}`,
    ]
    for (const hard of HARD) expect(await growth(n => parseLinkHeader(hard(n)), 2_000)).toBeLessThan(LINEAR)
  })
})

describe('the hub a feed offers', () => {
  const url = 'https://courier.example/feed'

  it('the hub a feed offers is taken from the header before the document, resolved, with the feed’s own URL as topic', () => {
    const own = { hub: 'https://old.example/', self: 'https://courier.example/rss' }
    expect(findOffer(url, '</hub>; rel=hub, <https://courier.example/canonical>; rel=self', own)).toEqual({
      hub: 'https://courier.example/hub',
      topic: 'https://courier.example/canonical',
    })
    expect(findOffer(url, null, own)).toEqual({ hub: 'https://old.example/', topic: 'https://courier.example/rss' })
    expect(findOffer(url, '<https://hub.example/>; rel=hub', {})).toEqual({ hub: 'https://hub.example/', topic: url })
  })

  it('the hub a feed offers is ignored if its address is not http(s)', () => {
    expect(findOffer(url, '<javascript:alert(1)>; rel=hub', {})).toBeNull()
    expect(findOffer(url, '<file:///etc/passwd>; rel=hub', {})).toBeNull()
    expect(findOffer(url, null, { self: url })).toBeNull()
  })
})

describe('a signature', () => {
  const body = Buffer.from('<feed/>')

  it.each(['sha1', 'sha256', 'sha384', 'sha512'])('a signature by %s is accepted if it is correct', method => {
    expect(
      findSignatureFault(`${method}=${createHmac(method, 'key').update(body).digest('hex')}`, body, 'key'),
    ).toBeNull()
  })

  it.each([
    [undefined, 'it is not signed'],
    ['', 'it is not signed'],
    [`md5=${createHmac('md5', 'key').update(body).digest('hex')}`, 'it is signed by no method we know'],
    [`sha256=${'0'.repeat(64)}`, 'its signature is wrong'],
    [signBody(body, 'key').slice(0, -2), 'its signature is wrong'],
    [signBody(body, 'another'), 'its signature is wrong'],
    [signBody(Buffer.from('<feed />'), 'key'), 'its signature is wrong'],
    ['sha256', 'it is signed by no method we know'],
  ])('a signature such as %s is rejected', (signature, why) => {
    expect(findSignatureFault(signature, body, 'key')).toBe(why)
  })
})

describe('a subscription', () => {
  const now = Date.UTC(2026, 4, 4)
  const hash = {
    source: 'courier',
    secret: 's',
    state: 'active',
    verifiedAt: String(now - 1_000),
    leaseUntil: String(now + 86_400_000),
  }
  const made = (more: Record<string, string> = {}) => {
    const subscription = parseSubscription('t', { ...hash, ...more })
    if (!subscription) throw new Error('no subscription')
    return subscription
  }

  it('a subscription is renewed before its lease ends, and not at the same time as all others', () => {
    assert(
      property(string(), integer({ min: 10_000, max: 7_776_000_000 }), (token, lease) => {
        const at = renewAt(token, now, lease)
        expect(at).toBeGreaterThan(now + lease * 0.69)
        expect(at).toBeLessThan(now + lease * 0.91)
      }),
    )
    expect(new Set(Array.from({ length: 50 }, (_, n) => renewAt(`t${n}`, now, 86_400_000))).size).toBeGreaterThan(45)
  })

  it('a subscription takes the lease that the hub grants, within limits', () => {
    expect(boundLease('3600', 1)).toBe(3_600_000)
    expect(boundLease(undefined, 86_400_000)).toBe(86_400_000)
    expect(boundLease('-5', 86_400_000)).toBe(86_400_000)
    expect(boundLease('0', 1)).toBe(10_000)
    expect(boundLease('999999999999', 1)).toBe(90 * 86_400_000)
  })

  it('a subscription counts as working only while verified, within its lease, recently used and not distrusted', () => {
    const recent = 3_600_000
    expect(worksUntil(made(), now, recent)).toBe(0)
    const delivered = { deliveredAt: String(now - 60_000) }
    expect(worksUntil(made(delivered), now, recent)).toBe(now - 60_000 + recent)
    expect(worksUntil(made({ ...delivered, leaseUntil: String(now + 5) }), now, recent)).toBe(now + 5)
    expect(worksUntil(made({ ...delivered, distrustedUntil: String(now + 5) }), now, recent)).toBe(0)
    expect(worksUntil(made({ ...delivered, state: 'denied' }), now, recent)).toBe(0)
    expect(worksUntil(made({ deliveredAt: String(now - 2 * recent) }), now, recent)).toBe(0)
  })

  it('a subscription has missed an item published since the last poll that is older than the grace period', () => {
    expect(findMissed([now - 1_000, now - 400_000, now - 900_000], now, now - 800_000, 300_000)).toEqual([
      now - 400_000,
    ])
  })

  it('a subscription is retried at growing intervals up to a day, and distrusted for growing periods up to a week', () => {
    const waits = [1, 2, 3, 4, 5, 6, 20].map(tries => askAgainAt('t', now, tries) - now)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits.at(-1)).toBeLessThanOrEqual(86_400_000 * 1.1)
    expect([1, 2, 3, 30].map(distrustFor)).toEqual([3_600_000, 7_200_000, 14_400_000, 604_800_000])
  })
})
