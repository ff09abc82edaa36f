import { request } from 'node:http'
import { pino } from 'pino'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { HttpSettings } from '../../src/config/sections/public-server.ts'
import { eventsRoute } from '../../src/server/public/events.ts'
import { listsRoute } from '../../src/server/public/lists.ts'
import { startHttp } from '../../src/server/public/server.ts'
import { updatesRoute } from '../../src/server/public/updates.ts'
import { testCounters, view } from '../support/events.ts'

const { redis, keys, connect, aCounter, A } = testCounters()
await redis.ping()
const settings = HttpSettings.parse({ port: 0 })
const ending = new AbortController()
const blocking = connect()
const server = await startHttp({
  settings: () => settings,
  routes: [
    {
      path: '/v1/events',
      router: eventsRoute({ redis, keys, settings: () => settings, maxLength: () => 1_000, now: Date.now }),
    },
    { path: '/v1/lists', router: listsRoute({ redis, keys, names: () => ['latest'] }) },
    {
      path: '/v1/updates',
      router: updatesRoute({ redis, keys, blocking, signal: ending.signal, onError: () => undefined }),
    },
  ],
  log: pino({ level: 'silent' }),
})
afterAll(async () => {
  ending.abort()
  blocking.disconnect()
  await server.close()
})
const post = (body: string, type = 'application/json') =>
  fetch(`${server.url}/v1/events`, {
    method: 'POST',
    body,
    headers: { 'content-type': type, 'user-agent': 'Mozilla/5.0' },
  })
