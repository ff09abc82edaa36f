/** Eight publishers, each at an address of its own on loopback, that fail or go away when told. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Publishers {
  readonly sources: readonly { readonly id: string; readonly url: string }[]
  /** Each has something new. */
  publish(): void
  /** So many of them answer with an error from now on. */
  fail(count: number): void
  /** Nobody can be reached, as if our own network were down. */
  disconnect(): Promise<void>
  reconnect(): Promise<void>
}

const COUNT = 8

const itemOf = (id: number, edition: number): string =>
  `<item><title>Harbour ${id} reopens after storm ${edition}</title><link>https://paper-${id}.example/${edition}</link><pubDate>${new Date(Date.now() - 60_000).toUTCString()}</pubDate></item>`

const feedOf = (id: number, editions: number): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Paper ${id}</title>${Array.from({ length: editions }, (_, edition) => itemOf(id, edition)).join('')}</channel></rss>`

export const openPublishers = async (): Promise<Publishers> => {
  let failing = 0
  let editions = 1
  let server: Server
  const listen = async (port: number): Promise<number> => {
    server = createServer((request, response) => {
      const id = Number(/^\/(\d+)$/.exec(request.url ?? '')?.[1] ?? -1)
      // A connection that is kept would outlast the network.
      response.setHeader('connection', 'close')
      if (id < 0) response.writeHead(404).end()
      else if (id < failing) response.writeHead(500).end()
      else response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(feedOf(id, editions))
    }).listen(port, '0.0.0.0')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port // a TCP server has one
  }
  const port = await listen(0)
  return {
    sources: Array.from({ length: COUNT }, (_, id) => ({
      ...{ id: `paper-${id}`, url: `http://127.0.0.${id + 10}:${port}/${id}` },
    })),
    publish() {
      editions += 1
    },
    fail(count) {
      failing = count
    },
    async disconnect() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
    async reconnect() {
      await listen(port)
    },
  }
}
