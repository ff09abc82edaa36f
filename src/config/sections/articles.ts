import { z } from 'zod'
import { Size, span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** Less is what an empty newsdesk takes. */
const LEAST_MEMORY = 16 * 1_024 ** 2

/** What is kept of articles and for how long. YAML key: `articles`. */
export const ArticleSettings = z
  .strictObject({
    retention: span('1h')
      .prefault('30d')
      .describe(
        'How long an article, its story and its counts are kept after it was first seen. Older items of a feed are not taken in.',
      ),
    memory: Size.prefault('0B')
      .refine(bytes => bytes === 0 || bytes >= LEAST_MEMORY, 'must be 0B, or 16MB and more')
      .describe(
        'Memory of Redis, all that is in it counted, that makes the oldest articles leave before their time: from 95 % of it, down to 90 %. What lists show, and a day of articles, stays. 0B: age alone decides.',
      ),
    candidates: z
      .int()
      .min(100)
      .max(100_000)
      .default(2_000)
      .describe('How many of the newest stories are kept in reach of the lists, overall and of each section.'),
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe('How many batches of articles one process works on at a time.'),
  })
  .prefault({})
  .meta(LIVE)
export type ArticleSettings = z.infer<typeof ArticleSettings>
