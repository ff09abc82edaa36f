import { describe, expect, it, vi } from 'vitest'
import { serve } from '../support/http.ts'
import { aPollingDesk } from '../support/polls.ts'
import { until } from '../support/until.ts'

const DAY = 86_400_000

/** One server under many names, each of them a domain of its own; what a name answers can be changed. */
const aWorld = async () => {
  const answers = new Map<
    string,
    (path: string, headers: Record<string, unknown>) => [number, Record<string, string>, string?]
  >()
  const server = await serve((request, response) => {
    const host = String(request.headers.host).split(':')[0] ?? ''
    const [status, headers, body = ''] = answers.get(host)?.(request.url ?? '', request.headers) ?? [
      200,
      {},
      `feed of ${host}`,
    ]
    response.writeHead(status, headers).end(body)
  })
  const { port } = new URL(server.url)
  return { answers, requests: server.requests, at: (name: string) => `http://${name}.localhost:${port}/feed` }
}

describe('a poll', () => {
  it('a poll of an unchanged source costs two round trips to Redis and five commands', async () => {
    const { at, answers } = await aWorld()
    answers.set('a.localhost', (_, headers) => (headers['if-none-match'] ? [304, {}] : [200, { etag: '"1"' }]))
    const desk = aPollingDesk({ a: at('a') })
    await desk.sources.sync()
    await desk.poll('a')
    await desk.poll('a')
    const writes = vi.spyOn(desk.redis.stream as unknown as { write(): boolean }, 'write') // ioredis does not type it
    expect(await desk.poll('a')).toMatchObject({ kind: 'unchanged', fetched: { by: 'status' } })
    expect(writes).toHaveBeenCalledTimes(2)
    const sent = writes.mock.calls.map(call => String((call as unknown[])[0])).join('')
    writes.mockRestore()
    const names = [...sent.matchAll(/\*\d+\r\n\$\d+\r\n([a-z]+)/gi)].map(([, name]) => name?.toLowerCase())
    expect(names.sort()).toEqual(['evalsha', 'evalsha', 'evalsha', 'hgetall', 'zadd'])
  })

  it('a poll of a domain that asked us to wait is postponed with the reason, for all its sources, even by hand', async () => {
    const { at, answers, requests } = await aWorld()
    answers.set('a.news.localhost', () => [429, { 'retry-after': '3600' }])
    const desk = aPollingDesk({ a: at('a.news'), b: at('b.news') })
    await desk.sources.sync()
    expect(await desk.poll('a')).toMatchObject({ kind: 'failed', failure: { isLimited: true } })
    const [a] = [await desk.state('a')]
    expect((a.nextAt ?? 0) - desk.clock.now).toBeGreaterThanOrEqual(3_600_000)
    for (const isRecrawl of [false, true]) {
      const put = await desk.poll('b', { isRecrawl })
      expect(put).toMatchObject({ kind: 'deferred' })
      expect(put.kind === 'deferred' && put.due.reason).toMatch(
        /^news\.localhost(:\d+)? answered 429: nothing of this domain is fetched for 6\d min$/,
      )
    }
    expect((await desk.state('b')).failures).toBe(0)
    expect(requests).toHaveLength(1)
  })

  it('a poll treats 403 as 429 if the host is known to mean that', async () => {
    const { at, answers } = await aWorld()
    answers.set('a.localhost', () => [403, {}])
    answers.set('b.localhost', () => [403, {}])
    const desk = aPollingDesk({ a: at('a'), b: at('b') }, { limitedBy403: ['a.localhost'] })
    expect(await desk.poll('a')).toMatchObject({ failure: { isLimited: true, status: 403 } })
    const plain = await desk.poll('b')
    expect(plain.kind === 'failed' && plain.failure.isLimited).toBeUndefined()
  })

  it('a poll that exhausts a rate limit closes the domain until the limit is reset', async () => {
    const { at, answers } = await aWorld()
    answers.set('a.localhost', () => [200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '900' }, 'x'])
    const desk = aPollingDesk({ a: at('a') })
    expect(await desk.poll('a')).toMatchObject({ kind: 'changed' })
    expect(await desk.poll('a')).toMatchObject({ kind: 'deferred' })
  })

  it('a poll that is redirected also waits its turn at the other domain', async () => {
    const { at, answers, requests } = await aWorld()
    answers.set('a.localhost', () => [302, { location: at('cdn') }])
    const desk = aPollingDesk({ a: at('a'), cdn: at('cdn') }, { domains: { 'cdn.localhost': { gap: '300ms' } } })
    await desk.poll('cdn')
    const put = await desk.poll('a')
    expect(put).toMatchObject({ kind: 'postponed' })
    expect(requests.filter(({ headers }) => headers.host?.startsWith('cdn'))).toHaveLength(1)
    // Asked again too early, it keeps its turn; so asking until it is served is what the queue's delay does, only more often.
    await until(
      () => desk.poll('a'),
      ({ kind }) => kind === 'changed',
    )
    expect(requests.filter(({ headers }) => headers.host?.startsWith('cdn'))).toHaveLength(2)
  })

  it('a poll reads robots.txt once a day if configured to, and obeys it', async () => {
    const { at, answers, requests } = await aWorld()
    answers.set('a.localhost', path =>
      path === '/robots.txt'
        ? [200, {}, 'User-agent: newsdesk\nDisallow: /feed\n\nUser-agent: *\nAllow: /']
        : [200, {}, 'x'],
    )
    answers.set('b.localhost', path => (path === '/robots.txt' ? [404, {}] : [200, {}, 'x']))
    answers.set('c.localhost', path => (path === '/robots.txt' ? [503, {}] : [200, {}, 'x']))
    const desk = aPollingDesk(
      { a: at('a'), b: at('b'), c: at('c'), d: at('d') },
      { robots: true, domains: { 'd.localhost': { robots: false } } },
    )
    for (let times = 0; times < 2; times += 1) {
      expect(await desk.poll('a')).toMatchObject({ kind: 'failed', failure: { reason: 'robots' } })
      expect((await desk.poll('b')).kind).not.toBe('failed')
      expect(await desk.poll('c')).toMatchObject({ kind: 'failed', failure: { reason: 'robots' } })
      expect((await desk.poll('d')).kind).not.toBe('failed')
    }
    expect(requests.filter(({ path }) => path === '/robots.txt')).toHaveLength(3)
    expect(requests.filter(({ path, headers }) => path === '/feed' && headers.host?.startsWith('a.'))).toHaveLength(0)
  })

  it('a poll paces its whole domain by Crawl-delay, or by what is left of a rate limit', async () => {
    const { at, answers } = await aWorld()
    answers.set('a.slow.localhost', path =>
      path === '/robots.txt' ? [200, {}, 'User-agent: *\nCrawl-delay: 40'] : [200, {}, 'x'],
    )
    answers.set('a.few.localhost', () => [200, { 'x-ratelimit-remaining': '20', 'x-ratelimit-reset': '1000' }, 'x'])
    answers.set('a.never.localhost', path =>
      path === '/robots.txt' ? [200, {}, 'User-agent: *\nCrawl-delay: 86400'] : [200, {}, 'x'],
    )
    const names = ['a.slow', 'b.slow', 'a.few', 'b.few', 'a.never', 'b.never']
    const desk = aPollingDesk(Object.fromEntries(names.map(name => [name, at(name)])), {
      domains: { 'slow.localhost': { robots: true }, 'never.localhost': { robots: true } },
    })
    const waits = []
    for (const name of ['slow', 'few', 'never']) {
      expect((await desk.poll(`a.${name}`)).kind).toBe('changed')
      const put = await desk.poll(`b.${name}`)
      waits.push(put.kind === 'postponed' ? Math.round(put.ms / 10_000) * 10_000 : put.kind)
    }
    // Nobody is waited for longer than ten minutes between two requests.
    expect(waits).toEqual([40_000, 50_000, 600_000])
  })

  it('a poll of a publisher who opted out sends no request', async () => {
    const { at, requests } = await aWorld()
    const desk = aPollingDesk({ a: at('a.gone') }, { optOut: ['gone.localhost'], robots: true })
    expect(await desk.poll('a')).toMatchObject({ failure: { reason: 'opted-out' } })
    expect(requests).toHaveLength(0)
  })

  it('a poll of a source with a password stores it nowhere in Redis', async () => {
    const { at, answers } = await aWorld()
    const secret = at('a').replace('://', '://desk:s3cret@')
    answers.set('a.localhost', () => [301, { location: '/elsewhere' }])
    const desk = aPollingDesk({ a: secret })
    await desk.sources.sync()
    expect(await desk.poll('a')).toMatchObject({ failure: { reason: 'too-many-redirects' } })
    answers.set('a.localhost', path => (path === '/feed' ? [301, { location: '/moved' }] : [200, {}, 'x']))
    for (let day = 0; day < 4; day += 1) {
      await desk.poll('a')
      desk.clock.now += DAY
    }
    expect((await desk.state('a')).adopted?.url).toContain('/moved')
    for (const key of await desk.redis.keys(`*${desk.keys.prefix}*`)) {
      const value = await desk.redis.hgetall(key).catch(() => key)
      expect(JSON.stringify([key, value])).not.toContain('s3cret')
    }
  })
})

