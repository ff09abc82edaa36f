import express from 'express'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ROLES, type UserRole } from '../../../src/domain/actor.ts'
import { createTokens } from '../../../src/server/admin/auth/tokens.ts'
import { neededRole } from '../../../src/server/admin/web/permissions.ts'
import { setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'

type Method = 'GET' | 'POST'

/**
 * The least role of every route that takes a log-in. A new route must be named here: what is found on the running
 * server and this list are compared.
 */
const ROUTES: Readonly<Record<UserRole, readonly string[]>> = {
  viewer: [
    'GET /',
    'GET /account',
    'GET /articles',
    'GET /articles/:id',
    'GET /audit',
    'GET /changes',
    'GET /live',
    'GET /overview',
    'GET /pins',
    'GET /quarantine',
    'GET /quarantine/:source/:body',
    'GET /rules',
    'GET /rules/edit',
    'GET /rules/test',
    'GET /search',
    'GET /sources',
    'GET /sources/-/add',
    'GET /sources/-/asked',
    'GET /sources/-/confirm',
    'GET /sources/-/export.opml',
    'GET /sources/-/import',
    'GET /sources/-/rows',
    'GET /sources/:id',
    'GET /stories/:id',
    'POST /account/password',
    'POST /account/preferences',
    'POST /account/sessions/end',
  ],
  editor: [
    'POST /articles/:id/block',
    'POST /articles/:id/pin',
    'POST /articles/:id/section',
    'POST /articles/:id/split',
    'POST /articles/:id/unblock',
    'POST /articles/:id/unpin',
    'POST /stories/-/merge',
    'POST /stories/:id/merge',
    'POST /stories/:id/split',
    'POST /undo',
  ],
  admin: [
    'GET /tokens',
    'GET /users',
    'POST /overview/log',
    'POST /rules/-/apply',
    'POST /rules/-/save',
    'POST /rules/-/try',
    'POST /rules/:id/move',
    'POST /rules/:id/remove',
    'POST /quarantine/:source/:body/drop',
    'POST /quarantine/:source/:body/replay',
    'POST /sources/-/act',
    'POST /sources/-/add',
    'POST /sources/-/find',
    'POST /sources/-/import',
    'POST /sources/:id/crawl',
    'POST /sources/:id/place',
    'POST /sources/:id/settings',
    'POST /sources/:id/settings/reset',
    'POST /tokens',
    'POST /tokens/:id/revoke',
    'POST /users',
    'POST /users/:id/remove',
    'POST /users/:id/reset',
    'POST /users/:id/role',
    'POST /users/:id/sessions/end',
  ],
}
/** Open to everybody: they check what they are given. */
const OPEN = ['GET /login', 'POST /login', 'POST /logout', 'GET /setup', 'POST /setup', 'GET /reset', 'POST /reset']

/** What Express was told while the server started: routes and mounted routers of each router. */
const told = new Map<object, { path: string; child?: object; method?: Method }[]>()
const note = (router: object, entry: { path: string; child?: object; method?: Method }): void => {
  told.set(router, [...(told.get(router) ?? []), entry])
}
const { prototype } = express.Router as unknown as { prototype: Record<string, (...given: unknown[]) => unknown> }
for (const name of ['use', 'get', 'post', 'put', 'patch', 'delete'] as const) {
  const original = prototype[name]
  vi.spyOn(prototype, name).mockImplementation(function (this: object, ...given: unknown[]) {
    const [first, ...rest] = given
    const paths = typeof first === 'string' ? [first] : Array.isArray(first) ? (first as string[]) : ['']
    const handlers = typeof first === 'function' ? given : rest
    for (const path of paths)
      if (name === 'use') for (const child of handlers) note(this, { path, child: child as object })
      else note(this, { path, method: name.toUpperCase() as Method })
    return original?.apply(this, given)
  })
}
afterAll(() => vi.restoreAllMocks())

const walk = (router: object, at: string): string[] =>
  (told.get(router) ?? []).flatMap(({ path, child, method }) => {
    const here = `${at}${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1')
    return method ? [`${method} ${here || '/'}`] : child && told.has(child) ? walk(child, here) : []
  })

const desk = testDaemon({
  sources: [{ id: 'courier', name: 'Courier', url: 'http://127.0.0.1:1/rss', section: 'world', enabled: false }],
})
let url: string
const headers = new Map<UserRole, Record<string, string>>()

beforeAll(async () => {
  url = await setUp(await desk.start(['admin']))
  const tokens = createTokens({ redis: desk.redis, keys: desk.keys, now: Date.now })
  for (const role of ROLES) {
    const { token } = await tokens.add(role, role, null)
    headers.set(role, { authorization: `Bearer ${token}`, accept: 'application/json' })
  }
})

/** A request that changes nothing, since it names nothing that exists. */
const ask = async (route: string, role: UserRole | null): Promise<number> => {
  const [method = '', path = ''] = route.split(' ')
  const address = `${url}${path.replaceAll(/:\w+/g, 'none')}`
  const end = new AbortController()
  const answer = await fetch(address, {
    ...{ method, redirect: 'manual', signal: end.signal },
    headers: { ...(role ? headers.get(role) : { accept: 'text/html' }) },
    ...(method === 'POST' ? { body: new URLSearchParams({ x: '1' }) } : {}),
  })
  const { status } = answer
  end.abort()
  return status
}

describe('the routes of the admin server', () => {
  it('every route of the admin server is one whose least role is named', () => {
    const roots = [...told.keys()].filter(
      router => ![...told.values()].some(entries => entries.some(({ child }) => child === router)),
    )
    const named = [...Object.values(ROUTES).flat(), ...OPEN]
    const found = new Set(roots.flatMap(root => walk(root, '')))
    // The queue dashboard has routes of its own under /queues, mounted twice; probes and hubs come before the log-in.
    const own = [...found].filter(
      route => !/ \/(assets|push|healthz|livez|readyz|metrics|queues|api|static)/.test(route),
    )
    expect(own.filter(route => !named.includes(route) && !/ \/(queue\/|job|:|\*|v1)/.test(route))).toEqual([])
    expect(named.filter(route => !found.has(route))).toEqual([])
  })

  it('every route of the admin server is refused to every role below the one it takes, and to nobody else', async () => {
    for (const [needed, routes] of Object.entries(ROUTES) as [UserRole, readonly string[]][])
      for (const route of routes) {
        const [method = '', path = ''] = route.split(' ')
        expect([route, neededRole(method, path)]).toEqual([route, needed])
        for (const role of ROLES) {
          const isRefused = ROLES.indexOf(role) < ROLES.indexOf(needed)
          const status = await ask(route, role)
          // A role that tries too often is told to wait.
          expect([route, role, status === 403 || status === 429]).toEqual([route, role, isRefused])
          expect([route, role, status >= 500]).toEqual([route, role, false])
        }
        expect([route, await ask(route, null)]).toEqual([route, method === 'GET' ? 303 : 401])
      }
  })

  it('a route of the admin server that is not known is refused to all but admins if it changes something, whatever its case', () => {
    for (const path of ['/', '/unknown', '/sources', '/SOURCES/x/crawl', '/queues/api/queues/crawl/add', '/Users', '/'])
      expect([path, neededRole('POST', path)]).toEqual([path, 'admin'])
    expect(neededRole('GET', '/USERS/x')).toBe('admin')
    expect(neededRole('HEAD', '/Tokens')).toBe('admin')
    expect(neededRole('DELETE', '/Articles/x')).toBe('editor')
  })
})
