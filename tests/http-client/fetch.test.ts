import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { createGuard } from '../../src/http-client/address-guard.ts'
import { createFetcher } from '../../src/http-client/fetch.ts'
import { parseRetryAfter } from '../../src/http-client/headers.ts'
import { serve } from '../support/http.ts'

const aFetcher = (some: Record<string, unknown> = {}) => {
  const quick = { allow: ['127.0.0.0/8'], headersTimeout: '500ms', totalTimeout: '1s', maxBody: '1MB' }
  const settings = CrawlSettings.parse({ ...quick, ...some })
  const fetcher = createFetcher(() => settings)
  afterAll(() => fetcher.close())
  return (url: string, validators: Parameters<typeof fetcher.fetchFeed>[0]['validators'] = null) =>
    fetcher.fetchFeed({ url, validators })
}
const BODY = '<rss version="2.0"/>'

describe('a feed fetched again', () => {
  it.each([
    ['its ETag', 'etag', '"a"', 'if-none-match'],
    ['its Last-Modified', 'last-modified', 'Mon, 04 May 2026 12:00:00 GMT', 'if-modified-since'],
  ])('a feed fetched again is requested with %s, and 304 means unchanged', async (_, header, value, asked) => {
    const server = await serve((request, response) => {
      if (request.headers[asked] === value) response.writeHead(304).end()
      else response.writeHead(200, { [header]: value }).end(BODY)
    })
    const fetchFeed = aFetcher()
    const first = await fetchFeed(server.url)
    expect(first).toMatchObject({ kind: 'changed', status: 200 })
    expect(await fetchFeed(server.url, first.kind === 'changed' ? first.validators : null)).toMatchObject({
      kind: 'unchanged',
      by: 'status',
    })
  })

  it('a feed fetched again counts as unchanged by its body if the server sends no validators', async () => {
    const server = await serve((_, response) => response.end(BODY))
    const fetchFeed = aFetcher()
    const first = await fetchFeed(server.url)
    expect(await fetchFeed(server.url, first.kind === 'changed' ? first.validators : null)).toMatchObject({
      kind: 'unchanged',
      by: 'body',
    })
  })
})

describe('a body', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('a body in %s is decompressed', async (encoding, pack) => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(pack(BODY)),
    )
    const fetched = await aFetcher()(server.url)
    expect(fetched.kind === 'changed' && Buffer.from(fetched.body).toString()).toBe(BODY)
  })

  it('a body that decompresses to a thousand times its size is stopped at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1_024 * 1_024))
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    expect(await aFetcher()(server.url)).toMatchObject({ kind: 'failed', reason: 'too-large' })
  })

  it('a body that arrives endlessly slowly is stopped at the total timeout', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(drip))
    })
    expect(await aFetcher()(server.url)).toMatchObject({ kind: 'failed', reason: 'timeout' })
  })

  it('a body shorter than its declared length is an error, not a feed', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1_000 })
      response.write(BODY)
      setImmediate(() => response.destroy())
    })
    expect(await aFetcher()(server.url)).toMatchObject({ kind: 'failed', reason: 'cut-off' })
  })
})

describe('a redirect', () => {
  const aMaze = () =>
    serve((request, response) => {
      const ways: Record<string, [number, string]> = {
        '/moved': [301, '/end'],
        '/found': [302, '/end'],
        '/mixed': [301, '/found'],
        '/round': [302, '/round'],
        '/inside': [302, 'http://10.0.0.1/'],
        '/file': [302, 'file:///etc/passwd'],
      }
      const way = ways[request.url ?? '']
      if (way) response.writeHead(way[0], { location: way[1] }).end()
      else response.end(BODY)
    })

  it('a redirect is reported as a move only if it is permanent and no temporary one comes before it', async () => {
    const { url } = await aMaze()
    const fetchFeed = aFetcher()
    expect(await fetchFeed(`${url}/moved`)).toMatchObject({ movedTo: `${url}/end`, url: `${url}/end` })
    expect(await fetchFeed(`${url}/found`)).toMatchObject({ movedTo: null })
    expect(await fetchFeed(`${url}/mixed`)).toMatchObject({ movedTo: `${url}/found` })
  })

  it('a redirect loop ends with an error', async () => {
    const { url } = await aMaze()
    expect(await aFetcher()(`${url}/round`)).toMatchObject({ reason: 'too-many-redirects' })
  })

  it.each(['/inside', '/file'])('the redirect %s to a private place is blocked', async path => {
    const { url } = await aMaze()
    expect(await aFetcher()(url + path)).toMatchObject({ kind: 'failed', reason: 'blocked' })
  })
})

describe('a server', () => {
  it('a server that sends Retry-After has it reported with the failure', async () => {
    const server = await serve((_, response) => response.writeHead(503, { 'retry-after': '120' }).end())
    expect(await aFetcher()(server.url)).toMatchObject({ reason: 'status', status: 503, retryAfter: 120_000 })
    expect(parseRetryAfter('Mon, 04 May 2026 12:01:00 GMT', Date.UTC(2026, 4, 4, 12))).toBe(60_000)
  })

  it('a server that does not listen fails as refused, one that speaks no HTTP as reset', async () => {
    const fetchFeed = aFetcher()
    expect(await fetchFeed('http://127.0.0.1:1/')).toMatchObject({ reason: 'refused' })
    const tcp = createTcpServer(socket => socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    const { port } = tcp.address() as { port: number } // a TCP server has one
    expect(await fetchFeed(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'failed', reason: 'reset' })
    tcp.close()
  })

  it('a server is told in the User-Agent who is asking, with the contact address', async () => {
    const server = await serve((_, response) => response.end(BODY))
    await aFetcher({ contact: 'https://desk.example/about' })(server.url)
    expect(server.requests[0]?.headers['user-agent']).toBe('newsdesk/0.1 (+https://desk.example/about)')
  })
})

describe('the operator’s network', () => {
  it.each([
    'http://127.0.0.1/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[fd00::1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost/',
    'http://100.64.0.1/',
    'http://192.168.1.1/',
    'http://224.0.0.1/',
  ])('%s is blocked as an address of the operator’s network', async url => {
    expect(await aFetcher({ allow: [] })(url)).toMatchObject({ kind: 'failed', reason: 'blocked' })
  })

  it('the operator’s network is open only for configured ranges, and a malformed range is reported', () => {
    expect(createGuard(['10.1.0.0/16']).refuses('10.1.2.3')).toBeNull()
    expect(createGuard(['10.1.0.0/16']).refuses('10.2.2.3')).toContain('crawl.allow')
    expect(createGuard([]).refuses('::ffff:a00:1')).toContain('private')
    expect(createGuard([]).refuses('93.184.216.34')).toBeNull()
    expect(() => createGuard(['ten'])).toThrow('10.1.0.0/16')
  })
})