describe('a server with wrong validators', () => {
  it('a server with wrong validators is detected by a fetch without them, and trusted again after a month', async () => {
    const { at, answers, requests } = await aWorld()
    let edition = 1
    answers.set('a.localhost', (_, headers) =>
      headers['if-none-match'] ? [304, {}] : [200, { etag: '"for ever"' }, `edition ${edition}`],
    )
    const desk = aPollingDesk({ a: at('a') })
    await desk.sources.sync()
    await desk.poll('a', { known: 0 })
    edition = 2
    expect(await desk.poll('a')).toMatchObject({ kind: 'unchanged' })
    desk.clock.random = 0.001
    const sampled = await desk.poll('a', { known: 9 })
    expect(sampled).toMatchObject({ kind: 'changed' })
    expect(sampled.notes?.[0]).toContain('validators are unreliable')
    expect((await desk.state('a')).unreliableValidators?.how).toContain('304')

    desk.clock.random = 0.5
    edition = 3
    expect(await desk.poll('a', { known: 9 })).toMatchObject({ kind: 'changed' })
    expect(requests.at(-1)?.headers['if-none-match']).toBeUndefined()
    desk.clock.now += 31 * DAY
    await desk.poll('a')
    expect(requests.at(-1)?.headers['if-none-match']).toBe('"for ever"')
  })

  it('a server is not suspected of wrong validators if the feed really changed at that moment', async () => {
    const { at, answers } = await aWorld()
    let edition = 1
    answers.set('a.localhost', (_, headers) =>
      headers['if-none-match'] === `"${edition}"` ? [304, {}] : [200, { etag: `"${edition}"` }, `edition ${edition}`],
    )
    const desk = aPollingDesk({ a: at('a') })
    await desk.poll('a', { known: 0 })
    edition = 2
    desk.clock.random = 0.001
    expect(await desk.poll('a', { known: 9 })).toMatchObject({ kind: 'changed', notes: [] })
    expect((await desk.state('a')).unreliableValidators).toBeNull()
  })
})

