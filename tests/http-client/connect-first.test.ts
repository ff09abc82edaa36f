import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { type Address, connectFirst, interleaveFamilies } from '../../src/http-client/connect-first.ts'
import { createFetcher } from '../../src/http-client/fetch.ts'
import { serve } from '../support/http.ts'

const BODY = '<rss version="2.0"/>'

/** Listens with a backlog of one and accepts nothing until it is told to. */
const DEAF_SERVER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { createServer } = require('node:http')
  const gate = new Int32Array(workerData.gate)
  const server = createServer((request, response) => response.end('${BODY}'))
  server.listen({ host: workerData.host, port: workerData.port, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(gate, 0, 0))
  })`

/**
 * A server that nobody can connect to: its queue of connections is full, so that the kernel answers no further one,
 * until `open` is called.
 */
const aDeafServer = async (host: string, port = 0) => {
  const gate = new SharedArrayBuffer(4)
  const worker = new Worker(DEAF_SERVER, { eval: true, workerData: { gate, host, port } })
  const [listening] = (await once(worker, 'message')) as [number] // the worker sends its port
  const waiting: Socket[] = []
  const open = () => {
    Atomics.store(new Int32Array(gate), 0, 1)
    Atomics.notify(new Int32Array(gate), 0)
  }
  afterAll(async () => {
    open()
    for (const socket of waiting) socket.destroy()
    await worker.terminate()
  })
  for (let count = 0; count < 2; count += 1) {
    const socket = connect(listening, host).on('error', () => undefined) // it is reset in the end
    waiting.push(socket)
    await once(socket, 'connect')
  }
  return { port: listening, open }
}

const aFetcher = (addresses: readonly Address[], some: Record<string, unknown> = {}) => {
  const settings = CrawlSettings.parse({ allow: ['127.0.0.0/8', '::1'], headersTimeout: '8s', ...some })
  const fetcher = createFetcher(() => settings, { resolve: async () => addresses })
  afterAll(() => fetcher.close())
  return (port: number | string) => fetcher.fetchFeed({ url: `http://name.example:${port}/`, validators: null })
}

const v4 = (address: string): Address => ({ address, family: 4 })
const v6 = (address: string): Address => ({ address, family: 6 })

describe('a name with several addresses', () => {
  it('a name whose first address is dead and whose second takes longer than 250 ms to connect is reached', async () => {
    const far = await aDeafServer('127.0.0.2')
    await aDeafServer('127.0.0.3', far.port)
    const fetched = aFetcher([v4('127.0.0.3'), v4('127.0.0.2')])(far.port)
    // Both attempts are under way for longer than Node gives one; the kernel sends its next SYN after a second.
    setTimeout(far.open, 600)
    expect(await fetched).toMatchObject({ kind: 'changed', status: 200 })
  })

  it('a name whose first address does not answer is reached by the second without waiting for the first', async () => {
    const server = await serve((_, response) => response.end(BODY))
    const { port } = new URL(server.url)
    await aDeafServer('127.0.0.4', Number(port))
    const started = performance.now()
    expect(await aFetcher([v4('127.0.0.4'), v4('127.0.0.1')])(port)).toMatchObject({ kind: 'changed' })
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(server.requests).toHaveLength(1)
  })

  it('a name whose first address refuses is reached by the second at once', async () => {
    const server = await serve((_, response) => response.end(BODY))
    expect(await aFetcher([v6('::1'), v4('127.0.0.1')])(new URL(server.url).port)).toMatchObject({ kind: 'changed' })
  })

  it('a name none of whose addresses can be reached fails as refused, or when the time for connecting is up', async () => {
    const deaf = await aDeafServer('127.0.0.5')
    expect(await aFetcher([v4('127.0.0.6'), v4('127.0.0.7')])(deaf.port)).toMatchObject({ reason: 'refused' })
    expect(await aFetcher([v4('127.0.0.5'), v4('127.0.0.7')], { headersTimeout: '400ms' })(deaf.port)).toMatchObject({
      reason: 'timeout',
    })
    await expect(connectFirst([v4('127.0.0.5')], deaf.port, 100)).rejects.toMatchObject({
      code: 'UND_ERR_CONNECT_TIMEOUT',
    })
  })

  it('a name with a private address last is barred before any of the others is connected to', async () => {
    const server = await serve((_, response) => response.end(BODY))
    const fetchFeed = aFetcher([v4('127.0.0.1'), v6('fd00::1')])
    expect(await fetchFeed(new URL(server.url).port)).toMatchObject({ reason: 'blocked' })
    expect(server.requests).toEqual([])
  })

  it('a name with addresses of both families has them tried in turn, its first family first', () => {
    const addresses = [v4('192.0.2.1'), v4('192.0.2.2'), v4('192.0.2.3'), v6('2001:db8::1')]
    expect(interleaveFamilies(addresses).map(({ address }) => address)).toEqual([
      '192.0.2.1',
      '2001:db8::1',
      '192.0.2.2',
      '192.0.2.3',
    ])
  })
})
