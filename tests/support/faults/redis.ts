/** A Redis on TCP that keeps an append-only file, with the ways in which a Redis fails. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { findOnPath } from '../../../src/redis/server-binary.ts'

export interface FaultyRedis {
  readonly port: number
  readonly fsync: 'always' | 'everysec'
  /** Asks again until it is answered: for what may be asked twice. */
  ask<T>(question: (redis: Redis) => Promise<T>): Promise<T>
  signal(signal: NodeJS.Signals): void
  /** Resolves when its process has ended. */
  gone(): Promise<void>
  start(): Promise<void>
  /** From now on its file may not grow: writing it fails, as on a full disk (EFBIG in place of ENOSPC). */
  fillDisk(): Promise<void>
  freeDisk(): Promise<void>
  isRunning(): boolean
  stop(): Promise<void>
}

const path = `${process.env.PATH}:/usr/sbin:/usr/local/sbin:/usr/local/bin`
const run = promisify(execFile)
const PATIENCE = 2_000
const LOOK = 20

const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

/** Whether the size of a running process's files can be bounded here. */
export const canFillDisk = (): boolean => findOnPath('prlimit', path) !== undefined

export const startFaultyRedis = async (dir: string, fsync: FaultyRedis['fsync']): Promise<FaultyRedis> => {
  const binary = findOnPath('redis-server', path) ?? findOnPath('valkey-server', path)
  if (binary === undefined) throw new Error('no redis-server on PATH: install one to run this')
  const port = await freePort()
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: PATIENCE,
    retryStrategy: () => LOOK,
  })
  redis.on('error', () => undefined) // it is made to fail
  redis.connect().catch(() => undefined)
  let child: ChildProcess | null = null
  let ended = Promise.resolve()

  const ask = async <T>(question: (redis: Redis) => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await question(redis)
      } catch {
        await delay(LOOK)
      }
    }
  }

  const start = async (): Promise<void> => {
    const options = [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes'],
      ...['--appendfsync', fsync, '--maxmemory-policy', 'noeviction', '--logfile', join(dir, 'redis.log')],
      // Rewriting happens within a run, too.
      ...['--auto-aof-rewrite-min-size', '4mb'],
    ]
    // Writing more than a file may hold is then an error, and not the end.
    const made = spawn('sh', ['-c', `trap '' XFSZ; exec "$0" "$@"`, binary, ...options], { stdio: 'ignore' })
    child = made
    ended = new Promise(resolve => {
      made.once('exit', () => {
        if (child === made) child = null
        resolve()
      })
    })
    for (;;) {
      if (child === null) throw new Error(`redis-server ended before it answered: see ${join(dir, 'redis.log')}`)
      // While the file is read it answers LOADING.
      if ((await redis.ping().catch(() => '')) === 'PONG') return
      await delay(LOOK)
    }
  }

  const limit = async (bytes: string): Promise<void> => {
    if (child?.pid !== undefined) await run('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`])
  }

  await start()
  return {
    port,
    fsync,
    ask,
    start,
    signal: signal => void child?.kill(signal),
    gone: () => ended,
    isRunning: () => child !== null,
    async fillDisk() {
      // What is written to is the increment with the highest number.
      const files = (await readdir(join(dir, 'appendonlydir'))).filter(name => name.endsWith('.incr.aof'))
      const numberOf = (name: string) => Number(/\.(\d+)\.incr/.exec(name)?.[1] ?? 0)
      const newest = files.toSorted((a, b) => numberOf(a) - numberOf(b)).at(-1)
      if (newest !== undefined) await limit(String(statSync(join(dir, 'appendonlydir', newest)).size))
    },
    freeDisk: () => limit('unlimited'),
    async stop() {
      redis.disconnect()
      child?.kill('SIGCONT')
      child?.kill('SIGKILL')
      await ended
    },
  }
}
