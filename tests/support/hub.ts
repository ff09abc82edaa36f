/** A WebSub hub of a test's own on loopback, for one topic whose content the test sets. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { createHub, type Hub, type HubWanted } from '../../demo/publishers/hub.ts'

export interface TestHub extends Hub {
  readonly url: string
  /** What the hub's topics hold, by URL. */
  readonly topics: Map<string, string>
}

export const aHub = async (wanted: Partial<HubWanted> = {}): Promise<TestHub> => {
  const topics = new Map<string, string>()
  let url = ''
  const hub = createHub({
    url: () => url,
    content: topic => {
      const body = topics.get(topic)
      return body === undefined ? null : { body: Buffer.from(body), contentType: 'application/rss+xml' }
    },
    retries: [50, 50],
    ...wanted,
  })
  const server = createServer((request, response) => {
    hub.answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hub`
  afterAll(async () => {
    await hub.close()
    server.close()
    server.closeAllConnections()
  })
  return { ...hub, url, topics }
}
