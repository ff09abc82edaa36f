/** A Redis whose clock the run moves: all that expires, and every id of a stream, is of the time it is told. Needs a C compiler. */

import { execFileSync, spawn } from 'node:child_process'
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { findOnPath } from '../../src/redis/server-binary.ts'

export interface MovedRedis {
  readonly socket: string
  /** ms by which it is ahead of the machine. */
  set(ahead: number): void
  stop(): Promise<void>
}

export const startMovedRedis = async (dir: string): Promise<MovedRedis> => {
  const path = `${process.env.PATH}:/usr/sbin:/usr/local/bin`
  const [binary, compiler] = [findOnPath('redis-server', path), findOnPath('cc', path)]
  if (binary === undefined || compiler === undefined)
    throw new Error(`no ${binary === undefined ? 'redis-server' : 'cc'} on PATH: the long run needs both`)
  const library = join(dir, 'clock.so')
  const source = fileURLToPath(new URL('./clock.c', import.meta.url))
  execFileSync(compiler, ['-O2', '-shared', '-fPIC', '-o', library, source])
  const file = join(dir, 'clock')
  const clock = openSync(file, 'w+')
  const set = (ahead: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(Math.round(ahead)))
    writeSync(clock, bytes, 0, 8, 0)
  }
  set(0)
  const socket = join(dir, 'redis.sock')
  const child = spawn(
    binary,
    ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', '', '--appendonly', 'no'],
    {
      env: { ...process.env, LD_PRELOAD: library, LONGRUN_CLOCK: file },
      stdio: 'ignore',
    },
  )
  const gone = new Promise(resolve => child.once('exit', resolve))
  const endWithUs = () => child.kill('SIGKILL')
  process.on('exit', endWithUs)
  const probe = new Redis({ path: socket, retryStrategy: () => 20, maxRetriesPerRequest: null })
  probe.on('error', () => undefined) // not there yet
  while ((await probe.ping().catch(() => '')) !== 'PONG') await delay(20)
  probe.disconnect()
  return {
    socket,
    set,
    async stop() {
      process.off('exit', endWithUs)
      child.kill('SIGKILL')
      await gone
    },
  }
}
