import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import type { ClientParts } from '../../src/http-client/client.ts'
import { createFetcher, type Validators } from '../../src/http-client/fetch.ts'
import { createPoster } from '../../src/http-client/post.ts'
import { serve, serveBytes } from '../support/http.ts'
import { until } from '../support/until.ts'

const BODY = '<rss version="2.0"/>'
const LENGTH = BODY.length
const CHUNKED = `14\r\n${BODY}\r\n0\r\n\r\n`
const QUICK = {
  allow: ['127.0.0.0/8'],
  headersTimeout: '600ms',
  totalTimeout: '1200ms',
  maxBody: '1MB',
  maxTransfer: '256KB',
}

const createTestFetcher = (some: Record<string, unknown> = {}, parts: ClientParts = {}) => {
  const settings = CrawlSettings.parse({ ...QUICK, ...some })
  const fetcher = createFetcher(() => settings, parts)
  afterAll(() => fetcher.close())
  return fetcher
}
const aFetcher = (...parts: Parameters<typeof createTestFetcher>) => {
  const { fetchFeed } = createTestFetcher(...parts)
  return (url: string, validators: Validators | null = null) => fetchFeed({ url, validators })
}

const answering = (answer: string) => serveBytes(socket => socket.end(Buffer.from(answer, 'latin1')))

