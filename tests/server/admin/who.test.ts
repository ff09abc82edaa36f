import { beforeAll, describe, expect, it } from 'vitest'
import { AdminSettings } from '../../../src/config/sections/admin.ts'
import type { Source } from '../../../src/domain/source.ts'
import { writePassword } from '../../../src/server/admin/auth/passwords.ts'
import { whoOfProxy } from '../../../src/server/admin/auth/proxy.ts'
import { createTokens } from '../../../src/server/admin/auth/tokens.ts'
import { createUsers } from '../../../src/server/admin/auth/users.ts'
import { createAudit } from '../../../src/use-cases/audit-log.ts'
import { logIn, PASSWORD, post, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'
import { rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const feed = await serve((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss([{ title: 'Ferry treaty signed' }]))
})
const sources = [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world', interval: '12h' }]
const desk = testDaemon({ sources })
const users = createUsers({ redis: desk.redis, keys: desk.keys, now: Date.now })
const tokens = createTokens({ redis: desk.redis, keys: desk.keys, now: Date.now })
const audit = createAudit({ redis: desk.redis, keys: desk.keys, now: Date.now })
const NO_FILTER = { who: '', what: '', on: '' }
let url: string
let admin: string
let viewer: string

beforeAll(async () => {
  url = await setUp(await desk.start(['scheduler', 'admin']))
  await users.add('vera', 'viewer', PASSWORD)
  ;[admin, viewer] = await Promise.all([logIn(url), logIn(url, 'vera')])
})

const get = (path: string, headers: Record<string, string>) => fetch(`${url}${path}`, { redirect: 'manual', headers })

describe('the first user', () => {
  it('the first user is logged in by the one-time link itself', async () => {
    const fresh = await testDaemon({ sources: [] }).start(['admin'])
    const token = new URL(fresh.setupUrl ?? '').searchParams.get('once') ?? ''
    const answer = await post(fresh.adminUrl ?? '', '/setup', { token, password: PASSWORD })
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(await seen(fresh.adminUrl ?? '', '/', cookie)).toMatch(/admin<\/a> <span class="soft">admin/)
  })

  it('the first user keeps the password of an installation from before there were users', async () => {
    const old = testDaemon({ sources: [] })
    await old.redis.set(old.keys.admin('password'), await writePassword('the password of before'))
    const daemon = await old.start(['admin'])
    expect(daemon.setupUrl).toBeNull()
    await logIn(daemon.adminUrl ?? '', 'admin', 'the password of before')
    expect(await old.redis.exists(old.keys.admin('password'))).toBe(0)
  })

  it('the first user has the password of the configuration, and a restart with the same password keeps sessions', async () => {
    const set = testDaemon({ sources: [], settings: { admin: { password: 'from the environment' } } })
    const first = await set.start(['admin'])
    const cookie = await logIn(first.adminUrl ?? '', 'admin', 'from the environment')
    const second = await set.start(['admin'])
    await seen(second.adminUrl ?? '', '/', cookie)
  })
})

/** What the queue dashboard's own page is told. */
const boards = async (cookie: string): Promise<{ readOnlyMode: boolean }[]> => {
  const answer = await get('/queues/api/queues', { cookie })
  return ((await answer.json()) as { queues: { readOnlyMode: boolean }[] }).queues
}

describe('a viewer', () => {
  it('a viewer sees every page, but no button that changes anything', async () => {
    for (const path of ['/', '/overview', '/articles', '/sources', '/quarantine', '/audit', '/queues'])
      await seen(url, path, viewer)
    expect(await seen(url, '/sources', viewer)).not.toContain('Re-crawl')
  })

  it.each(['/sources/courier/crawl', '/quarantine/courier/x/drop', '/queues/api/queues/crawl/add', '/nowhere'])(
    'a viewer is refused %s with a page that says why, and nothing happens',
    async path => {
      const before = await desk.redis.zcard(`${desk.keys.bull()}:crawl:prioritized`)
      const answer = await post(url, path, {}, { cookie: viewer, origin: url })
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('Only an admin may do that')
      expect(await desk.redis.zcard(`${desk.keys.bull()}:crawl:prioritized`)).toBe(before)
      const told = await get('/audit', { cookie: admin, accept: 'application/json' })
      const { refused } = (await told.json()) as { refused: { kind: string; who: string; on: string }[] }
      expect(refused.find(({ kind, who }) => kind === 'role' && who === 'vera')?.on).toBe(`POST ${path}`)
    },
  )

  it('a viewer has a queue dashboard that offers no change', async () => {
    const queues = await boards(viewer)
    expect(new Set(queues.map(({ readOnlyMode }) => readOnlyMode))).toEqual(new Set([true]))
    const admins = await boards(admin)
    expect(admins[0]?.readOnlyMode).toBe(false)
  })

  it('a viewer can log out', async () => {
    const cookie = await logIn(url, 'vera')
    expect((await post(url, '/logout', {}, { cookie, origin: url })).status).toBe(303)
    expect((await get('/', { cookie })).status).toBe(303)
  })
})

describe('a session', () => {
  it.each([
    ['has another password', () => users.setPassword('sam', 'quite another password')],
    ['has another role', () => users.setRole('sam', 'admin')],
    ['is removed', () => users.remove('sam')],
  ])('a session ends when its user %s', async (_, change) => {
    await users.add('sam', 'viewer', PASSWORD)
    const cookie = await logIn(url, 'sam')
    await seen(url, '/', cookie)
    await change()
    expect((await get('/', { cookie })).status).toBe(303)
    if (await users.get('sam')) await users.remove('sam')
  })

  it('a log-in leads to the page that was asked for, and never to another site', async () => {
    const to = async (next: string) =>
      (await post(url, '/login', { user: 'admin', password: PASSWORD, next })).headers.get('location')
    expect(await to('/sources?state=failing')).toBe('/sources?state=failing')
    for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', ''])
      expect(await to(next)).toBe('/')
  })

  it("a session's cookie is marked Secure if a trusted proxy says that the browser uses TLS", async () => {
    const behind = await testDaemon({ sources: [], settings: { admin: { proxies: ['127.0.0.1'] } } }).start(['admin'])
    const token = new URL(behind.setupUrl ?? '').searchParams.get('once') ?? ''
    const answer = await post(
      behind.adminUrl ?? '',
      '/setup',
      { token, password: PASSWORD },
      { 'x-forwarded-proto': 'https' },
    )
    expect(answer.headers.get('set-cookie')).toMatch(/; Secure/)
  })
})

describe('a token', () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}`, accept: 'application/json' })

  it('a script with a token reads JSON and acts without a cookie or an Origin header', async () => {
    const { token } = await tokens.add('deploy', 'admin', null)
    const listed = (await (await get('/sources', bearer(token))).json()) as { rows: { source: Source }[] }
    expect(listed.rows[0]?.source.id).toBe('courier')
    const answer = await post(url, '/sources/courier/crawl', {}, bearer(token))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ source: 'courier' })
    const { entries } = await audit.read({ ...NO_FILTER, who: 'token:deploy' }, null, 1)
    expect(entries[0]).toMatchObject({ what: 'source.crawl', on: 'courier', outcome: 'done' })
    expect((await tokens.list()).find(({ name }) => name === 'deploy')?.usedAt).toBeGreaterThan(0)
  })

  it('a token of a viewer changes nothing', async () => {
    const { token } = await tokens.add('graphs', 'viewer', null)
    expect((await get('/sources', bearer(token))).status).toBe(200)
    expect((await post(url, '/sources/courier/crawl', {}, bearer(token))).status).toBe(403)
  })

  it('a token is refused once it is revoked or expired, or with a wrong secret', async () => {
    const { id, token } = await tokens.add('old', 'admin', null)
    expect((await get('/', bearer(`${token.slice(0, -4)}AAAA`))).status).toBe(401)
    await tokens.revoke(id)
    expect((await get('/', bearer(token))).status).toBe(401)
    const over = await tokens.add('over', 'admin', Date.now() - 60_000)
    expect((await get('/', bearer(over.token))).status).toBe(401)
  })

  it('the secret of a token is stored nowhere', async () => {
    const { token } = await tokens.add('secret', 'admin', null)
    const secret = token.split('_').slice(2).join('_')
    expect(JSON.stringify(await desk.redis.hgetall(desk.keys.admin('tokens')))).not.toContain(secret)
  })

  it('a token cannot be used by a foreign page', async () => {
    const { token } = await tokens.add('crossed', 'admin', null)
    const headers = { ...bearer(token), 'sec-fetch-site': 'cross-site' }
    expect((await post(url, '/sources/courier/crawl', {}, headers)).status).toBe(403)
  })
})

describe('log-in by a proxy', () => {
  const login = {
    userHeader: 'X-Forwarded-User',
    groupsHeader: 'X-Forwarded-Groups',
    adminGroups: ['desk-admins'],
    viewerGroups: ['press'],
  }
  const settings = AdminSettings.parse(login)

  it.each([
    [{ 'x-forwarded-user': 'ana', 'x-forwarded-groups': 'press, desk-admins' }, true, { name: 'ana', role: 'admin' }],
    [{ 'x-forwarded-user': 'ben', 'x-forwarded-groups': 'press' }, true, { name: 'ben', role: 'viewer' }],
    [{ 'x-forwarded-user': 'eve', 'x-forwarded-groups': 'sales' }, true, 'denied'],
    [{ 'x-forwarded-user': '<b>', 'x-forwarded-groups': 'press' }, true, 'denied'],
    [{ 'x-forwarded-groups': 'desk-admins' }, true, null],
    [{ 'x-forwarded-user': 'ana', 'x-forwarded-groups': 'desk-admins' }, false, null],
  ])('log-in by a proxy with %j, trusted %s, is %j', (headers, isTrusted, who) => {
    const found = whoOfProxy(headers, isTrusted, settings)
    if (who !== null && typeof who === 'object') expect(found).toMatchObject(who)
    else expect(found).toBe(who)
  })

  it('log-in by a proxy admits the user whom a trusted proxy names, and nobody from an untrusted address', async () => {
    const headers = { 'x-forwarded-user': 'ana@example.org', 'x-forwarded-groups': 'desk-admins' }
    const trusted = await testDaemon({
      sources,
      settings: { admin: { proxies: ['127.0.0.0/8'], ...login } },
    }).start(['admin'])
    const page = await fetch(`${trusted.adminUrl}/sources`, { headers })
    expect(await page.text()).toContain('ana@example.org')
    const cross = { ...headers, 'sec-fetch-site': 'cross-site' }
    expect((await post(trusted.adminUrl ?? '', '/sources/courier/crawl', {}, cross)).status).toBe(403)
    expect((await post(trusted.adminUrl ?? '', '/sources/courier/crawl', {}, headers)).status).toBe(403)
    const other = await testDaemon({ sources, settings: { admin: { proxies: ['10.0.0.0/8'], ...login } } }).start([
      'admin',
    ])
    expect((await fetch(`${other.adminUrl}/sources`, { headers, redirect: 'manual' })).status).toBe(303)
  })

  it('a trusted proxy that is not an IP address or network is refused', () => {
    expect(() => AdminSettings.parse({ proxies: ['everyone'] })).toThrow(/IP address/)
  })
})

describe('the queue dashboard', () => {
  it('every change made in the queue dashboard is in the audit log with its user and action', async () => {
    const answer = await fetch(`${url}/queues/api/queues/crawl/add`, {
      method: 'POST',
      headers: { cookie: admin, origin: url, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'courier', data: { sourceId: 'courier' }, options: {} }),
    })
    expect(answer.status).toBe(200)
    const { entries } = await until(
      () => audit.read({ ...NO_FILTER, what: 'queue.add' }, null, 1),
      found => found.entries.length === 1,
    )
    expect(entries[0]).toMatchObject({ who: 'admin', on: 'crawl', outcome: 'done' })
    expect(entries[0]?.after).toContain('courier')
  })

  it.each(['', 'nobody', undefined])('a crawl of %j is refused at once in the queue dashboard', async sourceId => {
    const answer = await fetch(`${url}/queues/api/queues/crawl/add`, {
      method: 'POST',
      headers: { cookie: admin, origin: url, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x', data: { sourceId }, options: {} }),
    })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(/source/)])
  })
})