/** fetch would tidy a path up; who means harm does not. */
const raw = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    request({ host: hostname, port, path }, response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
const untouched = () => {
  expect(Object.keys(Object.prototype)).toEqual([])
  const any: Record<string, unknown> = {}
  expect([any.kind, any.isAdmin, any.article]).toEqual([undefined, undefined, undefined])
}
const event = `"kind":"view","article":"${A}"`

describe('a body sent to the public server', () => {
  beforeEach(() => redis.del(keys.events()))

  it.each([
    ['levels without end', `${'['.repeat(15_000)}${']'.repeat(15_000)}`, 400],
    ['levels without end in a field', `{${event},"visitor":${'['.repeat(15_000)}${']'.repeat(15_000)}}`, 400],
    ['levels without end where events stand', `{"events":${'{"events":'.repeat(3_000)}[]${'}'.repeat(3_000)}}`, 400],
    ['a number of ten thousand digits', `{${event},"at":${'9'.repeat(10_000)}}`, 400],
    ['a number beyond numbers', `{${event},"seconds":1e999}`, 400],
    ['a prototype as the event', `{"__proto__":{${event}}}`, 400],
    ['a prototype as the list', `{"__proto__":{"events":[{${event}}]}}`, 400],
    ['a constructor', `{"constructor":{"prototype":{"isAdmin":true}}}`, 400],
    ['nothing', '', 400],
  ])('a body sent to the public server with %s is refused, and nothing of it taken in', async (_, body, status) => {
    const answer = await post(body)
    expect([answer.status, Object.keys((await answer.json()) as object)]).toEqual([status, ['error']])
    expect(await redis.xlen(keys.events())).toBe(0)
    untouched()
  })

  it.each([
    ['names nobody asked for', `{${event},${Array.from({ length: 4_000 }, (_, n) => `"k${n}":0`).join(',')}}`],
    ['a prototype besides', `{${event},"__proto__":{"isAdmin":true},"network":"forged"}`],
  ])(
    'a body sent to the public server with %s is taken for what it says, and no more of it is kept',
    async (_, body) => {
      expect((await post(body)).status).toBe(204)
      const [[, fields] = ['', []]] = await redis.xrange(keys.events(), '-', '+')
      expect(fields.filter((_, index) => index % 2 === 0).sort()).toEqual([
        'article',
        'kind',
        'network',
        'ua',
        'visitor',
      ])
      expect(fields).not.toContain('forged')
      untouched()
    },
  )

  it('a body sent to the public server as a form cannot name a prototype either', async () => {
    const form = `__proto__[isAdmin]=1&__proto__=x&constructor.prototype.isAdmin=1&kind=view&article=${A}`
    expect((await post(form, 'application/x-www-form-urlencoded')).status).toBe(204)
    untouched()
  })
})

describe('an address asked of the public server', () => {
  it.each([
    ['another list of keys', '/v1/lists/latest:*'],
    ['a key beside it', '/v1/lists/..%2Farticle:aaaaaaaaaaaaaaaa'],
    ['the hash of the log-in', '/v1/lists/related:x%7D:meta%00'],
    ['a related list of nothing', '/v1/lists/related:%7B%7D'],
    ['two articles', '/v1/lists/related:a:b'],
    ['a prototype', '/v1/lists/__proto__'],
    ['a constructor', '/v1/lists/constructor:now'],
    ['commands of Redis', '/v1/lists/latest%0D%0A*1%0D%0A$8%0D%0AFLUSHALL%0D%0A'],
    ['a folder above', '/v1/lists/../../etc/passwd'],
    ['a folder above, encoded', '/v1/lists/%2e%2e/%2e%2e/etc/passwd'],
    ['what cannot be decoded', '/v1/lists/%zz'],
  ])('an address asked of the public server that means %s finds nothing, and makes nothing', async (_, path) => {
    const before = await redis.keys(`*${keys.prefix}*`)
    expect([400, 404]).toContain(await raw(path))
    expect(await redis.keys(`*${keys.prefix}*`)).toEqual(before)
  })

  it.each([
    '?limit[__proto__][isAdmin]=1',
    '?__proto__[limit]=1&constructor[prototype][isAdmin]=1',
    '?limit=1&limit=2',
    '?limit=1e3',
    '?limit=-1',
  ])('an address asked of the public server with the query %s changes no object', async query => {
    expect([200, 400]).toContain(await raw(`/v1/lists/latest${query}`))
    untouched()
  })

  it.each(['0-0%0d%0adata: forged', '*', '1-1 1-1', `${'9'.repeat(300)}-0`])(
    'updates asked for as if %j had been heard last are refused',
    async heard => {
      const answer = await fetch(`${server.url}/v1/updates`, { headers: { 'last-event-id': heard } })
      expect(answer.status).toBe(400)
      await answer.body?.cancel()
    },
  )
})

describe('an event whose fields are written to mean something to Redis', () => {
  it.each([
    ['a script', "'); redis.call('FLUSHALL') --"],
    ['an end of a string', '"]] redis.call("FLUSHALL") --[['],
    ['the protocol', 'x\r\n*1\r\n$8\r\nFLUSHALL\r\n'],
    ['a hash tag', '}{other}:x'],
    ['a pattern', '*?[a-z]\\'],
    ['a separator of keys', `view:${A}:x`],
    ['a separator of fields', 'x\n\u0000\t|,;'],
    ['a number', '1e999'],
    ['a prototype', '__proto__'],
  ])('an event whose fields are written as %s is counted as any other, and writes where all write', async (_, text) => {
    const [hostile, plain] = [aCounter(), aCounter()]
    const written = async (desk: typeof plain, value: string) => {
      const events = [
        view(A, value),
        view(A, `${value}2`, { network: value, id: value, seconds: '5' }),
        view(value, 'x'),
      ]
      await desk.counter().countEntries(await desk.deliver(desk.clock.now, events))
      const names = await redis.keys(`*${desk.keys.prefix}*`)
      return names.map(name => name.replaceAll(desk.keys.prefix, 'p')).sort()
    }
    expect(await written(hostile, text)).toEqual(await written(plain, 'plain'))
    expect(await hostile.totals('view')).toEqual({ [A]: 2 })
    expect(await hostile.refused()).toEqual({ 'unknown-article': 1 })
    expect(await redis.exists('other')).toBe(0)
  })
})
