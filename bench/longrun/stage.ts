/** The environment of the long run: a Redis and a worker whose clocks it moves, and a way to wait for empty queues. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { GROUP } from '../../src/events/counting.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import type { Queues } from '../../src/queues/queues.ts'
import { type Keys, keysFor } from '../../src/redis/keys.ts'
import { startMovedRedis } from './redis.ts'

export interface Stage {
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  /** ms since the epoch, by the moved clocks. */
  now(): number
  /** Moves the clocks of Redis and of the worker; call it while both are idle. */
  moveOn(ms: number): Promise<void>
  /** Waits until all articles, lists and events that came in are done with. */
  settle(): Promise<void>
  measure(): Promise<Hour>
  /** Ends the worker in good order. */
  finish(): Promise<void>
  /** Ends everything, whatever its state. */
  close(): Promise<void>
}

/** MB. */
export interface Hour {
  readonly redis: number
  readonly rss: number
  /** Of the worker, after its garbage was collected. */
  readonly live: number
}

/** ms. */
const PATIENCE = 60_000
/** For work to be done on a machine that is busy with much else, ms. */
const MAX_WORK = 240_000
const LOOK = 25
const MB = 1_048_576

const script = fileURLToPath(new URL('./worker.js', import.meta.url))
const tamper = new URL('../faults/tamper.js', import.meta.url).href

/** @returns whether it held in time */
export const until = async (holds: () => Promise<boolean>, patience = PATIENCE): Promise<boolean> => {
  const deadline = performance.now() + patience
  while (performance.now() < deadline) {
    if (await holds()) return true
    await delay(LOOK)
  }
  return false
}

export const openStage = async (dir: string, prefix: string, workerArgs: readonly string[]): Promise<Stage> => {
  const server = await startMovedRedis(dir)
  const connect = () => new Redis({ path: server.socket, maxRetriesPerRequest: null })
  const [redis, bull] = [connect(), connect()]
  const keys = keysFor(prefix)
  const queues = openQueues(bull, keys)
  const worker: ChildProcess = fork(script, [server.socket, prefix, ...workerArgs], {
    execArgv: ['--expose-gc', '--import', tamper],
  })
  await once(worker, 'message')
  let ahead = 0

  const isIdle = async (): Promise<boolean> => {
    for (const queue of [queues.articles, queues.publish]) {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized')
      if (Object.values(counts).some(each => each > 0)) return false
    }
    const [newest] = await redis.xrevrange(keys.events(), '+', '-', 'COUNT', 1)
    if (!newest) return true
    const [group = []] = (await redis.xinfo('GROUPS', keys.events())) as unknown[][]
    const field = (name: string) => group[group.indexOf(name) + 1]
    return field('name') === GROUP && Number(field('pending')) === 0 && field('last-delivered-id') === newest[0]
  }

  return {
    redis,
    keys,
    queues,
    now: () => Date.now() + ahead,

    async moveOn(ms) {
      ahead += ms
      server.set(ahead)
      worker.send({ offset: ahead })
      await once(worker, 'message')
    },

    async settle() {
      // Moved on while there is work, the clocks would make that late.
      if (!(await until(isIdle, MAX_WORK)))
        throw new Error('not all work was done within four minutes: the machine is too busy')
    },

    async measure() {
      // What has expired goes as it is met.
      for await (const _ of redis.scanStream({ count: 5_000 }));
      const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
      worker.send({ memory: true })
      const [{ rss, live }] = (await once(worker, 'message')) as [{ rss: number; live: number }]
      return { redis: used / MB, rss: rss / MB, live: live / MB }
    },

    async finish() {
      worker.send({ stop: true })
      await once(worker, 'exit')
    },

    async close() {
      worker.kill('SIGKILL')
      await Promise.all(Object.values(queues).map(queue => queue.close()))
      for (const connection of [redis, bull]) connection.disconnect()
      await server.stop()
    },
  }
}
