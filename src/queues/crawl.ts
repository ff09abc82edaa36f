/** The queue `crawl`: each job fetches one source (jobs/crawl.ts). */

import { z } from 'zod'
import { SourceId } from '../domain/source.ts'
import { defineQueue } from './definition.ts'

export const crawlQueue = defineQueue({
  queue: 'crawl',
  version: 1,
  data: z.object({
    sourceId: SourceId,
    /** `schedule` makes a conditional request; `manual` fetches the whole feed. */
    trigger: z.enum(['schedule', 'manual']).default('manual'),
  }),
  // A failed fetch is rescheduled by its source, not retried by the queue. The queue retries only a crawl that could
  // not be finished, because Redis rejected writes or this daemon had to abandon it.
  options: {
    attempts: 5,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    removeOnComplete: { age: 3_600, count: 2_000 },
    removeOnFail: { age: 86_400, count: 2_000 },
  },
  title: ({ sourceId }) => sourceId,
})
