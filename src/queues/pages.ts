/** The queue `pages`: each job fetches and reads the page of one article (jobs/pages.ts). */

import { z } from 'zod'
import { HttpUrl, SourceId } from '../domain/source.ts'
import { defineQueue } from './definition.ts'

export const pagesQueue = defineQueue({
  queue: 'pages',
  version: 1,
  data: z.object({
    sourceId: SourceId,
    /** Id of the article. */
    article: z.string().min(1),
    url: HttpUrl,
    /** Whether its feed gives no date that can be relied on. */
    isUndated: z.boolean().default(false),
    /** As much of its text as rules per item keep; what the source keeps unless given. */
    keeps: z.literal('text').optional(),
  }),
  // Failures of a moment are retried after about 1, 2, 4 and 8 minutes; all others are final.
  options: {
    attempts: 5,
    backoff: { type: 'exponential', delay: 60_000, jitter: 0.5 },
    removeOnComplete: { age: 3_600, count: 1_000 },
    removeOnFail: { age: 86_400, count: 1_000 },
  },
  title: ({ sourceId }) => sourceId,
})

export type PageJob = z.input<typeof pagesQueue.data>
