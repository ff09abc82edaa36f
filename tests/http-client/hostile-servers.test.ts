import type { Socket } from 'node:net'
import zlib, { deflateRawSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import type { ClientParts } from '../../src/http-client/client.ts'
import { createFetcher } from '../../src/http-client/fetch.ts'
import { serve, serveBytes } from '../support/http.ts'
import { until } from '../support/until.ts'

const BODY = '<rss version="2.0"/>'
const QUICK = {
  allow: ['127.0.0.0/8'],
  headersTimeout: '400ms',
  totalTimeout: '900ms',
  maxBody: '1MB',
  maxTransfer: '256KB',
}

const aFetcher = (some: Record<string, unknown> = {}, parts: ClientParts = {}) => {
  const settings = CrawlSettings.parse({ ...QUICK, ...some })
  const fetcher = createFetcher(() => settings, parts)
  afterAll(() => fetcher.close())
  return (url: string) => fetcher.fetchFeed({ url, validators: null })
}

const drip = (socket: Socket, chunk: string) => {
  const timer = setInterval(() => socket.write(chunk), 20)
  socket.on('close', () => clearInterval(timer))
}

const dripAfter = (socket: Socket, start: string, chunk: string) => {
  socket.write(start)
  drip(socket, chunk)
}

describe('a server that means harm', () => {
  it.each([
    ['sends its headers a byte at a time', 'timeout', (s: Socket) => dripAfter(s, 'HTTP/1.1 200 OK\r\nx-a: ', 'a')],
    ['never answers', 'timeout', () => undefined],
    [
      'sends its body a byte at a time',
      'timeout',
      (s: Socket) => dripAfter(s, 'HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n', 'a'),
    ],
    [
      'sends a body without end',
      'too-large',
      (s: Socket) => dripAfter(s, 'HTTP/1.1 200 OK\r\n\r\n', 'a'.repeat(65_536)),
    ],
    [
      'declares a body beyond all bounds',
      'too-large',
      (s: Socket) => s.write('HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n'),
    ],
    [
      'sends headers without end',
      'too-large',
      (s: Socket) => dripAfter(s, 'HTTP/1.1 200 OK\r\n', `x-b: ${'b'.repeat(8_000)}\r\n`),
    ],
    ['breaks off before its headers end', 'cut-off', (s: Socket) => s.end('HTTP/1.1 200 OK\r\nx-a: b')],
    [
      'sends less than it declares',
      'cut-off',
      (s: Socket) => s.end(`HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n${BODY}`),
    ],
    [
      'breaks off a chunked body',
      'cut-off',
      (s: Socket) => s.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n${BODY}\r\n`),
    ],
    [
      'resets in mid-body',
      'reset',
      (s: Socket) =>
        s.write(`HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n${BODY}`, () =>
          setTimeout(() => s.resetAndDestroy(), 20),
        ),
    ],
    ['answers what is no HTTP', 'reset', (s: Socket) => s.end('220 mail.example ESMTP\r\n')],
    [
      'redirects to no URL',
      'status',
      (s: Socket) => s.end('HTTP/1.1 301 Moved\r\nlocation: http://[\r\ncontent-length: 0\r\n\r\n'),
    ],
    [
      'encodes as nobody asked',
      'encoding',
      (s: Socket) => s.end('HTTP/1.1 200 OK\r\ncontent-encoding: compress\r\ncontent-length: 2\r\n\r\nab'),
    ],
    [
      'encodes times over times',
      'encoding',
      (s: Socket) =>
        s.end('HTTP/1.1 200 OK\r\ncontent-encoding: gzip, gzip, gzip, gzip\r\ncontent-length: 2\r\n\r\nab'),
    ],
    [
      'sends noise as gzip',
      'encoding',
      (s: Socket) => s.end('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd'),
    ],
  ])(
    'a server that means harm and %s is a failure of the kind %s, and no connection stays',
    async (_, reason, speak) => {
      const server = await serveBytes(socket => {
        speak(socket)
      })
      const outcome = await aFetcher()(server.url)
      expect(outcome).toMatchObject({ kind: 'failed', reason })
      await until(server.connected, count => count === 0)
    },
  )

  it('a server that redirects to another place each time is abandoned after the configured number', async () => {
    let hops = 0
    const server = await serve((_, response) => response.writeHead(302, { location: `/${hops++}` }).end('x'))
    expect(await aFetcher({ maxRedirects: 3 })(server.url)).toMatchObject({ reason: 'too-many-redirects' })
    expect(hops).toBe(4)
  })

  it('a server that sends more than it declared yields only what it declared', async () => {
    const server = await serveBytes(socket =>
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}HTTP/1.1 200 OK\r\n\r\nsmuggled`),
    )
    const outcome = await aFetcher()(server.url)
    expect(outcome.kind === 'changed' && Buffer.from(outcome.body).toString()).toBe(BODY)
  })

  it('a server that packs 64 MB of nothing a thousandfold cannot make memory grow', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1_024 * 1_024))
    const nested = gzipSync(bomb)
    const server = await serve((request, response) =>
      response
        .writeHead(200, { 'content-encoding': request.url === '/nested' ? 'gzip, gzip' : 'gzip' })
        .end(request.url === '/nested' ? nested : bomb),
    )
    const fetchFeed = aFetcher()
    const before = process.memoryUsage().rss
    for (let times = 0; times < 20; times += 1) {
      expect(await fetchFeed(server.url)).toMatchObject({ reason: 'too-large' })
      expect(await fetchFeed(`${server.url}/nested`)).toMatchObject({ reason: 'too-large' })
    }
    // Unpacked it would be 2.5 GB.
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1_024 * 1_024)
  })
})

