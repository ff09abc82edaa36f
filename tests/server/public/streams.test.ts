import { connect, type Socket } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { HttpSettings } from '../../../src/config/sections/public-server.ts'
import { listenAt } from '../../../src/server/listen.ts'
import { serveProbes } from '../../../src/server/probe-server.ts'
import { startHttp } from '../../../src/server/public/server.ts'
import { createStreams, type EventStream, type StreamLimits } from '../../../src/server/public/streams.ts'
import { updatesRoute } from '../../../src/server/public/updates.ts'
import { testRedis } from '../../support/redis.ts'
import { runReaders } from '../../support/slow-readers.ts'
import { until } from '../../support/until.ts'

const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})

const LIMITS: StreamLimits = { total: 1_000, perAddress: 1_000, behind: 256 * 1_024, behindInAll: 64 * 1_024 ** 2 }

/** A connection that says what it is told to, and remembers what it hears. */
const aSocket = (url: string, asked: string, { localAddress = '127.0.0.1', reads = true } = {}) => {
  const { port, hostname } = new URL(url)
  const socket: Socket = connect({ host: hostname, port: Number(port), localAddress })
  const heard = { text: '', isOver: false, error: null as Error | null }
  socket.on('error', error => {
    heard.error = error
  })
  socket.on('close', () => {
    heard.isOver = true
  })
  if (reads) socket.setEncoding('utf8').on('data', text => (heard.text += text))
  else socket.pause()
  socket.write(asked)
  closing.push(() => socket.destroy())
  return { socket, heard }
}
const GET = 'GET /stream HTTP/1.1\r\nHost: reader\r\n\r\n'

const aServer = async (some: Partial<StreamLimits> = {}, times: { heartbeat?: number; stalled?: number } = {}) => {
  const streams = createStreams({ limits: () => ({ ...LIMITS, ...some }), ...times })
  const open: EventStream[] = []
  const app = express().set('trust proxy', 1)
  app.get('/stream', (request, response) => {
    const stream = streams.open(request, response, { hello: 'retry: 1\n\n', onEnd: () => undefined })
    if (stream) open.push(stream)
  })
  app.get('/late', (request, response) => {
    // Who asks is found out first, as on the admin server; meanwhile whoever asked has gone.
    response.on('close', () => setTimeout(() => streams.open(request, response, { hello: '', onEnd: () => undefined })))
  })
  const errors: unknown[] = []
  const { url, close } = await listenAt({ host: '127.0.0.1', port: 0 }, app, error => errors.push(error))
  closing.push(close)
  return { streams, open, url, errors, close }
}

describe('a stream of events', () => {
  it('a stream of events whose reader does not read is let go once too much is held for it, and nothing else ends', async () => {
    const { streams, open, url } = await aServer({ behind: 64 * 1_024 })
    const idle = aSocket(url, GET, { reads: false })
    const good = aSocket(url, GET)
    await until(streams.count, count => count === 2)
    await until(() => {
      for (const stream of open) stream.send(`data: ${'x'.repeat(8_000)}\n\n`)
      return streams.count() === 1
    })
    open[0]?.send('data: to nobody\n\n')
    open[1]?.send('data: to somebody\n\n')
    await until(() => good.heard.text.includes('to somebody') || good.heard.text.includes('to nobody'))
    expect(streams.behind()).toBeLessThan(64 * 1_024 * 2)
    idle.socket.destroy()
  })

  it('a stream of events whose reader takes nothing for long is let go, however little is held for it', async () => {
    const { streams, open, url } = await aServer({ behind: 1_024 ** 3 }, { stalled: 100 })
    aSocket(url, GET, { reads: false })
    await until(streams.count, count => count === 1)
    // As much as the connection takes by itself, and some more.
    await until(() => {
      open[0]?.send(`data: ${'x'.repeat(100_000)}\n\n`)
      return streams.count() === 0
    })
  })

  it('a stream of events is let go where all together hold too much, those furthest behind first', async () => {
    const { streams, open, url } = await aServer({ behind: 1_024 ** 3, behindInAll: 512 * 1_024 })
    for (let index = 0; index < 5; index += 1) aSocket(url, GET, { reads: false })
    const good = aSocket(url, GET)
    await until(streams.count, count => count === 6)
    await until(() => {
      for (const stream of open) stream.send(`data: ${'x'.repeat(20_000)}\n\n`)
      return streams.count() < 6
    })
    expect(streams.behind()).toBeLessThanOrEqual(512 * 1_024)
    expect(good.heard.isOver).toBe(false)
  })

  it('a stream of events is refused beyond so many from one address or IPv6 network, as a trusted proxy tells it, and beyond so many in all', async () => {
    const { streams, url } = await aServer({ total: 5, perAddress: 2 })
    const from = (address: string) => GET.replace('\r\n\r\n', `\r\nX-Forwarded-For: ${address}\r\n\r\n`)
    const statusOf = async (address: string) => {
      const { heard } = aSocket(url, from(address))
      return Number((await until(() => /^HTTP\/1.1 (\d+)/.exec(heard.text)))?.[1])
    }
    const seen: number[] = []
    for (const each of [
      '2001:db8::1',
      '2001:db8:0:1::1',
      '2001:db8::9',
      '192.0.2.1',
      '192.0.2.1',
      '192.0.2.1',
      '192.0.2.2',
      '192.0.2.3',
    ])
      seen.push(await statusOf(each))
    expect(seen).toEqual([200, 200, 429, 200, 200, 429, 200, 503])
    expect(streams.count()).toBe(5)
  })

  it('a stream of events takes no place where its reader went before it began, and gives it back on every way out', async () => {
    const { streams, url, errors } = await aServer({ total: 50, perAddress: 50 })
    for (let round = 0; round < 3; round += 1) {
      const all = Array.from({ length: 40 }, (_, index) =>
        aSocket(url, index % 2 ? GET : GET.replace('stream', 'late')),
      )
      for (const [index, { socket }] of all.entries())
        setTimeout(
          () => (index % 3 === 0 ? socket.end() : index % 3 === 1 ? socket.destroy() : socket.resetAndDestroy()),
          index,
        )
      await until(() => all.every(({ socket }) => socket.destroyed))
    }
    aSocket(url, GET.replace('GET', 'HEAD'))
    await until(streams.count, count => count === 0)
    expect(errors.every(error => (error as NodeJS.ErrnoException).code === 'ECONNRESET')).toBe(true)
  })

  it('a stream of events ends as agreed when the server stops', async () => {
    const { streams, url, close } = await aServer()
    const { heard } = aSocket(url, GET)
    await until(() => heard.text.includes('retry'))
    streams.close()
    await close()
    await until(() => heard.isOver)
    // The mark of the last chunk: an end, and no broken connection.
    expect([heard.error, heard.text.endsWith('0\r\n\r\n')]).toEqual([null, true])
  })

  it('a stream of events has signs of life while nothing comes', async () => {
    const { url } = await aServer({}, { heartbeat: 20 })
    const { heard } = aSocket(url, GET)
    await until(() => heard.text.split(': quiet').length > 2)
  })
})

