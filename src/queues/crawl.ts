/** The queue `crawl`: each job fetches one source (jobs/crawl.ts). */

import { z } from 'zod'
import { SourceId } from '../domain/source.ts'
import { defineQueue } from './definition.ts'

export const crawlQueue = defineQueue({
  queue: 'crawl',
  version: 1,
  data: z.object({
    sourceId: SourceId,
    /** `schedule`: fetch with validators. `manual`: fetch without them, whatever the schedule and the backoff say. */
    trigger: z.enum(['schedule', 'manual']).default('manual'),
  }),
  // The queue does not retry failed fetches: the schedule of the source does. It retries crawls that could not be
  // finished because Redis rejected writes or the daemon had to abandon them.
  options: {
    attempts: 5,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    removeOnComplete: { age: 3_600, count: 2_000 },
    removeOnFail: { age: 86_400, count: 2_000 },
  },
  title: ({ sourceId }) => sourceId,
})
