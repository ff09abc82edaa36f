import { beforeAll, describe, expect, it } from 'vitest'
import { createUsers } from '../../../src/server/admin/auth/users.ts'
import { logIn, PASSWORD, post, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'

const desk = testDaemon({ sources: [] })
const users = createUsers({ redis: desk.redis, keys: desk.keys, now: Date.now })
let url: string
let cookie: string

beforeAll(async () => {
  url = await setUp(await desk.start(['admin']))
  cookie = await logIn(url)
})

const act = (path: string, fields: Record<string, string>, own = cookie) =>
  post(url, path, fields, { cookie: own, origin: url, 'sec-fetch-site': 'same-origin' })
const linkIn = async (answer: Response): Promise<string> => {
  const [, path = ''] = /value="http[^"]*?(\/reset\?once=[\w-]+)"/.exec(await answer.text()) ?? []
  return path
}

describe('users in the admin UI', () => {
  it('a user added in the admin UI sets a password by a link that works once, and is logged in with the role', async () => {
    const link = await linkIn(await act('/users', { name: 'ada', role: 'editor' }))
    const token = new URL(link, url).searchParams.get('once') ?? ''
    const secrets = JSON.stringify(await desk.redis.keys(`*${desk.keys.prefix}*`))
    expect(secrets).not.toContain(token)
    expect(await (await fetch(`${url}${link}`)).text()).toContain('You are the user <strong>ada</strong>')
    expect((await post(url, '/reset', { token, password: 'short' })).status).toBe(400)
    const answer = await post(url, '/reset', { token, password: 'another long password' })
    expect(answer.status).toBe(303)
    const own = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(await seen(url, '/account', own)).toContain('<strong>ada</strong>, editor')
    expect((await post(url, '/reset', { token, password: 'another long password' })).status).toBe(410)
    expect((await fetch(`${url}${link}`)).status).toBe(410)
    // Neither a page of users nor a link to it.
    expect((await fetch(`${url}/users`, { headers: { cookie: own } })).status).toBe(403)
    expect(await seen(url, '/', own)).not.toContain('href="/users"')
  })

  it('a link that sets a password is worthless once the user has changed', async () => {
    await users.add('ben', 'viewer', PASSWORD)
    const link = await linkIn(await act('/users/ben/reset', {}))
    expect((await fetch(`${url}${link}`)).status).toBe(200)
    await act('/users/ben/role', { role: 'editor' })
    expect((await users.get('ben'))?.role).toBe('editor')
    expect((await fetch(`${url}${link}`)).status).toBe(410)
  })

  it('the last admin stays one, and what cannot be done to a user is said with status 409', async () => {
    expect((await act('/users/admin/role', { role: 'viewer' })).status).toBe(409)
    expect((await act('/users/admin/remove', {})).status).toBe(409)
    expect((await act('/users/nobody/reset', {})).status).toBe(409)
    expect((await act('/users', { name: 'admin', role: 'admin' })).status).toBe(409)
    expect((await act('/users', { name: 'x', role: 'queen' })).status).toBe(409)
  })

  it('a token made in the admin UI is shown once, works, and is revoked', async () => {
    const shown = await (await act('/tokens', { name: 'graphs', role: 'viewer', for: '90d' })).text()
    const [token = ''] = /nd_[a-f0-9]{8}_[\w-]{43}/.exec(shown) ?? []
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
    expect((await fetch(`${url}/sources`, { headers })).status).toBe(200)
    expect(await seen(url, '/tokens', cookie)).not.toContain(token)
    await act(`/tokens/${token.split('_')[1]}/revoke`, {})
    expect((await fetch(`${url}/sources`, { headers })).status).toBe(401)
  })
})

describe('one’s own account', () => {
  it('one’s own password is changed with the current one, which ends all other sessions and keeps this one', async () => {
    await users.add('cleo', 'viewer', PASSWORD)
    const [own, other] = [await logIn(url, 'cleo'), await logIn(url, 'cleo')]
    const wrong = await act('/account/password', { current: 'not the password', password: 'a newer password' }, own)
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('is not your password')])
    expect((await act('/account/password', { current: PASSWORD, password: 'short' }, own)).status).toBe(400)
    const changed = await act('/account/password', { current: PASSWORD, password: 'a newer password' }, own)
    expect(changed.status).toBe(303)
    const fresh = (changed.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    await seen(url, '/account', fresh)
    for (const old of [own, other])
      expect((await fetch(`${url}/account`, { headers: { cookie: old }, redirect: 'manual' })).status).toBe(303)
    await logIn(url, 'cleo', 'a newer password')
  })

  it('one’s own sessions are listed with browser and address, and are ended one by one or all others', async () => {
    await users.add('dora', 'viewer', PASSWORD)
    const [own, second, third] = [await logIn(url, 'dora'), await logIn(url, 'dora'), await logIn(url, 'dora')]
    const headers = { cookie: own, accept: 'application/json' }
    const read = async () =>
      ((await (await fetch(`${url}/account`, { headers })).json()) as { sessions: { id: string; isOwn: boolean }[] })
        .sessions
    const listed = await read()
    expect(listed).toHaveLength(3)
    expect(listed.filter(({ isOwn }) => isOwn)).toHaveLength(1)
    await act('/account/sessions/end', { id: listed.find(({ isOwn }) => !isOwn)?.id ?? '' }, own)
    expect(await read()).toHaveLength(2)
    await act('/account/sessions/end', {}, own)
    expect(await read()).toHaveLength(1)
    for (const ended of [second, third])
      expect((await fetch(`${url}/account`, { headers: { cookie: ended }, redirect: 'manual' })).status).toBe(303)
  })

  it('one’s own language and time zone are on every page, and what is none is refused at its field', async () => {
    expect((await act('/account/preferences', { locale: 'de', zone: 'Europe/Berlin' })).status).toBe(303)
    expect(await seen(url, '/sources', cookie)).toContain('data-locale="de" data-zone="Europe/Berlin"')
    const wrong = await act('/account/preferences', { locale: 'not a language', zone: 'Mars/Olympus' })
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('data-field="zone"')])
  })
})

describe('an installation without sources', () => {
  it('an installation without sources explains three steps on its front page, and says nowhere that all is well', async () => {
    const page = await seen(url, '/', cookie)
    expect(page).toMatch(/Add sources[\s\S]*\/sources\/-\/import[\s\S]*first crawl[\s\S]*lrange [^ ]*must-reads/)
    expect(await seen(url, '/overview', cookie)).not.toContain('All is well')
  })

  it('an installation whose sources were not fetched yet says on its front page how far the first crawl is', async () => {
    const source = { name: 'A', url: 'http://127.0.0.1:1/a', section: 'world', interval: '12h' }
    const fresh = testDaemon({
      sources: [
        { ...source, id: 'a' },
        { ...source, id: 'b', url: 'http://127.0.0.1:1/b' },
      ],
      settings: { http: { port: -1 } },
    })
    const at = await setUp(await fresh.start(['admin']))
    const own = await logIn(at)
    expect(await seen(at, '/', own)).toContain('<progress max="2" value="0">')
  })
})