describe('one request that fails', () => {
  it('one request that fails ends no process: neither what is written after its end, nor what is thrown, nor a path that is no URL', async () => {
    const failures: unknown[] = []
    const { url, close } = await listenAt(
      { host: '127.0.0.1', port: 0 },
      (request, response) => {
        if (request.url === '/throws') throw new Error('thrown')
        response.end('said')
        response.write('after the end')
      },
      error => failures.push(error),
    )
    closing.push(close)
    expect((await fetch(`${url}/throws`)).status).toBe(500)
    await fetch(`${url}/`).then(answer => answer.text())
    await until(() => failures.length === 2)
    const probes = await serveProbes({ host: '127.0.0.1', port: 0 }, async () => null)
    closing.push(probes.close)
    const { heard } = aSocket(probes.url, 'GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    await until(() => heard.isOver)
    expect(heard.text).toMatch(/^HTTP\/1.1 404/)
  })
})

describe('updates over HTTP', () => {
  const room = testRedis()
  const { redis, keys } = room
  const key = keys.updates()
  const ending = new AbortController()
  const blocking = room.connect()
  const aRoute = async () => {
    const server = await startHttp({
      settings: () => HttpSettings.parse({ port: 0 }),
      routes: [
        {
          path: '/v1/updates',
          router: updatesRoute({ redis, keys, blocking, signal: ending.signal, onError: () => undefined }),
        },
      ],
      log: pino({ level: 'silent' }),
    })
    closing.push(async () => {
      ending.abort()
      blocking.disconnect()
      await server.close()
    })
    return server
  }
  const add = (id: string, version: number, list = 'latest') =>
    redis.xadd(key, id, 'list', list, 'version', version, 'at', '')
  const listen = (url: string, heard?: string, path = '/v1/updates') =>
    aSocket(url, `GET ${path} HTTP/1.1\r\nHost: x\r\n${heard ? `Last-Event-ID: ${heard}\r\n` : ''}\r\n`).heard
  const versions = (text: string) => [...text.matchAll(/"version":(\d+)/g)].map(([, version]) => Number(version))

  it('updates over HTTP tell who was away what it missed, or that it must reload where that is too long ago or an id is of no stream of ours', async () => {
    const { url } = await aRoute()
    const added = redis.pipeline()
    for (let version = 1; version <= 7_000; version += 1)
      added.xadd(key, `1000-${version}`, 'list', version % 100 ? 'latest' : 'must-reads', 'version', version, 'at', '')
    await added.exec()

    const [old, near, some, future, fresh] = [
      listen(url, '1-1'),
      listen(url, '1000-3000'),
      listen(url, '1000-6500', '/v1/updates?lists=must-reads'),
      listen(url, '9999999999999999-0'),
      listen(url),
    ]
    await until(() => /event: reload\ndata: {"reason":"too-old"}/.test(old.text))
    await until(() => /event: reload\ndata: {"reason":"unknown-id"}/.test(future.text))
    await until(() => versions(near.text).at(-1) === 7_000)
    expect(versions(near.text)).toEqual(Array.from({ length: 4_000 }, (_, index) => 3_001 + index))
    await until(() => versions(some.text).length === 5)
    expect(versions(some.text)).toEqual([6_600, 6_700, 6_800, 6_900, 7_000])
    // From then on all are told alike.
    await add('2000-1', 7_001, 'must-reads')
    for (const each of [old, near, some, future, fresh]) {
      await until(() => versions(each.text).at(-1) === 7_001)
      expect(each.text).not.toContain('500 Internal')
    }
    expect([versions(old.text), versions(future.text), versions(fresh.text)]).toEqual([[7_001], [7_001], [7_001]])
    // Taken away under them, with a clock that was set back.
    await redis.del(key)
    await until(() => [old, near, some, future, fresh].every(({ text }) => text.includes('"reason":"reset"')))
    await add('3-1', 1)
    await until(() => versions(fresh.text).at(-1) === 1)
  })
})

describe('readers from all over the network', () => {
  it('readers from all over the network get every update once and in order, whoever else never reads or resets its connection, and while Redis is silent; all places come back', async () => {
    const report = await runReaders({
      ...{ reading: 150, stalled: 50, reset: 300, pause: 4_000, updates: 1_000 },
      newsdesk: inject('newsdesk'),
    })
    expect(report).toMatchObject({ whole: 150, broken: null, comeAgain: 200, ended: null })
  })
})
