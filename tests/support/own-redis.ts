/** A Redis of a test's own, on a socket, with its data on disk: to be killed and started again. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findOnPath } from '../../src/redis/server-binary.ts'
import { until } from './until.ts'

/** @param program of another server than the run has */
export const serverIn = async (dataDir: string, program?: string) => {
  const binary =
    program ??
    findOnPath('redis-server', `${process.env.PATH}:/usr/sbin:/usr/local/bin`) ??
    findOnPath('valkey-server', process.env.PATH ?? '')
  if (binary === undefined) throw new Error('no redis-server on PATH, though the run has one')
  const socket = join(dataDir, 'redis.sock')
  let child: ChildProcess | undefined
  const redis = new Redis({ path: socket, lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined) // it is killed on purpose

  const start = async (): Promise<void> => {
    child = spawn(
      binary,
      [
        '--port',
        '0',
        '--unixsocket',
        socket,
        '--dir',
        dataDir,
        '--appendonly',
        'yes',
        '--appendfsync',
        'always',
        '--maxmemory-policy',
        'noeviction',
      ],
      { stdio: 'ignore' },
    )
    await until(() =>
      redis.ping().then(
        answer => answer === 'PONG',
        () => false,
      ),
    )
  }
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise(resolve => child?.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    socket,
    url: `unix:${socket}`,
    start,
    kill,
    /** It stays there, and says nothing until it goes on. */
    pause: () => child?.kill('SIGSTOP'),
    goOn: () => child?.kill('SIGCONT'),
    close: async () => {
      redis.disconnect()
      await kill()
    },
    lines: (key: string) => redis.llen(key),
    titles: async (key: string) =>
      (await redis.lrange(key, 0, -1)).map(entry => (JSON.parse(entry) as { title: string }).title),
  }
}