const READABLE: readonly (readonly [string, string])[] = [
  ['ends its header lines with LF alone', `HTTP/1.1 200 OK\ncontent-length: ${LENGTH}\n\n${BODY}`],
  ['ends some header lines with LF alone', `HTTP/1.1 200 OK\r\nx-a: b\ncontent-length: ${LENGTH}\r\n\n${BODY}`],
  ['ends its header lines with CR CR LF', `HTTP/1.1 200 OK\r\r\ncontent-length: ${LENGTH}\r\r\n\r\r\n${BODY}`],
  ['puts a space before a colon', `HTTP/1.1 200 OK\r\nContent-Length : ${LENGTH}\r\n\r\n${BODY}`],
  ['puts a tab before a colon', `HTTP/1.1 200 OK\r\nContent-Length\t:${LENGTH}\r\n\r\n${BODY}`],
  [
    'sends chunks and their whole length',
    `HTTP/1.1 200 OK\r\ncontent-length: ${LENGTH}\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKED}`,
  ],
  [
    'sends chunks and a wrong length',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 999\r\n\r\n${CHUNKED}`,
  ],
  ['says its length twice', `HTTP/1.1 200 OK\r\ncontent-length: ${LENGTH}\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['says its length twice in one header', `HTTP/1.1 200 OK\r\ncontent-length: ${LENGTH}, ${LENGTH}\r\n\r\n${BODY}`],
  ['says a length that is no number', `HTTP/1.1 200 OK\r\ncontent-length: unknown\r\n\r\n${BODY}`],
  ['says a negative length', `HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n${BODY}`],
  ['says an empty length', `HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n${BODY}`],
  ['folds a header', `HTTP/1.1 200 OK\r\nx-a: b\r\n c\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['sends a line that is no header', `HTTP/1.1 200 OK\r\nnonsense\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['says its status twice', `HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['names a header in two words', `HTTP/1.1 200 OK\r\nX Powered By: us\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['sends a header without a name', `HTTP/1.1 200 OK\r\n: us\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['sends a control character', `HTTP/1.1 200 OK\r\nx-a: b\x01c\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['sends a lone CR in a header', `HTTP/1.1 200 OK\r\nx-a: b\rc\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['writes no space behind its status', `HTTP/1.1 200OK\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['writes two spaces before its status', `HTTP/1.1  200  OK\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['writes HTTP in small letters', `http/1.1 200 ok\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['says HTTP/1.2', `HTTP/1.2 200 OK\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['says HTTP/2 over HTTP/1', `HTTP/2 200\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['says no version', `HTTP 200 OK\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['says ICY', `ICY 200 OK\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`],
  ['ends its chunks with LF alone', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\n${BODY}\n0\n\n`],
  ['pads the size of a chunk', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14   \r\n${BODY}\r\n0\r\n\r\n`],
  ['describes a chunk', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14 ; a=b\r\n${BODY}\r\n0\r\n\r\n`],
  ['names identity as transfer', `HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\ncontent-length: 20\r\n\r\n${BODY}`],
  [
    'says to continue before it answers',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`,
  ],
]

describe('a server that browsers understand', () => {
  it.each(READABLE)('a server that %s is understood, and no connection stays', async (_, answer) => {
    const server = await answering(answer)
    const outcome = await aFetcher()(server.url)
    expect(outcome).toMatchObject({ kind: 'changed', status: 200 })
    expect(outcome.kind === 'changed' && Buffer.from(outcome.body).toString()).toBe(BODY)
    await until(server.connected, count => count === 0)
  })

  it('a server that says its length twice and keeps its connection open is understood at once', async () => {
    const answer = `HTTP/1.1 200 OK\r\ncontent-length: 20\r\ncontent-length: 20\r\n\r\n${BODY}`
    const server = await serveBytes(socket => socket.write(answer))
    expect(await aFetcher({ totalTimeout: '10s' })(server.url)).toMatchObject({ kind: 'changed' })
    await until(server.connected, count => count === 0)
  })

  it('a server that needs lenient reading gets one request a fetch once that is known', async () => {
    const server = await answering(`HTTP/1.1 200 OK\n\n${BODY}`)
    const fetchFeed = aFetcher()
    for (let times = 0; times < 3; times += 1) expect(await fetchFeed(server.url)).toMatchObject({ kind: 'changed' })
    expect(server.requests).toHaveLength(4)
  })

  it('a server that is read leniently gets the same request again, with validators, and its 304 means unchanged', async () => {
    const server = await serveBytes((socket, request) =>
      socket.end(
        /if-none-match: "a"/i.test(request)
          ? 'HTTP/1.1 304 Not Modified\nETag : "a"\n\n'
          : `HTTP/1.1 200 OK\nETag : "a"\nContent-Type : text/xml\n\n${BODY}`,
      ),
    )
    const fetchFeed = aFetcher({ userAgent: 'a-desk/1', contact: '' })
    const first = await fetchFeed(server.url)
    expect(first).toMatchObject({ kind: 'changed', contentType: 'text/xml', validators: { etag: '"a"' } })
    expect(await fetchFeed(server.url, first.kind === 'changed' ? first.validators : null)).toMatchObject({
      kind: 'unchanged',
      by: 'status',
    })
    const { host } = new URL(server.url)
    for (const request of server.requests) {
      expect(request).toMatch(/^GET \/ HTTP\/1\.1\r\n/)
      expect(request.toLowerCase()).toContain(`host: ${host}\r\n`)
      expect(request.toLowerCase()).toContain('user-agent: a-desk/1\r\n')
      expect(request.toLowerCase()).toContain('accept-encoding: gzip')
    }
  })

  it('a server that is read leniently cannot put lines into our next request by its validators', async () => {
    const server = await answering(`HTTP/1.1 200 OK\n\n${BODY}`)
    const fetchFeed = aFetcher()
    await fetchFeed(server.url)
    await fetchFeed(server.url, { etag: '"a"\r\nx-smuggled: b', lastModified: null, bodyHash: null })
    expect(server.requests.at(-1)).not.toMatch(/^x-smuggled/m)
  })

  it('a server that is read leniently may compress, and redirect', async () => {
    const packed = gzipSync(BODY).toString('latin1')
    const server = await serveBytes((socket, request) =>
      socket.end(
        Buffer.from(
          request.startsWith('GET /feed ')
            ? `HTTP/1.1 200 OK\ncontent-encoding: gzip\n\n${packed}`
            : 'HTTP/1.1 301 Moved\nLocation : /feed\n\n',
          'latin1',
        ),
      ),
    )
    expect(await aFetcher()(server.url)).toMatchObject({ kind: 'changed', movedTo: `${server.url}feed` })
  })

  it('a server whose body turns out malformed behind redirects is asked for the body alone again', async () => {
    const paths: string[] = []
    const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
    const server = await serveBytes((socket, request) => {
      const path = request.split(' ')[1] ?? ''
      paths.push(path)
      socket.end(
        path === '/feed'
          ? `${chunked}14 ;x\r\n${BODY}\r\n0\r\n\r\n`
          : 'HTTP/1.1 302 Found\r\nlocation: /feed\r\ncontent-length: 0\r\n\r\n',
      )
    })
    expect(await aFetcher()(server.url)).toMatchObject({ kind: 'changed' })
    expect(paths).toEqual(['/', '/feed', '/feed'])
  })
})

describe('a server that means harm', () => {
  const drip = (socket: Socket, chunk: string) => {
    const timer = setInterval(() => socket.write(chunk), 20)
    socket.on('close', () => clearInterval(timer))
  }
  const LF = 'HTTP/1.1 200 OK\n'
  it.each<readonly [string, string, (socket: Socket) => void]>([
    ['never ends its headers', 'too-large', s => void s.write(LF + 'x-a: b\n'.repeat(10_000))],
    ['never ends a header', 'too-large', s => void s.write(`${LF}x-a: ${'b'.repeat(70_000)}`)],
    ['drips its headers', 'timeout', s => void s.write(`${LF}x-a : b\r\n`, () => drip(s, 'a'))],
    ['drips its body', 'timeout', s => void s.write(`${LF}\n`, () => drip(s, 'a'))],
    ['sends a body without end', 'too-large', s => void s.write(`${LF}\n`, () => drip(s, 'a'.repeat(65_536)))],
    ['declares a huge body', 'too-large', s => void s.write(`${LF}content-length: 99999999999\n\n`)],
    [
      'encodes as nobody asked',
      'encoding',
      s => void s.end(Buffer.from(`${LF}content-encoding: compress\n\n\u0001\u0002\u0003`)),
    ],
    [
      'packs a thousandfold',
      'too-large',
      s => void s.end(Buffer.concat([Buffer.from(`${LF}content-encoding: gzip\n\n`), gzipSync(Buffer.alloc(2 ** 25))])),
    ],
    ['breaks off before its headers end', 'cut-off', s => void s.end(`${LF}x-a : b`)],
    ['sends less than it declares', 'cut-off', s => void s.end(`${LF}content-length: 99\n\n${BODY}`)],
    ['breaks off between chunks', 'cut-off', s => void s.end(`${LF}transfer-encoding: chunked\n\n14\n${BODY}\n`)],
    ['breaks off in a chunk', 'cut-off', s => void s.end(`${LF}transfer-encoding: chunked\n\n99\n${BODY}`)],
    ['writes a chunk of no size', 'reset', s => void s.end(`${LF}transfer-encoding: chunked\n\n14\n${BODY}\nxyz\n`)],
    [
      'contradicts itself about its length',
      'reset',
      s => void s.end(`${LF}content-length: 7\ncontent-length: 20\n\n${BODY}`),
    ],
    ['speaks another protocol', 'reset', s => void s.end('SSH-2.0-OpenSSH_9\r\n')],
    ['sends interim answers without end', 'too-large', s => void s.write('HTTP/1.1 100 Continue\n\n'.repeat(3_000))],
  ])(
    'a server that needs lenient reading and %s is a failure of the kind %s, and no connection stays',
    async (_, reason, speak) => {
      const server = await serveBytes(speak)
      expect(await aFetcher()(server.url)).toMatchObject({ kind: 'failed', reason })
      await until(server.connected, count => count === 0)
    },
  )

  it('a server that redirects inside with a header of its own making is barred like any other', async () => {
    const server = await answering('HTTP/1.1 302 Found\nLocation : http://10.0.0.1/\n\n')
    expect(await aFetcher()(server.url)).toMatchObject({ kind: 'failed', reason: 'blocked' })
  })

  it('a server whose name leads inside at the second attempt is barred', async () => {
    const inside = await answering(`HTTP/1.1 200 OK\r\n\r\n${BODY}`)
    const server = await answering(`HTTP/1.1 200 OK\n\n${BODY}`)
    const answers = ['127.0.0.1', '127.0.0.2']
    const resolve = async () => [{ address: answers.shift() ?? '', family: 4 }]
    const fetchFeed = aFetcher({ allow: ['127.0.0.1'] }, { resolve })
    expect(await fetchFeed(`http://rebind.example:${new URL(server.url).port}/`)).toMatchObject({ reason: 'blocked' })
    expect(server.requests).toHaveLength(1)
    expect(inside.requests).toEqual([])
  })

  it('a server whose TLS handshake never comes is a timeout, and no connection stays', async () => {
    const server = await serveBytes(() => undefined)
    expect(await aFetcher()(server.url.replace('http:', 'https:'))).toMatchObject({ reason: 'timeout' })
    await until(server.connected, count => count === 0)
  })

  it('a hub that answers what is no HTTP is sent a form once', async () => {
    const server = await answering('HTTP/1.1 202 Accepted\n\n')
    const settings = CrawlSettings.parse(QUICK)
    const poster = createPoster(() => settings)
    afterAll(() => poster.close())
    expect(await poster.postForm(server.url, { a: 'b' })).toMatchObject({ kind: 'failed', reason: 'reset' })
    expect(server.requests).toHaveLength(1)
  })
})

describe('robots.txt', () => {
  it('robots.txt of a server that is slightly wrong is read too', async () => {
    const server = await answering('HTTP/1.1 200 OK\ncontent-length : 13\n\nUser-agent: *')
    expect(await createTestFetcher().fetchText(server.url, 1_000)).toEqual({ status: 200, text: 'User-agent: *' })
  })
})

describe('cookies', () => {
  const COOKIE = 'seen=1; Path=/; HttpOnly'
  const wall = (setCookie: string | string[] = COOKIE, status = 302) =>
    serve((request, response) => {
      if (request.headers.cookie) return response.end(BODY)
      return response.writeHead(status, { location: request.url ?? '/', 'set-cookie': setCookie }).end()
    })

  it('a server that redirects until its cookie comes back is read, in the next fetch from the beginning', async () => {
    const server = await wall(['seen=1; Path=/', 'lang=en'])
    const fetchFeed = aFetcher()
    expect(await fetchFeed(server.url)).toMatchObject({ kind: 'changed' })
    expect(await fetchFeed(server.url)).toMatchObject({ kind: 'changed' })
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual(
      [1, 2].flatMap(() => [undefined, 'seen=1; lang=en']),
    )
  })

  it('a server that sets a cookie for another path, time or host does not get it back', async () => {
    for (const cookie of ['a=1; Path=/elsewhere', 'a=1; Max-Age=0', 'a=1; Domain=other.example']) {
      const server = await wall(cookie)
      expect(await aFetcher()(server.url), cookie).toMatchObject({ reason: 'too-many-redirects' })
    }
  })

  it('a server that others redirect to gets none of their cookies', async () => {
    const other = await serve((_, response) => response.end(BODY))
    const server = await serve((_, response) =>
      response.writeHead(302, { location: other.url, 'set-cookie': 'secret=1; Path=/' }).end(),
    )
    expect(await aFetcher()(server.url)).toMatchObject({ kind: 'changed' })
    expect(other.requests[0]?.headers.cookie).toBeUndefined()
  })

  it('a server that is read leniently gets its cookie back too', async () => {
    const server = await serveBytes((socket, request) =>
      socket.end(
        /^cookie: seen=1\r$/im.test(request)
          ? `HTTP/1.1 200 OK\n\n${BODY}`
          : 'HTTP/1.1 302 Found\nLocation: /\nSet-Cookie : seen=1\n\n',
      ),
    )
    expect(await aFetcher()(server.url)).toMatchObject({ kind: 'changed' })
  })
})

describe('a pause that is over', () => {
  const PAST = 'Mon, 04 May 2020 12:00:00 GMT'
  it.each([
    [429, 'Retry-After: 0', { 'retry-after': '0' }],
    [429, 'Retry-After in the past', { 'retry-after': PAST }],
    [429, 'a limit that was reset in the past', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1500000000' }],
    [403, 'Retry-After: 0', { 'retry-after': '0' }],
  ])('%s with %s is too many requests without a time', async (status, _, headers) => {
    const server = await serve((_request, response) => response.writeHead(status, headers).end())
    const outcome = await aFetcher()(server.url)
    expect(outcome).toMatchObject({ kind: 'failed', isLimited: true })
    expect(outcome).not.toHaveProperty('retryAfter')
  })

  it('503 with Retry-After: 0 is a failure of this one answer', async () => {
    const server = await serve((_request, response) => response.writeHead(503, { 'retry-after': '0' }).end())
    const outcome = await aFetcher()(server.url)
    expect(outcome).toMatchObject({ kind: 'failed', status: 503 })
    expect(outcome).not.toHaveProperty('retryAfter')
  })
})
