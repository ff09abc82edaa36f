import { afterAll, describe, expect, it } from 'vitest'
import { addressOf } from '../../../src/config/redis-address.ts'
import { logIn, post, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'
import { aFolder } from '../../support/folder.ts'
import { serverIn } from '../../support/own-redis.ts'
import { until } from '../../support/until.ts'

const server = await serverIn(aFolder('silent'))
// Registered first, and so done last: the desk clears up on it.
afterAll(server.close)
const desk = testDaemon({
  sources: [{ id: 'courier', name: 'Courier', url: 'http://127.0.0.1:9/rss', section: 'world', interval: '12h' }],
  settings: { http: { port: 0 }, metrics: { port: 0 } },
  address: addressOf(server.url),
})
const daemon = await desk.start(['admin', 'http'])
const adminUrl = await setUp(daemon)
const cookie = await logIn(adminUrl)
await until(
  async () => (await fetch(`${daemon.metricsUrl}/metrics`)).text(),
  text => /newsdesk_redis_up 1/.test(text),
)

const EVENT = JSON.stringify({ kind: 'view', article: 'https://courier.example/a', id: 'one' })
interface Asked {
  readonly status: number
  readonly text: string
  readonly retryAfter: string | null
}
/** Far beyond the deadline, and far below what a Redis that is away would be waited for: a machine that is busy may be slow. */
const asked = async (url: string, init: RequestInit = {}): Promise<Asked> => {
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(20_000), ...init })
  return { status: answer.status, text: await answer.text(), retryAfter: answer.headers.get('retry-after') }
}
const page = (path: string, accept = 'text/html') => asked(`${adminUrl}${path}`, { headers: { cookie, accept } })

describe('the metrics of a process with servers', () => {
  it('the metrics of a process with servers count the streams that readers and pages hold open, and no longer those that ended', async () => {
    const open = async (server: string) => {
      const text = await (await fetch(`${daemon.metricsUrl}/metrics`)).text()
      return Number(new RegExp(`^newsdesk_streams_open\\{server="${server}"\\} (\\d+)$`, 'm').exec(text)?.[1])
    }
    expect([await open('http'), await open('admin')]).toEqual([0, 0])
    const leaving = new AbortController()
    const { signal } = leaving
    const streams = [
      ...[1, 2].map(() => fetch(`${daemon.httpUrl}/v1/updates`, { signal })),
      fetch(`${adminUrl}/live?topics=sources`, { signal, headers: { cookie } }),
    ]
    for (const { status } of await Promise.all(streams)) expect(status).toBe(200)
    expect([await open('http'), await open('admin')]).toEqual([2, 1])
    leaving.abort()
    await until(
      async () => [await open('http'), await open('admin')],
      ([http, admin]) => http === 0 && admin === 0,
    )
  })
})

describe.each([
  ['does not answer', server.pause, server.goOn],
  ['is gone', () => server.kill(), () => server.start()],
])('while Redis %s', (_, leave, comeBack) => {
  it('everything that needs Redis says in time that it is away, and all is well once it is back', async () => {
    await leave()
    const http = daemon.httpUrl ?? ''
    const many = await Promise.all([
      ...['/v1/lists', '/v1/lists/latest', '/v1/lists/latest/rss'].map(path => asked(`${http}${path}`)),
      ...[
        '/',
        '/sources',
        '/sources/courier',
        '/overview',
        '/articles?q=x',
        '/audit',
        '/queues',
        '/queues/api/queues',
      ].map(path => page(path)),
      asked(`${http}/v1/events`, { method: 'POST', body: EVENT }),
    ])
    for (const { status, text, retryAfter } of many) {
      expect([status, retryAfter], text.slice(0, 300)).toEqual([503, '5'])
      expect(text).toContain('Redis does not answer')
    }
    // Of an event one knows whether it was taken in, or that nobody knows.
    expect(many.at(-1)?.text).toMatch(/no event was accepted|nothing was accepted|events with an id are counted once/)
    // By now it is known: nothing is begun that would all be done at once when it is back.
    expect((await page('/sources', 'application/json')).text).toContain('"error":"Redis does not answer"')
    const act = await post(
      adminUrl,
      '/sources/courier/pause',
      {},
      { origin: adminUrl, 'sec-fetch-site': 'same-origin', cookie },
    )
    expect(act.status).toBe(503)

    for (const url of [daemon.metricsUrl, adminUrl]) {
      // What was read a moment ago holds for five seconds.
      const metrics = await until(
        () => asked(`${url}/metrics`),
        ({ text }) => /^newsdesk_redis_up 0$/m.test(text),
      )
      expect(metrics.status).toBe(200)
      expect(metrics.text).toMatch(/^process_resident_memory_bytes \d/m)
      expect(metrics.text).not.toMatch(/^newsdesk_queue_jobs\{/m)
      expect((await asked(`${url}/readyz`)).status).toBe(503)
      for (const path of ['/livez', '/healthz']) expect((await asked(`${url}${path}`)).status).toBe(200)
    }

    await comeBack()
    await until(
      () => page('/sources'),
      ({ status }) => status === 200,
    )
    await until(
      () => asked(`${http}/v1/lists/latest`),
      ({ status }) => status === 200,
    )
    await until(
      () => asked(`${http}/v1/events`, { method: 'POST', body: EVENT }),
      ({ status }) => status === 204,
    )
    await until(
      () => asked(`${daemon.metricsUrl}/metrics`),
      ({ text }) => /^newsdesk_redis_up 1$/m.test(text),
    )
    await until(
      () => asked(`${adminUrl}/readyz`),
      ({ status }) => status === 200,
    )
  })
})
