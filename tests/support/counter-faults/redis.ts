/** A Redis that writes every command to disk before it answers, to be killed and started again on the same folder. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { findOnPath } from '../../../src/redis/server-binary.ts'

export interface DurableRedis {
  readonly socket: string
  restart(): Promise<void>
  stop(): Promise<void>
}

const path = `${process.env.PATH}:/usr/sbin:/usr/local/sbin:/usr/local/bin`

export const durableRedis = async (dir: string): Promise<DurableRedis> => {
  const binary = findOnPath('redis-server', path) ?? findOnPath('valkey-server', path)
  if (binary === undefined) throw new Error('no redis-server on PATH: install one to run this')
  const socket = join(dir, 'redis.sock')
  const options = ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', '']
  let child: ChildProcess
  const start = async (): Promise<void> => {
    child = spawn(binary, [...options, '--appendonly', 'yes', '--appendfsync', 'always'], { stdio: 'ignore' })
    const probe = new Redis({ path: socket, retryStrategy: () => 20, maxRetriesPerRequest: null })
    probe.on('error', () => undefined) // not there yet
    // While the file is read it answers LOADING.
    while ((await probe.ping().catch(() => '')) !== 'PONG') await delay(20)
    probe.disconnect()
  }
  const kill = async (): Promise<void> => {
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    socket,
    async restart() {
      await kill()
      await start()
    },
    stop: kill,
  }
}
