/** What benchmarks of the whole pipeline stand on: one Redis, publishers in a process of their own, and workers in theirs. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { Redis } from 'ioredis'
import { resolveRedis } from '../../src/redis/server.ts'

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

/** With the CPU seconds of Redis meanwhile. */
export interface Cost extends Told {
  readonly redis: number
}

export interface Stage {
  readonly redis: Redis
  readonly socket: string
  /** CPU seconds of Redis until now. */
  redisSeconds(): Promise<number>
  serve(feeds: readonly [first: number, count: number], edition: number, validators: boolean): Promise<void>
  /** @param sources of its catalogue; publishers serve each number */
  startWorker(name: 'ours' | 'naive', sources: number, prefix?: string): Promise<ChildProcess>
  crawl(worker: ChildProcess, feeds: readonly [first: number, count: number]): Promise<Cost>
  /** ms since the epoch at which a publisher was last asked for its feed. */
  askedAt(): Promise<number>
  stopWorker(worker: ChildProcess): Promise<void>
  close(): Promise<void>
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

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

  const redisSeconds = async (): Promise<number> => {
    const info = await redis.info('cpu')
    return ['user', 'sys'].reduce(
      (sum, kind) => sum + Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1] ?? 0),
      0,
    )
  }

  return {
    redis,
    socket,
    redisSeconds,
    async serve(feeds, edition, validators) {
      publishers.send({ edition, validators, feeds })
      await once(publishers, 'message')
    },
    async startWorker(name, sources, prefix = name) {
      const worker = start('./worker', [name, socket, prefix, String(port), String(sources)])
      await once(worker, 'message')
      return worker
    },
    async crawl(worker, feeds) {
      const before = await redisSeconds()
      worker.send({ crawl: feeds })
      const [told] = (await once(worker, 'message')) as [Told] // as worker.ts sends
      return { ...told, redis: (await redisSeconds()) - before }
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
      redis.disconnect()
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
