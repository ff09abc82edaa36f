import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpSettings } from '../../../src/config/sections/public-server.ts'
import { type Keys, keysFor } from '../../../src/redis/keys.ts'
import { eventsRoute } from '../../../src/server/public/events.ts'
import { startHttp } from '../../../src/server/public/server.ts'
import { NOON } from '../../support/articles.ts'
import { testRedis } from '../../support/redis.ts'

const { redis, keys } = testRedis()
const A = 'aaaaaaaaaaaaaaaa'
const PAGE = 'https://news.example'
const open: { close(): Promise<void> }[] = []
// Before its Redis is there the endpoint answers 503, as it should.
beforeAll(() => redis.ping())
afterAll(() => Promise.all(open.map(server => server.close())))
let run = 0

const aServer = async (some: Record<string, unknown> = {}, parts: { redis?: Redis; most?: number } = {}) => {
  const own = keysFor(`${keys.prefix}-${run++}`)
  const clock = { now: NOON }
  const settings = HttpSettings.parse({ port: 0, ...some })
  const route = eventsRoute({
    redis: parts.redis ?? redis,
    keys: own,
    settings: () => settings,
    maxLength: () => parts.most ?? 1_000,
    now: () => clock.now,
  })
  const server = await startHttp({
    settings: () => settings,
    routes: [{ path: '/v1/events', router: route }],
    log: pino({ level: 'silent' }),
  })
  open.push(server)
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/v1/events`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0', ...headers },
    })
  return { url: server.url, post, keys: own, clock }
}

const added = async (own: Keys): Promise<Record<string, string>[]> =>
  (await redis.xrange(own.events(), '-', '+')).map(([, flat]) =>
    Object.fromEntries(
      Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2] ?? '', flat[index * 2 + 1] ?? '']),
    ),
  )

describe('POST /v1/events', () => {
  it('POST /v1/events appends one event and answers without a body', async () => {
    const { post, keys: own } = await aServer()
    const answer = await post({ kind: 'view', article: A, id: 'e1', seconds: 12, at: '2026-05-04T12:00:00Z' })
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(await added(own)).toMatchObject([
      {
        kind: 'view',
        article: A,
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        seconds: '12',
        at: '2026-05-04T12:00:00Z',
        ua: 'Mozilla/5.0',
      },
    ])
  })

  it.each([
    ['a list', JSON.stringify([1, 2].map(() => ({ kind: 'view', article: A }))), 'application/json', 2],
    ['a list by name', JSON.stringify({ events: [{ kind: 'share', article: A }] }), 'application/json', 1],
    ['what a beacon sends as text', JSON.stringify({ kind: 'view', article: A }), 'text/plain;charset=UTF-8', 1],
    ['a form', `kind=view&article=${A}`, 'application/x-www-form-urlencoded;charset=UTF-8', 1],
  ])('POST /v1/events takes %s', async (_, body, type, count) => {
    const { post, keys: own } = await aServer()
    expect((await post(body, { 'content-type': type })).status).toBe(204)
    expect(await added(own)).toHaveLength(count)
  })

  it.each([
    ['no JSON', 'kind=view', 400, /not JSON.*send one event/],
    ['an unknown kind', { kind: 'click', article: A }, 400, /^kind: .*no event was accepted/],
    ['no article', { kind: 'view' }, 400, /^article: /],
    [
      'one wrong among others',
      [
        { kind: 'view', article: A },
        { kind: 'view', article: '' },
      ],
      400,
      /^events\[1\]\.article/,
    ],
    ['an empty list', [], 400, /no events/],
    ['a number', 7, 400, /^event: /],
    ['too many', Array.from({ length: 11 }, () => ({ kind: 'view', article: A })), 413, /11 events.*at most 10/],
    ['too large a body', { kind: 'view', article: A, visitor: 'v'.repeat(3_000) }, 413, /too large/],
  ])('POST /v1/events refuses %s, takes nothing of it and says what is wrong', async (_, body, status, error) => {
    const { post, keys: own } = await aServer({ maxEvents: 10, maxBody: '2KB' })
    const answer = await post(body)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({ error: expect.stringMatching(error) })
    expect(await added(own)).toEqual([])
  })

  it('POST /v1/events stores neither IP addresses nor visitor ids, and still distinguishes visitors', async () => {
    const { post, keys: own } = await aServer()
    await post({ kind: 'view', article: A, visitor: 'jo@example.org' })
    await post({ kind: 'view', article: A })
    await post({ kind: 'view', article: A }, { 'user-agent': 'Other/1.0' })
    await post({ kind: 'view', article: A })
    const events = await added(own)
    expect(JSON.stringify(events)).not.toMatch(/jo@example|127\.0\.0\.1|::1/)
    const [named, first, other, again] = events.map(({ visitor }) => visitor)
    expect(first).toBe(again)
    expect(new Set([named, first, other]).size).toBe(3)
  })

  it('POST /v1/events trusts forwarded addresses only from a configured proxy', async () => {
    const visitors = async (proxies: number) => {
      const { post, keys: own } = await aServer({ proxies })
      for (const from of ['192.0.2.1', '192.0.2.2'])
        await post({ kind: 'view', article: A }, { 'x-forwarded-for': from })
      return new Set((await added(own)).map(({ visitor }) => visitor)).size
    }
    expect([await visitors(0), await visitors(1)]).toEqual([1, 2])
  })

  it('POST /v1/events sets the network of an event itself, as a hash', async () => {
    const { post, keys: own } = await aServer({ proxies: 1 })
    const from = async (address: string) => {
      const answer = await post({ kind: 'view', article: A, network: 'mine' }, { 'x-forwarded-for': address })
      expect(answer.status).toBe(204)
    }
    for (const address of ['192.0.2.1', '2001:db8:1:ff00::1', '2001:db8:1:ff42:1:2:3:4', '2001:db8:1:fe00::1'])
      await from(address)
    const events = await added(own)
    expect(JSON.stringify(events)).not.toMatch(/mine|192\.0\.2|2001:db8/)
    const [v4, one, same, other] = events.map(({ network }) => network)
    expect(one).toBe(same)
    expect(new Set([v4, one, other]).size).toBe(3)
  })

  it("POST /v1/events scopes event ids to the visitor, so that nobody can suppress another's event", async () => {
    const { post, keys: own } = await aServer()
    for (const visitor of ['x', 'y', 'x']) await post({ kind: 'view', article: A, id: 'e1', visitor })
    const [x, y, again] = (await added(own)).map(({ id }) => id)
    expect(x).toBe(again)
    expect(x).not.toBe(y)
  })

  it('POST /v1/events limits the events of one network in a minute, however many of its addresses are used', async () => {
    const { post } = await aServer({ perMinute: 3, proxies: 1 })
    const send = async (host: number) =>
      (await post({ kind: 'view', article: A }, { 'x-forwarded-for': `2001:db8:0:1::${host}` })).status
    expect([await send(1), await send(2), await send(3), await send(4)]).toEqual([204, 204, 204, 429])
  })

  it('POST /v1/events limits the events of one address in a minute, and accepts more in the next', async () => {
    const { post, clock } = await aServer({ perMinute: 3 })
    const two = [1, 2].map(() => ({ kind: 'view', article: A }))
    expect((await post(two)).status).toBe(204)
    const refused = await post(two)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
    expect((await post(two.slice(1))).status).toBe(204)
    clock.now += 60_000
    expect((await post(two)).status).toBe(204)
  })

  it('POST /v1/events accepts none while too many wait to be counted', async () => {
    const { post } = await aServer({}, { most: 1 })
    expect((await post({ kind: 'view', article: A })).status).toBe(204)
    const full = await aServer({}, { most: 0 })
    const answer = await full.post({ kind: 'view', article: A })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30'])
  })

  it('POST /v1/events says it is not ready while Redis is away', async () => {
    const away = new Redis({ path: '/nonexistent/redis.sock', lazyConnect: true, retryStrategy: () => null })
    const { post } = await aServer({}, { redis: away })
    const answer = await post({ kind: 'view', article: A })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  })
})

describe('the public server', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/v1/events`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })

  it('the public server lets pages of configured origins ask from the browser, and no others', async () => {
    const { url, post } = await aServer({ cors: [PAGE] })
    const allowed = await preflight(url, PAGE)
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(allowed.headers.get('access-control-allow-headers')).toContain('content-type')
    expect((await preflight(url, 'https://other.example')).headers.get('access-control-allow-origin')).toBeNull()
    const posted = await post({ kind: 'view', article: A }, { origin: PAGE })
    expect([posted.headers.get('access-control-allow-origin'), posted.headers.get('vary')]).toEqual([PAGE, 'origin'])
  })

  it('the public server knows nothing of the admin desk', async () => {
    const { url } = await aServer()
    for (const path of ['/', '/login', '/queues', '/push/x', '/sources/x/crawl'])
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 404])
    expect((await fetch(`${url}/v1/events`)).status).toBe(405)
  })
})
