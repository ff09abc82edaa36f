import { request } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import { logIn, PASSWORD, post, seen, setUp } from '../support/admin.ts'
import { testDaemon } from '../support/daemon.ts'

const desk = testDaemon({
  sources: [{ id: 'courier', name: 'Courier', url: 'https://courier.example/rss', section: 'world' }],
})
let url: string
let cookie: string
beforeAll(async () => {
  url = await setUp(await desk.start(['admin']))
  cookie = await logIn(url)
})

/** fetch would tidy a path up; who means harm does not. */
const raw = (path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    request({ host: hostname, port, path, headers }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
      .on('error', reject)
      .end()
  })

describe('a session that somebody chose for an admin', () => {
  it('a session that somebody chose for an admin is not the one the admin gets by logging in, and lets nobody in', async () => {
    const chosen = `newsdesk_session=${'A'.repeat(43)}`
    const answer = await post(
      url,
      '/login',
      { user: 'admin', password: PASSWORD },
      { cookie: chosen, origin: url, 'sec-fetch-site': 'same-origin' },
    )
    const given = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(given).toMatch(/^newsdesk_session=[\w-]{43}$/)
    expect(given).not.toBe(chosen)
    expect((await raw('/', { cookie: chosen })).status).toBe(303)
    await seen(url, '/', given)
  })

  it('a session is another one at each log-in, and none is kept as it is', async () => {
    const all = await Promise.all([logIn(url), logIn(url), logIn(url)])
    expect(new Set(all).size).toBe(3)
    const names = (await desk.redis.keys(`*${desk.keys.prefix}*`)).join('\n')
    for (const each of all) expect(names).not.toContain(each.split('=')[1])
  })
})

describe('a path of the desk', () => {
  it.each([
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/....//....//package.json',
    '/assets/admin.css%00.js',
    '/assets/__proto__',
    '/queues/static/../../../package.json',
    '/queues/static/..%2f..%2f..%2fpackage.json',
    '/queues/static/%2e%2e%5c%2e%2e%5cpackage.json',
    '//etc/passwd',
    '/sources/..%2f..%2fetc%2fpasswd',
    '/quarantine/courier/..%2f..%2fx',
    '/articles/__proto__',
    '/stories/%7B%7D:members',
    '/%zz',
  ])('a path of the desk that leads out, %s, shows no file, to strangers and to admins', async path => {
    for (const headers of [{}, { cookie }]) {
      const { status, body } = await raw(path, headers)
      expect(status, body.slice(0, 200)).toBeLessThan(500)
      expect(body).not.toMatch(/"devDependencies"|root:.*:0:0/)
    }
  })

  it.each([
    '?__proto__[isAdmin]=1',
    '?q[__proto__][x]=1&q=2',
    '?q=a&q=b&page=1e9&page=-1',
    '?state[]=failing&sort[constructor]=x',
    '?page=%00&q=%F0%9F%92%A9%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
  ])('a page of the desk with the query %s changes no object, breaks no page, and becomes no markup', async query => {
    for (const page of ['/', '/sources', '/articles', '/audit', '/quarantine', '/overview']) {
      const { status, body } = await raw(`${page}${query}`, { cookie })
      expect([status, page]).toEqual([200, page])
      expect(body).not.toContain('<script>alert')
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined()
  })
})
