/** Serves feeds on loopback to `price.ts`, in a process of its own, and counts the bytes of its connections. */

import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'

const ETAG = '"unchanged"'

/** Paths and bodies, sent by the parent process. */
const Bodies = z.record(z.string(), z.string())

process.once('message', message => {
  const bodies = new Map(Object.entries(Bodies.parse(message)).map(([path, body]) => [path, gzipSync(body)]))
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    if (request.url === '/bytes') {
      let bytes = 0
      for (const socket of sockets) bytes += socket.bytesRead + socket.bytesWritten
      response.end(String(bytes))
      return
    }
    const headers = { etag: ETAG, 'cache-control': 'max-age=300', server: 'nginx' }
    const body = bodies.get(request.url?.split('?')[0] ?? '')
    if (request.headers['if-none-match'] === ETAG) response.writeHead(304, headers).end()
    else
      response
        .writeHead(200, { ...headers, 'content-type': 'application/rss+xml', 'content-encoding': 'gzip' })
        .end(body)
  })
  server.on('connection', socket => sockets.add(socket))
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port)) // TCP, so not a path
})
