/**
 * Readers of `/v1/updates` of a real daemon, from addresses all over 127.0.0.0/8: most read, some never do, some reset their connection;
 * Redis is stopped meanwhile. Tells what each got, and whether places and memory came back.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { keysFor } from '../../src/redis/keys.ts'
import { findOnPath } from '../../src/redis/server-binary.ts'

export interface ReadersWanted {
  /** Those that read, never read, and reset their connection. */
  readonly reading: number
  readonly stalled: number
  readonly reset: number
  /** ms for which Redis is stopped. */
  readonly pause: number
  readonly updates: number
  /** How a daemon is started: arguments of node before `start`. */
  readonly newsdesk: readonly string[]
  readonly say?: (line: string) => void
}

export interface ReadersReport {
  /** Of those that read: got every update once and in order. */
  readonly whole: number
  /** What one of the others got, where there is one. */
  readonly broken: string | null
  /** As many readers as there may be are let in again once all have left. */
  readonly comeAgain: number
  /** Exit code or signal of the daemon where it ended by itself. */
  readonly ended: string | null
  /** MB resident: before, most, and after all had left. */
  readonly memory: { readonly before: number; readonly most: number; readonly after: number }
}

/** ms that anything may take on a machine that is busy. */
const PATIENCE = 120_000

const until = async (what: string, holds: () => boolean | Promise<boolean>, ms = PATIENCE): Promise<void> => {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`still not so after ${ms} ms: ${what}`)
    await sleep(20)
  }
}

/** Another for each, all over the loopback network. */
const addressOf = (index: number): string =>
  `127.${1 + (index % 250)}.${Math.floor(index / 250) % 250}.${2 + (index % 200)}`

const UPDATE = /id: (\S+)\nevent: (\w+)\ndata: (.*)\n\n/g

/** One that reads, and comes back with what it heard last where its connection ends. */
const aReader = (port: number, index: number) => {
  const versions: number[] = []
  const reloads: string[] = []
  let last = ''
  let isOpen = false
  let status = 0
  let socket: Socket
  let isOver = false
  const dial = () => {
    let text = ''
    socket = connect({ host: '127.0.0.1', port, localAddress: addressOf(index) })
    socket.on('error', () => undefined) // its close is what counts
    socket.write(`GET /v1/updates HTTP/1.1\r\nHost: reader\r\n${last === '' ? '' : `Last-Event-ID: ${last}\r\n`}\r\n`)
    socket.setEncoding('utf8').on('data', (piece: string) => {
      // Marks of chunks stand between lines.
      text += piece.replaceAll(/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n/g, '').replaceAll('\r\n', '')
      if (!isOpen) status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)
      isOpen = status === 200
      let end = 0
      for (const match of text.matchAll(UPDATE)) {
        last = match[1] ?? ''
        if (match[2] === 'update') versions.push((JSON.parse(match[3] ?? '{}') as { version: number }).version)
        else reloads.push(match[3] ?? '')
        end = match.index + match[0].length
      }
      text = text.slice(end)
    })
    socket.on('close', () => {
      isOpen = false
      if (!isOver) setTimeout(dial, 200)
    })
  }
  dial()
  return {
    versions,
    reloads,
    isOpen: () => isOpen,
    leave() {
      isOver = true
      socket.destroy()
    },
  }
}

const memoryOf = (child: ChildProcess): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024

