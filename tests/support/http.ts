/** Real HTTP on loopback for tests: a server on a free port, closed when the file is done, remembering what it was asked. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { atEnd } from './at-end.ts'

export interface TestServer {
  readonly url: string
  /** Requests so far, oldest first. */
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers'] }[]
}

export const serve = async (
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> => {
  const requests: TestServer['requests'] = []
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    handle(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** A server of bytes: says whatever it is told to each connection, and counts who is still connected. */
export const serveBytes = async (
  speak: (socket: Socket, request: string) => void,
): Promise<{ url: string; connected: () => number; requests: string[] }> => {
  const sockets = new Set<Socket>()
  const requests: string[] = []
  const server = createTcpServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined) // the other side goes away on purpose
    socket.once('data', data => {
      requests.push(data.toString('latin1'))
      speak(socket, data.toString('latin1'))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a TCP server has one
  return { url: `http://127.0.0.1:${port}/`, connected: () => sockets.size, requests }
}

export { type FeedItemSketch, rss } from './rss.ts'
