/** A source: a feed or sitemap of a publisher that we poll. The catalogue is configuration (config/sources.yaml). */

import { z } from 'zod'
import { span } from '../util/units.ts'
import { SOURCE_CONTENT } from './content.ts'
import { SectionId } from './section.ts'

export const SourceId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a source id is 1 to 64 of a-z, 0-9, dot, _ and -')
  .brand<'SourceId'>()
export type SourceId = z.infer<typeof SourceId>

/** An absolute http or https URL. */
export const HttpUrl = z.url({
  protocol: /^https?$/,
  error: 'must be an http or https URL, such as https://example.org/feed.xml',
})

export const Source = z.strictObject({
  id: SourceId,
  name: z.string().min(1),
  url: HttpUrl,
  /** Home page of the publisher. */
  site: HttpUrl.optional(),
  /** Section of its articles if there is no evidence for another. */
  section: SectionId,
  /** Whether it is a general paper: `section` then says nothing of an article, it is only where one without evidence is. */
  general: z.boolean().optional(),
  /** BCP 47 language of its articles, where their text leaves it open; it outweighs what the feed declares. */
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag, such as en or pt-BR')
    .optional(),
  /** Standing of the publisher in must-reads; 1 is normal. */
  weight: z.number().min(0).max(10).default(1),
  /** Fixed ms between polls, instead of the learnt interval. Written as a duration such as `10m` in YAML. */
  interval: span('1s').optional(),
  /**
   * What is kept of the text of its articles; `articles.content` decides unless it is given. `page`: what that says, and
   * text where it says off, from the pages of articles of which the feed has only the beginning.
   */
  content: z.enum(SOURCE_CONTENT).optional(),
  /** false keeps the source in the catalogue without polling it. */
  enabled: z.boolean().default(true),
})
export type Source = z.infer<typeof Source>
