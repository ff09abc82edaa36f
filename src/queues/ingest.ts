/** The queue `articles`: batches of items to be ingested. */

import { z } from 'zod'
import { FeedItemSchema } from '../domain/feed-item.ts'
import { SourceId } from '../domain/source.ts'
import { defineQueue } from './definition.ts'

/** Unknown fields are ignored: a newer version may add some. */
export const ArticlesData = z.object({
  sourceId: SourceId,
  /** The crawl that found them: the last of its batches to be ingested commits the validators. */
  crawl: z.object({
    id: z.string().min(1),
    batch: z.int().min(0),
    batches: z.int().min(1),
    /** Token of the data set in Redis in which the crawl looked up which items are new. */
    origin: z.string().optional(),
  }),
  /** ms since the epoch. */
  fetchedAt: z.int().positive(),
  /** Whether the dates of its source are reliable. */
  trustsDates: z.boolean().default(true),
  /** Language the feed declares. */
  language: z.string().nullable(),
  items: z
    .array(
      z.object({
        key: z.string().min(1),
        also: z.array(z.string().min(1)).default([]),
        headlined: z.boolean().default(false),
        fingerprint: z.string().min(1),
        /** Position in the document, from 0. */
        place: z.int().min(0).default(0),
        /** Whether it was ingested before and its article was lost: it then counts as new. */
        isLost: z.boolean().optional(),
        /** Number of older items at the same address in whose place it stands. */
        sameAddress: z.int().positive().optional(),
        /**
         * Its text as packContent returns it, in base64; null if it has none. Missing: what is stored stays, as in jobs of
         * older versions and in those that stored it.
         */
        content: z.base64().nullable().optional(),
        /** Whether the page of its article is to be fetched, since the feed has only the beginning of its text. */
        wantsPage: z.literal(true).optional(),
        item: FeedItemSchema,
      }),
    )
    .min(1)
    .max(500),
})

export type ArticlesData = z.infer<typeof ArticlesData>

export const articlesQueue = defineQueue({
  queue: 'articles',
  version: 1,
  data: ArticlesData,
  options: {
    // Every step can be repeated, so a batch that met a Redis hiccup or died with its worker is simply run again.
    attempts: 5,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    removeOnComplete: { age: 3_600, count: 1_000 },
    removeOnFail: { age: 7 * 86_400, count: 1_000 },
  },
  title: ({ sourceId, items }) => `${sourceId}: ${items.length} ${items.length === 1 ? 'item' : 'items'}`,
})