export const runReaders = async ({
  reading,
  stalled,
  reset,
  pause,
  updates,
  newsdesk,
  say = () => undefined,
}: ReadersWanted): Promise<ReadersReport> => {
  const binary = findOnPath('redis-server', `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/bin`)
  if (binary === undefined) throw new Error('no redis-server on PATH')
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-readers-'))
  const most = reading + stalled
  copyFileSync('config/sections.yaml', join(dir, 'sections.yaml'))
  writeFileSync(join(dir, 'sources.yaml'), 'sources: []\n')
  writeFileSync(
    join(dir, 'newsdesk.yaml'),
    `http: { port: 0, streams: ${most}, streamBuffers: 32MB, streamBuffer: 128KB }\nlists: { refresh: 1h }\n`,
  )
  const socket = join(dir, 'redis.sock')
  const server = spawn(binary, ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', ''], { stdio: 'ignore' })
  const redis = new Redis({ path: socket, maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined) // it starts
  const key = keysFor('newsdesk').updates()
  let log = ''
  const daemon = spawn(process.execPath, [...newsdesk, 'start', '--roles', 'http'], {
    env: { ...process.env, NEWSDESK_CONFIG: dir, NEWSDESK_REDIS_URL: `unix:${socket}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [daemon.stdout, daemon.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-20_000)
    })
  const gone = () =>
    daemon.exitCode === null && daemon.signalCode === null ? null : String(daemon.exitCode ?? daemon.signalCode)
  const sockets: Socket[] = []
  try {
    await until('the daemon runs', () => /"http":"http:\/\/[^"]*:(\d+)"/.test(log) || gone() !== null)
    const port = Number(/"http":"http:\/\/[^"]*:(\d+)"/.exec(log)?.[1] ?? 0)
    if (port === 0) throw new Error(`the daemon did not start: ${log}`)
    const before = memoryOf(daemon)
    let largest = before
    const measuring = setInterval(() => {
      if (gone() === null) largest = Math.max(largest, memoryOf(daemon))
    }, 100)

    const readers = Array.from({ length: reading }, (_, index) => aReader(port, index))
    for (let index = 0; index < stalled; index += 1) {
      const idle = connect({ host: '127.0.0.1', port, localAddress: addressOf(reading + index) }).pause()
      idle.on('error', () => undefined) // let go of, as it should be
      idle.write('GET /v1/updates HTTP/1.1\r\nHost: idle\r\n\r\n')
      sockets.push(idle)
    }
    await until('all who read are let in', () => readers.every(reader => reader.isOpen()) || gone() !== null)
    say(`${reading} read, ${stalled} never do`)
    const tell = async (from: number, to: number) => {
      // Many fill what is held for those who never read.
      for (let version = from; version <= to; version += 1)
        await redis.xadd(
          key,
          'MAXLEN',
          '~',
          10_000,
          '*',
          'list',
          `latest:${'x'.repeat(60)}`,
          'version',
          version,
          'at',
          '',
        )
    }
    await tell(1, Math.floor(updates / 2))

    server.kill('SIGSTOP')
    say(`Redis is stopped for ${pause} ms; ${reset} connections are reset meanwhile`)
    for (let index = 0; index < reset; index += 1) {
      const quick = connect({ host: '127.0.0.1', port, localAddress: addressOf(index) })
      quick.on('error', () => undefined) // reset by us
      quick.write('GET /v1/updates HTTP/1.1\r\nHost: quick\r\n\r\n', () =>
        setTimeout(() => quick.resetAndDestroy(), index % 20),
      )
    }
    await sleep(pause)
    server.kill('SIGCONT')
    await tell(Math.floor(updates / 2) + 1, updates)
    await until(
      'all were told all',
      () => readers.every(({ versions }) => versions.at(-1) === updates) || gone() !== null,
      PATIENCE,
    ).catch((error: Error) => say(error.message))

    const ok = ({ versions, reloads }: (typeof readers)[number]) =>
      reloads.length === 0 && versions.length === updates && versions.every((version, at) => version === at + 1)
    const broken = readers.find(reader => !ok(reader))
    for (const reader of readers) reader.leave()
    for (const idle of sockets) idle.destroy()

    let comeAgain = 0
    await until('all who may come are let in again', async () => {
      const again = Array.from({ length: most }, (_, index) => aReader(port, index))
      await until('they are answered', () => again.every(reader => reader.isOpen()) || gone() !== null, 10_000).catch(
        () => undefined, // counted below
      )
      comeAgain = again.filter(reader => reader.isOpen()).length
      for (const reader of again) reader.leave()
      return comeAgain === most || gone() !== null
    }).catch((error: Error) => say(error.message))
    clearInterval(measuring)
    const ended = gone()
    return {
      whole: readers.filter(ok).length,
      broken: broken
        ? `${broken.versions.length} updates, ${broken.reloads.join()} first ${broken.versions[0]} last ${broken.versions.at(-1)}`
        : null,
      comeAgain,
      ended: ended === null ? null : `${ended}: ${log.slice(-2_000)}`,
      memory: { before, most: largest, after: ended === null ? memoryOf(daemon) : 0 },
    }
  } finally {
    for (const each of sockets) each.destroy()
    redis.disconnect()
    for (const child of [daemon, server]) {
      child.kill('SIGCONT')
      child.kill('SIGKILL')
    }
    rmSync(dir, { recursive: true, force: true })
  }
}
