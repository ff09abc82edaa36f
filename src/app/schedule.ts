/**
 * Runs the table of ticks in a process that is a scheduler, and starts it anew when a reload changes how often they
 * come.
 */

import { createCrawlDue } from '../../jobs/crawl-due.ts'
import { startSchedule } from '../../jobs/scheduler.ts'
import { createTicks } from '../../jobs/ticks.ts'
import type { Settings } from '../config/schema.ts'
import { readSample } from '../server/metrics/readings.ts'
import { measureStoryShares } from '../use-cases/story-shares.ts'
import type { Process } from './process.ts'

export interface Schedule {
  /** Applies changed intervals. @param before the previous settings */
  follow(before: Pick<Settings, 'crawl' | 'lists'>): Promise<void>
}

/** Starts the ticks, if this process is a scheduler; they stop when running work is finished. */
export const startTicks = (process: Process): Schedule => {
  const { id, has, config, settings, redis, keys, queues, lifecycle, container, log, now } = process
  const { sources, publishing, lists, edits } = container
  const queueDueCrawls = createCrawlDue({ queues, sources, network: process.outageDetector, now })
  const start = (): (() => Promise<void>) => {
    if (!has('scheduler')) return async () => undefined
    const ticks = createTicks({
      settings: { crawlTick: settings().crawl.tick, listRefresh: settings().lists.refresh },
      ...{ ...container, queueDueCrawls, queues, publishing, publisher: lists.publisher, log },
      followBlocks: edits.follow,
      measureStories: () =>
        measureStoryShares(
          { redis, keys },
          config().taxonomy.map(({ id: section }) => section),
          settings().stories.maxShare,
        ),
      keepSample: async () => process.samples.keep(await readSample(process.observed, process.listNames())),
    })
    return startSchedule(ticks, { redis, keys, daemonId: id, log })
  }
  let stop = start()
  lifecycle.finishFirst({ finish: () => stop() })
  return {
    async follow({ crawl, lists: before }) {
      if (crawl.tick === settings().crawl.tick && before.refresh === settings().lists.refresh) return
      await stop()
      if (!lifecycle.stopping.aborted) stop = start()
    },
  }
}
