import { z } from 'zod'
import { KEPT_CONTENT } from '../../domain/content.ts'
import { Size, sizeFrom, span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** An empty newsdesk uses almost as much. */
const MIN_MEMORY = 16 * 1_024 ** 2

/** Longer texts are books. */
const MAX_CONTENT = 1_024 ** 2

/** How long articles are kept, and how much memory they may use. YAML key: `articles`. */
export const ArticleSettings = z
  .strictObject({
    retention: span('1h')
      .prefault('30d')
      .describe(
        'How long an article, its story and its counts are kept after it was first seen. Older items of a feed are not ingested.',
      ),
    memory: Size.prefault('0B')
      .refine(bytes => bytes === 0 || bytes >= MIN_MEMORY, 'must be 0B, or 16MB or more')
      .describe(
        'Memory limit for everything in Redis. At 95 % of it the oldest articles are evicted early, down to 90 %; articles in lists and those of the last day stay. 0B: articles are evicted by age only.',
      ),
    content: z
      .enum(KEPT_CONTENT)
      .default('text')
      .describe(
        'What is kept of the full text that feeds carry: off, text (plain), or html (sanitised). A source may say otherwise in sources.yaml. Applies to articles that come or change from then on.',
      ),
    contentSize: sizeFrom(1_024, '1KB')
      .refine(bytes => bytes <= MAX_CONTENT, 'must be 1MB or less')
      .prefault('20KB')
      .describe('Maximum size of the text or HTML kept of an article. It is cut after a sentence or word.'),
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe('How many batches of articles one process ingests in parallel.'),
  })
  .prefault({})
  .meta(LIVE)
export type ArticleSettings = z.infer<typeof ArticleSettings>
