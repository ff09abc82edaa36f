/**
 * A server of invented publishers in a process of its own: what it costs is not what is measured. Prints its port. `mode` is the first
 * part of a path: `etag` answers 304, `plain` knows no validators, and the rest means harm.
 */

import { createServer, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { feedOf } from './feed-of.ts'

const body = Buffer.from(feedOf(Number(process.argv[2] ?? 40_960)))
const bomb = gzipSync(Buffer.alloc(64 * 1_024 * 1_024), { level: 9 })
const noise = Buffer.alloc(65_536, 'a')

const drip = (response: ServerResponse, chunk: Buffer | string, every: number): void => {
  const timer = setInterval(() => response.write(chunk), every)
  response.on('close', () => clearInterval(timer))
}

const modes: Readonly<Record<string, (response: ServerResponse, conditional: boolean) => void>> = {
  etag: (response, conditional) =>
    conditional ? response.writeHead(304, { etag: '"1"' }).end() : response.writeHead(200, { etag: '"1"' }).end(body),
  plain: response =>
    response.writeHead(200, { 'content-type': 'application/rss+xml', 'content-length': body.length }).end(body),
  bomb: response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  slow: response => {
    response.writeHead(200)
    drip(response, ' ', 100)
  },
  silent: () => undefined,
  endless: response => {
    response.writeHead(200)
    Readable.from(
      (function* () {
        for (;;) yield noise
      })(),
    ).pipe(response)
  },
  round: response => response.writeHead(302, { location: `?${Math.random()}` }).end(),
  headers: response => {
    response.socket?.write('HTTP/1.1 200 OK\r\n')
    const timer = setInterval(() => response.socket?.write(`x-${Math.random()}: ${'b'.repeat(4_000)}\r\n`), 5)
    response.on('close', () => clearInterval(timer))
  },
  reset: response => {
    response.writeHead(200, { 'content-length': 99_999 }).write(noise)
    setTimeout(() => response.socket?.resetAndDestroy(), 20)
  },
  short: response => {
    response.writeHead(200, { 'content-length': 99_999 }).write('<rss>')
    setTimeout(() => response.destroy(), 20)
  },
}

const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
  const mode = request.url?.split(/[/?]/)[1] ?? ''
  modes[mode]?.(response, request.headers['if-none-match'] !== undefined)
})
server.maxConnections = 10_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0 })
})
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
process.on('disconnect', () => process.exit(0))
