/** The text of an article, as newsdesk keeps it apart from the article's hash. (pure) */

import { z } from 'zod'

/** What is kept of the text of articles: nothing, plain text, or sanitised HTML. */
export const KEPT_CONTENT = ['off', 'text', 'html'] as const
export type KeptContent = (typeof KEPT_CONTENT)[number]

/** The same of one source; `page`: its articles' pages are fetched where its feed has only the beginning. */
export const SOURCE_CONTENT = [...KEPT_CONTENT, 'page'] as const

/** The value of `{newsdesk:article:<id>}:content`, decompressed and parsed. */
export const ArticleContent = z.object({
  text: z
    .string()
    .describe('Plain text: an empty line between paragraphs, line breaks within. Missing where `html` is kept.')
    .exactOptional(),
  html: z
    .string()
    .describe(
      'HTML of a fixed set of elements and attributes, without scripts, styles, forms, embeds and trackers; all addresses are absolute. Missing where `text` is kept.',
    )
    .exactOptional(),
  words: z.int().min(0).describe('Words of the whole text, also where it was cut.'),
  minutes: z.int().min(1).describe('Reading time of the whole text, at 238 words a minute.'),
  isCut: z
    .literal(true)
    .describe('It was cut after a sentence or word (`articles.contentSize`); else missing.')
    .exactOptional(),
  from: z.enum(['feed', 'page']).describe('Where the text was read: in the feed, or in the page of the article.'),
})
export type ArticleContent = z.infer<typeof ArticleContent>
