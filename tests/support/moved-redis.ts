/** A Redis of a test's own whose clock can be moved while it runs, by libfaketime. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findOnPath } from '../../src/redis/server-binary.ts'
import { atEnd } from './at-end.ts'
import { aFolder } from './folder.ts'
import { clockMovedBy, withoutMovedClock } from './real-clock.ts'
import { until } from './until.ts'

/** Where Debian puts it; undefined where it is not installed. */
const libfaketime = (existsSync('/usr/lib') ? readdirSync('/usr/lib') : [])
  .map(folder => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
  .find(existsSync)

/** Tests that need it are left out without. */
export const canMoveClock = libfaketime !== undefined

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

export const aMovedRedis = async () => {
  const dir = aFolder('moved')
  const [socket, clock] = [join(dir, 'redis.sock'), join(dir, 'clock')]
  const base = clockMovedBy()
  /** Whole at every look of the library: it reads the file over and over. */
  const write = (ms: number): void => {
    writeFileSync(`${clock}.new`, `+${(base + ms) / 1_000}\n`)
    renameSync(`${clock}.new`, clock)
  }
  write(0)
  const binary =
    findOnPath('redis-server', `${process.env.PATH}:/usr/sbin:/usr/local/bin`) ??
    findOnPath('valkey-server', process.env.PATH ?? '')
  if (binary === undefined) throw new Error('no redis-server on PATH, though the run has one')
  const child = spawn(binary, ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', ''], {
    stdio: 'ignore',
    env: {
      ...withoutMovedClock(process.env),
      // jemalloc asks for the time while the library is not ready and hangs: libc's malloc goes first.
      LD_PRELOAD: `${libfaketime} libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  })
  atEnd(() => end(child))
  await until(() => existsSync(socket))
  const redis = new Redis({ path: socket, maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined) // it is killed in the end
  atEnd(() => redis.disconnect())
  const time = async (): Promise<number> => Number((await redis.time())[0]) * 1_000
  return {
    redis,
    address: { socket },
    /** Moves its clock, as seen from the right one, and waits until it shows. */
    async setAhead(ms: number): Promise<void> {
      write(ms)
      await until(time, at => Math.abs(at - Date.now() - ms) < 10_000)
    },
  }
}
