/** A Redis of a test's own whose clock can be moved while it runs: by a small library that is built for it. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { findOnPath } from '../../src/redis/server.ts'
import { aFolder } from './folder.ts'
import { until } from './until.ts'

const source = fileURLToPath(new URL('./moved-clock.c', import.meta.url))

/** Whether there is a compiler for the library: tests are left out without. */
export const canMoveClock = process.platform === 'linux' && findOnPath('cc', process.env.PATH ?? '') !== undefined

const open: ChildProcess[] = []
afterAll(async () => {
  for (const child of open.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
})

export const aMovedRedis = async () => {
  const dir = aFolder('moved')
  const [socket, clock, library] = ['redis.sock', 'clock', 'moved-clock.so'].map(name => join(dir, name)) as [
    string,
    string,
    string,
  ] // as many as were given
  execFileSync('cc', ['-shared', '-fPIC', '-nostdlib', '-O1', '-o', library, source])
  writeFileSync(clock, Buffer.alloc(8))
  const binary =
    findOnPath('redis-server', `${process.env.PATH}:/usr/sbin:/usr/local/bin`) ??
    findOnPath('valkey-server', process.env.PATH ?? '')
  if (binary === undefined) throw new Error('no redis-server on PATH, though the run has one')
  const child = spawn(binary, ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', ''], {
    stdio: 'ignore',
    env: { ...process.env, LD_PRELOAD: library, MOVED_CLOCK: clock },
  })
  open.push(child)
  await until(() => existsSync(socket))
  const redis = new Redis({ path: socket, maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined) // it is killed in the end
  afterAll(() => redis.disconnect())
  const time = async (): Promise<number> => Number((await redis.time())[0]) * 1_000
  return {
    redis,
    address: { socket },
    /** Moves its clock, as seen from the right one, and waits until it shows. */
    async setAhead(ms: number): Promise<void> {
      const written = Buffer.alloc(8)
      written.writeBigInt64LE(BigInt(ms))
      const file = openSync(clock, 'r+')
      writeSync(file, written, 0, 8, 0)
      closeSync(file)
      await until(time, at => Math.abs(at - Date.now() - ms) < 10_000)
    },
  }
}
