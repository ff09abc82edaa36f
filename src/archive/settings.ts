import { z } from 'zod'
import { Duration } from '../settings/units.ts'

/** What is kept of articles and for how long. YAML key: `articles`. */
export const ArticleSettings = z
  .strictObject({
    retention: Duration.prefault('30d').describe(
      'How long an article, its story and its counts are kept after it was first seen. Older items of a feed are not taken in.',
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
export type ArticleSettings = z.infer<typeof ArticleSettings>
