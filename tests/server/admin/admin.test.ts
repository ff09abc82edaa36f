import { beforeAll, describe, expect, it } from 'vitest'
import type { Daemon } from '../../../src/app/daemon.ts'
import { html } from '../../../src/server/admin/components/html.ts'
import { isForged } from '../../../src/server/admin/web/guard.ts'
import { logIn, PASSWORD, post, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'
import { rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const feed = await serve((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss([{ title: 'Ferry treaty signed' }]))
})
const evil = `<script>alert("x")</script>`
const desk = testDaemon({
  sources: [{ id: 'courier', name: `Courier ${evil}`, url: `${feed.url}/rss`, section: 'world', interval: '12h' }],
})
const roles = ['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin'] as const
let daemon: Daemon
let url: string

beforeAll(async () => {
  daemon = await desk.start(roles)
  expect(daemon.setupUrl).toMatch(/\/setup\?once=.{43}$/)
  url = await setUp(daemon)
})

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, { redirect: 'manual', headers })

describe('the one-time link', () => {
  it('the one-time link sets the password only once', async () => {
    const token = new URL(daemon.setupUrl ?? '').searchParams.get('once') ?? ''
    expect((await get(`/setup?once=${token}`)).status).toBe(410)
    expect((await post(url, '/setup', { token, password: 'another long password' })).status).toBe(410)
    await logIn(url)
  })

  it('no new one-time link is made once a password is set', async () => {
    expect((await desk.start(['admin'])).setupUrl).toBeNull()
  })
})

describe('whoever is not logged in', () => {
  it.each(['/', '/queues', '/queues/api/queues', '/queues/static/favicon.ico'])(
    'whoever is not logged in sees nothing of %s',
    async path => {
      const page = await get(path, { accept: 'text/html' })
      expect(page.status).toBe(303)
      expect(page.headers.get('location')).toBe(path === '/' ? '/login' : `/login?next=${encodeURIComponent(path)}`)
      expect((await get(path, { accept: 'application/json' })).status).toBe(401)
    },
  )

  it('a visitor who is not logged in cannot have a source crawled', async () => {
    expect((await post(url, '/sources/courier/crawl', {})).status).toBe(401)
    expect((await post(url, '/queues/api/queues/crawl/add', {})).status).toBe(401)
  })

  it('a visitor who is not logged in can use the probes for liveness and readiness', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'alive' })
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' })
  })
})

describe('an admin', () => {
  it('an admin sees the sources with their state, all of it escaped', async () => {
    const cookie = await logIn(url)
    await until(() => desk.list('latest').then(entries => entries.length > 0))
    const page = await seen(url, '/sources', cookie)
    expect(page).toContain('Courier &lt;script&gt;')
    expect(page).not.toContain(evil)
    const overview = await seen(url, '/overview', cookie)
    expect(overview).toMatch(/1 sources \(1 fresh\)/)
    expect(overview).toContain('latest:world')
  })

  it('an admin re-crawls a source at once', async () => {
    const cookie = await logIn(url)
    const before = feed.requests.length
    const answer = await post(url, '/sources/courier/crawl', {}, { cookie, origin: url })
    expect(answer.status).toBe(303)
    await until(() => feed.requests.length > before)
    const page = await (await get(answer.headers.get('location') ?? '', { cookie })).text()
    expect(page).toMatch(/Courier .*(is being|was) crawled again/)
    expect((await post(url, '/sources/nobody/crawl', {}, { cookie, origin: url })).status).toBe(404)
  })

  it('an admin who has logged out has no access any more', async () => {
    const cookie = await logIn(url)
    expect((await get('/', { cookie })).status).toBe(200)
    await post(url, '/logout', {}, { cookie, origin: url })
    expect((await get('/', { cookie })).status).toBe(303)
  })

  it("an admin's cookie cannot be used by scripts or by another site", async () => {
    const answer = await post(url, '/login', { user: 'admin', password: PASSWORD })
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
  })
})

describe('a page of somebody else', () => {
  it('a form on a foreign page cannot act for an admin who is logged in', async () => {
    const cookie = await logIn(url)
    const forged = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await post(url, '/sources/courier/crawl', {}, forged)).status).toBe(403)
    expect((await post(url, '/queues/api/queues/crawl/add', {}, forged)).status).toBe(403)
  })

  it.each([
    ['POST', { 'sec-fetch-site': 'cross-site' }, true],
    ['POST', { 'sec-fetch-site': 'same-site' }, true],
    ['POST', { 'sec-fetch-site': 'same-origin' }, false],
    ['POST', { origin: 'http://127.0.0.1:81', host: '127.0.0.1:80' }, true],
    ['POST', { origin: 'null', host: '127.0.0.1:80' }, true],
    ['POST', { origin: 'http://127.0.0.1:80', host: '127.0.0.1' }, false],
    ['POST', {}, false],
    ['DELETE', { 'sec-fetch-site': 'cross-site' }, true],
    ['GET', { 'sec-fetch-site': 'cross-site' }, false],
  ])('%s with %j is a forged request: %s', (method, headers, forged) => {
    expect(isForged(method, headers, null)).toBe(forged)
  })

  it('nobody is acted for by a cookie alone: what says neither origin nor site is no browser, and has a token', () => {
    expect(isForged('POST', {}, 'session')).toBe(true)
    expect(isForged('POST', {}, 'proxy')).toBe(true)
    expect(isForged('POST', {}, 'token')).toBe(false)
  })

  it('a foreign page cannot show the admin UI in a frame', async () => {
    const { headers } = await get('/login')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-powered-by')).toBeNull()
  })
})

describe('html', () => {
  it('the template tag `html` escapes every value except nested templates', () => {
    expect(html`<a title="${`"'<&>`}">${html`<b>${'<i>'}</b>`}${null}${[html`1`, html`2`]}</a>`.markup).toBe(
      '<a title="&quot;&#39;&lt;&amp;&gt;"><b>&lt;i&gt;</b>12</a>',
    )
  })
})
