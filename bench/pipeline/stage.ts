/** What benchmarks of the whole pipeline stand on: one Redis, publishers and a reader in processes of their own, and workers in theirs. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import { resolveRedis } from '../../src/redis/server.ts'
import type { Reads } from './reader.ts'

/** What a worker tells of one crawl of many feeds. */
export interface Told {
  /** CPU seconds of the worker. */
  readonly seconds: number
  /** The same since it was started. */
  readonly sinceStart: number
  readonly commands: number
  readonly ms: number
  /** Most resident memory, bytes. */
  readonly peak: number
}

/** With the CPU seconds of Redis meanwhile, and the bytes that its memory grew by. */
export interface Cost extends Told {
  readonly redis: number
  readonly redisBytes: number
}

export interface WorkerOptions {
  /** Of its keys; the worker's name unless given. */
  readonly prefix?: string
  /** Root of another build of this repository, whose worker is started in place of this one's. */
  readonly root?: string | undefined
}

export interface Stage {
  readonly redis: Redis
  readonly socket: string
  /** CPU seconds of Redis until now. */
  redisSeconds(): Promise<number>
  serve(feeds: readonly [first: number, count: number], edition: number, validators: boolean): Promise<void>
  /**
   * Every build's worker takes the same arguments and messages (worker.ts), so that builds can be compared.
   * @param sources of its catalogue; publishers serve each number
   */
  startWorker(name: 'ours' | 'naive', sources: number, options?: WorkerOptions): Promise<ChildProcess>
  /** Reads the head of a list every few ms until `until` says so; the reader is a process of its own. */
  readWhile<T>(key: string, until: () => Promise<T>): Promise<{ readonly result: T; readonly reads: Reads }>
  crawl(worker: ChildProcess, feeds: readonly [first: number, count: number]): Promise<Cost>
  /** ms since the epoch at which a publisher was last asked for its feed. */
  askedAt(): Promise<number>
  stopWorker(worker: ChildProcess): Promise<void>
  close(): Promise<void>
}

/** Built or not, as this file is. */
const own = extname(import.meta.url)

export const openStage = async (): Promise<Stage> => {
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
  const server = await resolveRedis({ dataDir: dir, durable: false, say: () => undefined })
  if (!('socket' in server.address)) throw new Error('the benchmark runs a Redis of its own')
  const { socket } = server.address
  const redis = new Redis({ path: socket })
  const start = (file: string, args: readonly string[]): ChildProcess =>
    fork(new URL(`${file}${own}`, import.meta.url), args, { execArgv: own === '.ts' ? ['--import', 'tsx'] : [] })
  const publishers = start('./publishers', [])
  const [{ port }] = (await once(publishers, 'message')) as [{ port: number }] // as publishers.ts sends

  const reader = start('./reader', [socket])
  await once(reader, 'message')

  const redisSeconds = async (): Promise<number> => {
    const info = await redis.info('cpu')
    return ['user', 'sys'].reduce(
      (sum, kind) => sum + Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1] ?? 0),
      0,
    )
  }

  const redisBytes = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? Number.NaN)

  return {
    redis,
    socket,
    redisSeconds,
    async serve(feeds, edition, validators) {
      publishers.send({ edition, validators, feeds })
      await once(publishers, 'message')
    },
    async startWorker(name, sources, { prefix = name, root } = {}) {
      const args = [name, socket, prefix, String(port), String(sources)]
      const worker = root
        ? fork(pathToFileURL(join(root, 'dist/bench/pipeline/worker.js')), args, { cwd: root })
        : start('./worker', args)
      await once(worker, 'message')
      return worker
    },
    async crawl(worker, feeds) {
      const [seconds, bytes] = [await redisSeconds(), await redisBytes()]
      worker.send({ crawl: feeds })
      const [told] = (await once(worker, 'message')) as [Told] // as worker.ts sends
      return { ...told, redis: (await redisSeconds()) - seconds, redisBytes: (await redisBytes()) - bytes }
    },
    async readWhile(key, until) {
      reader.send({ read: key })
      const result = await until()
      const answer = once(reader, 'message')
      reader.send('stop')
      const [reads] = (await answer) as [Reads] // as reader.ts sends
      return { result, reads }
    },
    async askedAt() {
      publishers.send('asked')
      const [told] = (await once(publishers, 'message')) as [{ askedAt: number }] // as publishers.ts sends
      return told.askedAt
    },
    async stopWorker(worker) {
      worker.send({ stop: true })
      await once(worker, 'exit')
    },
    async close() {
      publishers.disconnect()
      reader.disconnect()
      redis.disconnect()
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
