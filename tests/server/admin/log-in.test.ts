import { request } from 'node:http'
import { hostname } from 'node:os'
import { beforeAll, describe, expect, it } from 'vitest'
import { AdminSettings } from '../../../src/config/sections/admin.ts'
import { createUsers } from '../../../src/server/admin/auth/users.ts'
import { PASSWORD, post, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'

const desk = testDaemon({
  sources: [],
  settings: {
    admin: {
      proxies: ['127.0.0.1'],
      userHeader: 'X-Forwarded-User',
      groupsHeader: 'X-Forwarded-Groups',
      adminGroups: ['admins'],
      hosts: ['Desk.example.org'],
    },
  },
})
let url: string
beforeAll(async () => {
  url = await setUp(await desk.start(['admin']))
})

const guess = (address: string, password: string, cookie = '') =>
  post(
    url,
    '/login',
    { user: 'admin', password },
    { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin', cookie },
  )

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map(each => each.split(';')[0])
    .join('; ')

describe('a stranger who guesses', () => {
  it('a stranger who guesses passwords of unknown users from ninety addresses locks out nobody in a known browser', {
    timeout: 240_000,
  }, async () => {
    const before = await guess('203.0.113.77', PASSWORD)
    expect(before.status).toBe(303)
    const flood = Array.from({ length: 90 }, (_, index) =>
      post(
        url,
        '/login',
        { user: `nobody-${index}`, password: 'a guess that is wrong' },
        { 'x-forwarded-for': `10.${index}.0.1`, 'sec-fetch-site': 'same-origin' },
      ),
    )
    // Those beyond the places are refused at once: by then all places are taken.
    await Promise.race(
      flood.map(each => each.then(({ status }) => (status === 429 ? true : new Promise(() => undefined)))),
    )
    const known = await guess('203.0.113.77', PASSWORD, cookiesOf(before))
    expect(known.status).toBe(303)
    const statuses = (await Promise.all(flood)).map(({ status }) => status)
    expect(statuses.filter(status => status === 401).length).toBeLessThanOrEqual(32)
    expect(statuses.filter(status => status === 429).length).toBeGreaterThanOrEqual(58)
  })

  it('a stranger who guesses 51 times from one address must wait, and locks the user out neither elsewhere nor in a known browser', async () => {
    const before = await guess('203.0.113.7', PASSWORD)
    expect(before.status).toBe(303)
    const statuses: number[] = []
    let last: Response | undefined
    for (let count = 0; count < 51; count += 1) {
      last = await guess('203.0.113.7', 'a guess that is wrong')
      statuses.push(last.status)
    }
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
    expect(statuses.filter(status => status === 429).length).toBeGreaterThan(30)
    for (let count = 0; count < 8 && last?.status !== 429; count += 1)
      last = await guess('203.0.113.7', 'a guess that is wrong')
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await last?.text()).toMatch(/Too many attempts\. Your password was not checked: try again in/)

    expect((await guess('198.51.100.9', PASSWORD)).status).toBe(303)
    const known = await guess('203.0.113.7', PASSWORD, cookiesOf(before))
    expect(known.status).toBe(303)
    // The same browser keeps its secret; what is no secret of ours is not taken up.
    expect(cookiesOf(known)).toContain(/newsdesk_device=[\w-]{43}/.exec(cookiesOf(before))?.[0])
    const planted = `newsdesk_device=${'A'.repeat(43)}`
    expect(cookiesOf(await guess('198.51.100.9', PASSWORD, planted))).not.toContain(planted)
  }, 240_000)

  it('failed log-ins of a stranger leave two keys in Redis, however many there are', async () => {
    const names = await desk.redis.keys(`${desk.keys.admin('tries')}*`)
    expect(names.sort()).toEqual([desk.keys.admin('tries'), desk.keys.admin('tries:ends')])
  })
})

describe('a password of fewer than ten characters', () => {
  it('a password of fewer than ten characters is refused wherever one is chosen', async () => {
    const parsed = AdminSettings.safeParse({ password: 'a' })
    expect(parsed.error?.issues[0]?.message).toBe(
      'is too short: a password needs at least 10 characters; leave it empty to get a set-up link',
    )
    const users = createUsers({ redis: desk.redis, keys: desk.keys, now: Date.now })
    for (const wish of [
      users.add('short', 'viewer', 'a'),
      users.setPassword('admin', '123456789'),
      users.ensureAdmin('123456789'),
    ])
      await expect(wish).rejects.toThrow('10 characters or more')
  })
})

/** As a browser would ask that was told that this name leads here. */
const askAs = (host: string, path = '/sources', headers: Record<string, string> = {}) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { hostname: address, port } = new URL(url)
    request({ host: address, port, path, headers: { host, ...headers } }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
      .on('error', reject)
      .end()
  })

describe('a page of somebody else whose name was made to lead to the admin server', () => {
  const forged = { 'x-forwarded-user': 'ana', 'x-forwarded-groups': 'admins' }

  it.each([
    'evil.example',
    'evil.example:3220',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'desk.example.org.evil.example',
    'evil@localhost',
    '[evil]',
    'xn--80ak6aa92e.com',
  ])(
    'a page of somebody else whose name, %s, leads to the admin server sees and does nothing, whatever headers it sends, and is told which setting is meant',
    async host => {
      const { status, body } = await askAs(host, '/sources', forged)
      expect(status).toBe(421)
      expect(body).toContain('NEWSDESK_ADMIN_HOSTS')
      expect(body).not.toContain('ana')
      expect((await askAs(host, '/live?topics=sources', forged)).status).toBe(421)
      expect((await askAs(host, '/queues/api/queues', forged)).status).toBe(421)
      expect((await askAs(host, '/login')).status).toBe(421)
    },
  )

  it("requests to the server's own names and addresses are not refused as foreign", async () => {
    const own = [
      'localhost',
      'LOCALHOST:3220',
      'desk.localhost',
      '127.0.0.1:1',
      '192.0.2.7',
      '[::1]:3220',
      'desk.example.org',
      'DESK.example.org.:443',
      hostname(),
    ]
    for (const host of own) expect([host, (await askAs(host, '/sources', forged)).status]).toEqual([host, 200])
  })

  it('probes answer under any host name, since they reveal nothing secret', async () => {
    expect((await askAs('newsdesk:3220', '/healthz')).status).toBe(200)
  })

  it('the admin server cannot be configured with a name that no host has', () => {
    for (const host of ['https://desk.example.org', 'desk.example.org:443', 'desk.example.org/x', ''])
      expect(() => AdminSettings.parse({ hosts: [host] })).toThrow(/without scheme, port or path/)
  })
})
