/**
 * What the daemon's tick costs while everything is due: pages claimed and queued as they are in production, by workers that have taken all
 * of the queue whenever the tick looks again. Their own cost is left out.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createCrawlDue } from '../../jobs/crawl-due.ts'
import type { Queues } from '../../src/queues/queues.ts'
import type { Sources } from '../../src/sources/store/sources.ts'

export interface TickParts {
  readonly queues: Queues
  readonly sources: Sources
  readonly now: () => number
  /** Seconds of CPU Redis has used so far. */
  readonly redisCpu: () => Promise<number>
}

interface Cost {
  readonly wall: number
  readonly cpu: number
  readonly redis: number
}

const NOTHING: Cost = { wall: 0, cpu: 0, redis: 0 }
const plus = (a: Cost, b: Cost): Cost => ({ wall: a.wall + b.wall, cpu: a.cpu + b.cpu, redis: a.redis + b.redis })

/** A tick that may take as long as it likes. */
const WITHIN = Number.MAX_SAFE_INTEGER / 2

/** @returns lines to print. All sources must be due. */
export const measureTick = async ({ queues, sources, now, redisCpu }: TickParts): Promise<string[]> => {
  const looks: Cost[] = []
  const turns = monitorEventLoopDelay({ resolution: 1 })
  let pages = 0
  let since = { wall: 0, cpu: process.cpuUsage(), redis: 0 }
  const begin = async (): Promise<void> => {
    since = { wall: performance.now(), cpu: process.cpuUsage(), redis: await redisCpu() }
    turns.enable()
  }
  const end = async (): Promise<void> => {
    turns.disable()
    const { user, system } = process.cpuUsage(since.cpu)
    const wall = performance.now() - since.wall
    looks.push({ wall, cpu: (user + system) / 1_000, redis: ((await redisCpu()) - since.redis) * 1_000 })
  }
  const queueDue = createCrawlDue({
    queues,
    sources: {
      failing: sources.failing,
      queued: sources.queued,
      claimDue: async most => {
        pages += 1
        return sources.claimDue(most)
      },
    },
    network: { state: async () => ({ mode: 'up', since: 0 }) },
    now,
    pause: async () => {
      await end()
      await queues.crawl.drain()
      await begin()
    },
  })
  await begin()
  const queued = await queueDue(WITHIN, new AbortController().signal)
  await end()
  await queues.crawl.drain()
  const all = looks.reduce(plus, NOTHING)
  const [first = NOTHING] = looks
  const ms = (value: number): string => `${value.toFixed(0)} ms`
  return [
    `${queued} due at once, queued by the tick as workers take them: ${pages} pages in ${looks.length} looks; ${ms(all.wall)}, of it ${ms(all.cpu)} CPU here and ${ms(all.redis)} in Redis`,
    `the first look, 1,000 of them: ${ms(first.wall)}, ${ms(first.cpu)} CPU here, ${ms(first.redis)} in Redis; longest turn of the event loop ${(turns.max / 1e6).toFixed(1)} ms, the longest but for one in a hundred ${(turns.percentile(99) / 1e6).toFixed(1)} ms`,
  ]
}