describe('a source that moved', () => {
  it('a source that moved is fetched at its new place after three days, and at its old one when that fails', async () => {
    const { at, answers, requests } = await aWorld()
    const desk = aPollingDesk({ a: at('a') })
    await desk.sources.sync()
    await desk.poll('a', { known: 0 })
    answers.set('a.localhost', () => [301, { location: at('new') }])
    for (let day = 0; day < 3; day += 1) {
      const { notes } = await desk.poll('a')
      if (notes && notes.length > 0) expect(notes[0]).toContain('moved permanently')
      desk.clock.now += DAY
    }
    requests.length = 0
    await desk.poll('a')
    expect(requests.map(({ headers }) => headers.host?.split('.')[0])).toEqual(['new'])

    answers.set('new.localhost', () => [404, {}])
    answers.set('a.localhost', () => [200, {}, 'back'])
    for (let times = 0; times < 3; times += 1) expect(await desk.poll('a')).toMatchObject({ kind: 'failed' })
    expect(await desk.poll('a')).toMatchObject({ kind: 'changed', fetched: { url: at('a') } })
  })

  it('a source that redirects to a feed of others’ items is not followed permanently', async () => {
    const { at, answers } = await aWorld()
    const desk = aPollingDesk({ a: at('a') })
    await desk.poll('a', { known: 0 })
    answers.set('a.localhost', () => [301, { location: at('parked') }])
    for (let day = 0; day < 5; day += 1) {
      await desk.poll('a', { known: day === 0 ? 0 : 10 })
      desk.clock.now += DAY
    }
    expect((await desk.state('a')).adopted).toBeNull()
  })
})
