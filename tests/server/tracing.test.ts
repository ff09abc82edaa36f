import { describe, expect, it } from 'vitest'
import { testDaemon } from '../support/daemon.ts'
import { rss, serve } from '../support/http.ts'
import { until } from '../support/until.ts'

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[]
}

/** A collector as far as traces need one. */
const spans: Span[] = []
const bodies: string[] = []
const paths = new Set<string>()
const collector = await serve((request, response) => {
  paths.add(request.url ?? '')
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (part: string) => {
    body += part
  })
  request.on('end', () => {
    bodies.push(body)
    for (const { scopeSpans } of JSON.parse(body).resourceSpans)
      for (const { spans: some } of scopeSpans) spans.push(...some)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
})
const feed = await serve((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss([{ title: 'Ferry treaty signed' }]))
})
const sources = [
  { id: 'courier', name: 'Courier', url: `${feed.url}/rss?key=opensesame`, section: 'world', interval: '12h' },
]
const ROLES = ['scheduler', 'crawl', 'articles', 'publish'] as const

describe('traces', () => {
  it('traces follow a crawl over the queues into the lists, without what opens a door', async () => {
    const desk = testDaemon({
      sources,
      settings: { tracing: { endpoint: `${collector.url}/` }, lists: { refresh: '1h' } },
    })
    const daemon = await desk.start([...ROLES])
    await until(() => desk.list('latest').then(entries => entries.length === 1))
    const processed = (queue: string) => spans.filter(({ name }) => name.startsWith('process') && name.includes(queue))
    // Lists are refreshed once an hour here: a publish job of the clock that waits would do the work of the crawl's own.
    await until(() => {
      const [articles] = processed('articles')
      return Promise.resolve(processed('publish').some(({ traceId }) => traceId === articles?.traceId))
    })
    await daemon.stop()

    expect([...paths]).toEqual(['/v1/traces'])
    const [articles] = processed('articles')
    const trace = spans.filter(({ traceId }) => traceId === articles?.traceId)
    for (const queue of ['crawl', 'articles', 'publish'])
      expect(processed(queue).map(({ traceId }) => traceId)).toContain(articles?.traceId)
    // Each hangs on another of the trace but the first.
    const known = new Set(trace.map(({ spanId }) => spanId))
    expect(trace.filter(({ parentSpanId }) => !parentSpanId || !known.has(parentSpanId))).toHaveLength(1)
    expect(bodies.join('')).toContain('"newsdesk"')
    expect(bodies.join('')).not.toContain('opensesame')
  })

  it('traces delay nothing if the collector is away', async () => {
    const desk = testDaemon({ sources, settings: { tracing: { endpoint: 'http://127.0.0.1:1' } } })
    const daemon = await desk.start([...ROLES])
    await until(() => desk.list('latest').then(entries => entries.length === 1))
    // Ends by itself, though what is left can be sent to nobody.
    await daemon.stop()
  })
})
