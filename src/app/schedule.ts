/**
 * Runs the table of ticks in a process that is a scheduler, and starts it anew when a reload changes how often they
 * come.
 */

import { createCrawlDue } from '../../jobs/crawl-due.ts'
import { startSchedule } from '../../jobs/scheduler.ts'
import { createTicks } from '../../jobs/ticks.ts'
import type { Settings } from '../config/schema.ts'
import { addMessages } from '../queues/queues.ts'
import { readSample } from '../server/metrics/readings.ts'
import { measureStoryShares } from '../use-cases/story-shares.ts'
import { readWatchedSources } from '../use-cases/watched-sources.ts'
import { createWebhookWatch } from '../webhooks/watch.ts'
import type { Process } from './process.ts'

export interface Schedule {
  /** Applies changed intervals. @param before the previous settings */
  follow(before: Pick<Settings, 'crawl' | 'lists' | 'webhooks'>): Promise<void>
}

/** Starts the ticks, if this process is a scheduler; they stop when running work is finished. */
export const startTicks = (process: Process): Schedule => {
  const { id, has, config, settings, redis, keys, queues, lifecycle, container, log, now } = process
  const { sources, publishing, lists, edits } = container
  const queueDueCrawls = createCrawlDue({ queues, sources, network: process.outageDetector, now })
  const hasWebhooks = (webhooks: Settings['webhooks']) => Object.keys(webhooks).length > 0
  const webhooks = createWebhookWatch({
    ...{ redis, keys, now, archive: container.articleStore, publisherOf: lists.publisherOf },
    webhooks: () => settings().webhooks,
    readSources: () => readWatchedSources(process.summaries, now),
    enqueue: messages => addMessages(queues, messages),
  })
  const start = (): (() => Promise<void>) => {
    if (!has('scheduler')) return async () => undefined
    const ticks = createTicks({
      settings: {
        crawlTick: settings().crawl.tick,
        listRefresh: settings().lists.refresh,
        hasWebhooks: hasWebhooks(settings().webhooks),
      },
      ...{ ...container, queueDueCrawls, queues, publishing, publisher: lists.publisher, log },
      followBlocks: edits.follow,
      measureStories: () =>
        measureStoryShares(
          { redis, keys },
          config().taxonomy.map(({ id: section }) => section),
          settings().stories.maxShare,
        ),
      tellWebhooks: webhooks.run,
      keepSample: async () => process.samples.keep(await readSample(process.observed, process.listNames())),
    })
    return startSchedule(ticks, { redis, keys, daemonId: id, log })
  }
  let stop = start()
  lifecycle.finishFirst({ finish: () => stop() })
  return {
    async follow(before) {
      const { crawl, lists, webhooks } = settings()
      const isSame =
        before.crawl.tick === crawl.tick &&
        before.lists.refresh === lists.refresh &&
        hasWebhooks(before.webhooks) === hasWebhooks(webhooks)
      if (isSame) return
      await stop()
      if (!lifecycle.stopping.aborted) stop = start()
    },
  }
}
