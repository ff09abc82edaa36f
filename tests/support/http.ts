/** Real HTTP on loopback for tests: a server on a free port, closed when the file is done, remembering what it was asked. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
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

export { type FeedItemSketch, rss } from './rss.ts'