describe('a server that is slightly wrong', () => {
  const answering = (headers: Record<string, string>, body: Buffer) =>
    serve((_, response) => response.writeHead(200, headers).end(body))
  it.each([
    ['bare deflate', { 'content-encoding': 'deflate' }, deflateRawSync(BODY)],
    ['plain text named gzip', { 'content-encoding': 'gzip' }, Buffer.from(BODY)],
    ['a gzip file named nothing', { 'content-type': 'application/x-gzip' }, gzipSync(BODY)],
    ['gzip in capitals', { 'content-encoding': ' GZIP ,identity' }, gzipSync(BODY)],
    [
      'gzip in two members',
      { 'content-encoding': 'gzip' },
      Buffer.concat([gzipSync(BODY.slice(0, 5)), gzipSync(BODY.slice(5))]),
    ],
  ])('a server that is slightly wrong and sends %s is understood', async (_, headers, body) => {
    const { url } = await answering(headers, body)
    const outcome = await aFetcher()(url)
    expect(outcome.kind === 'changed' && Buffer.from(outcome.body).toString()).toBe(BODY)
  })

  it('a server is offered zstd only if this Node version can decompress it', async () => {
    const server = await serve((_, response) => response.end(BODY))
    await aFetcher()(server.url)
    expect(String(server.requests[0]?.headers['accept-encoding']).includes('zstd')).toBe('zstdDecompress' in zlib)
  })

  it('a server is reached over reused connections', async () => {
    const server = await serveBytes(socket => {
      const answer = () => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`)
      socket.on('data', answer)
      answer()
    })
    const fetchFeed = aFetcher()
    for (let times = 0; times < 5; times += 1) expect(await fetchFeed(server.url)).toMatchObject({ kind: 'changed' })
    // A pool of two, of which the second is opened where the first is not quite done.
    expect(server.connected()).toBeLessThanOrEqual(2)
  })
})

describe('a name', () => {
  const rebinding = (...answers: string[]) => {
    const asked: string[] = []
    return {
      asked,
      resolve: async (hostname: string) => {
        const address = answers[Math.min(asked.push(hostname), answers.length) - 1] ?? ''
        return [{ address, family: address.includes(':') ? 6 : 4 }]
      },
    }
  }

  it.each(['10.0.0.1', '169.254.169.254', '::1', '::ffff:192.168.1.1', '64:ff9b::7f00:1', 'fd00:ec2::254'])(
    'a host name that leads to %s is barred',
    async address => {
      const { resolve } = rebinding(address)
      expect(await aFetcher({ allow: [] }, { resolve })('http://innocent.example/')).toMatchObject({
        reason: 'blocked',
      })
    },
  )

  it('a host name with one private address among public ones is barred', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]
    expect(await aFetcher({ allow: [] }, { resolve })('http://innocent.example/')).toMatchObject({ reason: 'blocked' })
  })

  it('a host name that changes its mind between two looks gains nothing: it is looked up once a connection, and that answer is judged', async () => {
    const server = await serve((_, response) => response.writeHead(200, { connection: 'close' }).end(BODY))
    const { port } = new URL(server.url)
    const { resolve, asked } = rebinding('127.0.0.1', '10.0.0.1')
    const fetchFeed = aFetcher({}, { resolve })
    expect(await fetchFeed(`http://rebind.example:${port}/`)).toMatchObject({ kind: 'changed' })
    expect(asked).toHaveLength(1)
    expect(await fetchFeed(`http://rebind.example:${port}/`)).toMatchObject({ reason: 'blocked' })
    expect(asked).toHaveLength(2)
  })

  it('a host name that was judged as another address than is connected to is barred before a byte is sent', async () => {
    const server = await serve((_, response) => response.end(BODY))
    let reads = 0
    // Read once to be judged, and once more to connect: what the socket says is judged for itself.
    const address = () => (reads++ === 0 ? '93.184.216.34' : '127.0.0.1')
    const resolve = async () => [Object.defineProperty({ address: '', family: 4 }, 'address', { get: address })]
    const fetchFeed = aFetcher({ allow: [] }, { resolve })
    const { port } = new URL(server.url)
    expect(await fetchFeed(`http://two-faced.example:${port}/`)).toMatchObject({ reason: 'blocked' })
    expect(reads).toBeGreaterThan(1)
    expect(server.requests).toEqual([])
  })

  it('a host name reached by a redirect is judged like any other', async () => {
    const server = await serve((_, response) => response.writeHead(301, { location: 'http://metadata.example/' }).end())
    const { port } = new URL(server.url)
    const resolve = async (host: string) => [
      { address: host === 'start.example' ? '127.0.0.1' : '169.254.169.254', family: 4 },
    ]
    expect(await aFetcher({}, { resolve })(`http://start.example:${port}/`)).toMatchObject({ reason: 'blocked' })
  })

  it('a host name that does not exist is reported as a DNS failure', async () => {
    const resolve = async () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    expect(await aFetcher({}, { resolve })('http://nowhere.example/')).toMatchObject({ reason: 'dns' })
  })
})

describe('what is configured about hosts', () => {
  it('ports, and publishers who do not want it, are barred as configured, also behind a redirect', async () => {
    const server = await serve((_, response) =>
      response.writeHead(302, { location: 'http://feeds.gone.example/' }).end(),
    )
    const { port } = new URL(server.url)
    expect(await aFetcher({ ports: [80, 443] })(server.url)).toMatchObject({ reason: 'blocked' })
    const optOut = aFetcher({ optOut: ['gone.example'], ports: [Number(port), 80] })
    expect(await optOut(server.url)).toMatchObject({ reason: 'opted-out' })
    expect(await optOut('http://GONE.example./')).toMatchObject({ reason: 'opted-out' })
  })

  it.each([['https://u:p@host.example/']])('the password of %s is never shown', async url => {
    const resolve = async () => Promise.reject(Object.assign(new Error(`getaddrinfo ${url}`), { code: 'ENOTFOUND' }))
    const outcome = await aFetcher({}, { resolve })(url)
    expect(JSON.stringify(outcome)).not.toContain('u:p')
  })

  it('a password is sent to the host it is for and to no other, and kept out of what comes back', async () => {
    const other = await serve((_, response) => response.end(BODY))
    const server = await serve((request, response) => {
      if (request.url === '/away') response.writeHead(301, { location: other.url }).end()
      else if (request.url === '/near') response.writeHead(301, { location: '/feed' }).end()
      else response.end(BODY)
    })
    const withPassword = server.url.replace('://', '://desk:s3cret@')
    const fetchFeed = aFetcher()
    const near = await fetchFeed(`${withPassword}/near`)
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill(`Basic ${btoa('desk:s3cret')}`),
    )
    expect(near).toMatchObject({ url: `${server.url}/feed`, movedTo: `${server.url}/feed` })
    await fetchFeed(`${withPassword}/away`)
    expect(other.requests[0]?.headers.authorization).toBeUndefined()
  })
})
