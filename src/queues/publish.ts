/** The queue `publish`: lists to be ranked and written. */

import type { JobsOptions } from 'bullmq'
import { z } from 'zod'
import { defineQueue } from './definition.ts'

/** Value of `list` in a job that publishes every list in the publish queue. */
export const ENQUEUED = 'waiting'

export const PublishData = z.object({
  /**
   * `waiting`, the name of a list such as `latest:world`, or `related` with the articles whose related lists are meant.
   */
  list: z.string().min(1),
  articles: z.array(z.string().min(1)).max(1_000).optional(),
  /** For the log: the crawl that enqueued it. The same run also publishes what others enqueue while it waits. */
  crawl: z.string().optional(),
})

/** Related lists of new articles come after the lists that changed. */
const PRIORITY = { related: 5 } as const

export const publishOptions = ({ list, articles }: { list: string; articles?: readonly string[] }): JobsOptions =>
  articles ? { priority: PRIORITY.related } : { deduplication: { id: list, keepLastIfActive: true } }

export const publishQueue = defineQueue({
  queue: 'publish',
  version: 1,
  data: PublishData,
  options: {
    attempts: 5,
    backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
    removeOnComplete: { count: 200 },
    removeOnFail: { age: 86_400, count: 500 },
  },
  title: ({ list, articles }) => (articles ? `${list}: ${articles.length} articles` : list),
})
