/**
 * Schemas of what other services may rely on: entries, hashes and stream fields of the Redis contract, version 1.
 * Hashes and streams hold strings. Fields may be added within the version, so no schema rejects unknown fields.
 */

import { z } from 'zod'
import { ArticleContent } from './content.ts'
import { mapCounters, REPORTED_KINDS } from './counts.ts'
import { Entry } from './entry.ts'
import type { EventField } from './event-fields.ts'

const whole = z.string().regex(/^\d+$/).describe('A whole number, as a string.')
const time = z.iso.datetime().describe('ISO 8601 UTC.')
const jsonArray = z
  .string()
  .regex(/^\[.*\]$/s)
  .describe('A JSON array, as a string.')
const orEmpty = <T extends z.ZodType>(schema: T) => z.union([schema, z.literal('')])

/**
 * HASH `newsdesk:article:<id>` of an article that may be shown. Empty strings for missing values; fields may be added.
 */
export const ShownArticle = z.object({
  id: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }),
  title: z.string().min(1),
  headline: z
    .string()
    .min(1)
    .describe('The title as lists show it, without marks; missing where it is the same.')
    .optional(),
  summary: z.string(),
  titleFrom: z
    .literal('text')
    .describe('It has no title of its own: `title` is the beginning of its text; else missing.')
    .optional(),
  author: z.string(),
  authors: jsonArray
    .describe(
      'Its authors one by one: objects with `name`, and `url` where known. Missing in what older versions stored.',
    )
    .optional(),
  image: orEmpty(z.url({ protocol: /^https?$/ })),
  images: jsonArray
    .describe(
      'Up to ten pictures, `image` first, each with `url` and, where the feed says them, `width`, `height`, `alt` and `type`; missing where there is no more to say than `image` does.',
    )
    .optional(),
  categories: jsonArray
    .describe(
      "Up to twenty of the publisher's own categories; missing where there are none, or in what older versions stored.",
    )
    .optional(),
  enclosures: jsonArray
    .describe(
      'Up to ten recordings and pictures that are enclosed, each with `url` and, where known, `type`, `length` (bytes) and `duration` (seconds); else missing.',
    )
    .optional(),
  labels: jsonArray
    .describe("Labels that the site's rules gave it, such as sponsored; missing where there are none.")
    .optional(),
  ruled: z
    .string()
    .describe("What rules decided about it, as JSON; newsdesk's own. Missing where no rule matched.")
    .optional(),
  publisherComments: whole
    .describe("Comments at its publisher's, where the feed says how many; else missing.")
    .optional(),
  access: z
    .enum(['free', 'paid'])
    .describe('Whether it is free to read, where its page was read and says so; else missing.')
    .optional(),
  page: z.string().describe('Internal: what its page filled in, by which later edits leave it.').optional(),
  publisher: z.string().min(1).describe('Name of `source`. Missing in what older versions stored.').optional(),
  sectionLabel: z
    .string()
    .min(1)
    .describe('Label of `section` in `lists.language`. Missing in what older versions stored.')
    .optional(),
  language: z.string().min(2),
  publishedAt: time,
  updatedAt: time,
  firstSeenAt: time,
  section: z.string().min(1),
  sections: jsonArray,
  source: z.string().min(1),
  sources: jsonArray,
  story: z.string().min(1),
  reprintOf: z.string(),
  evidence: jsonArray,
  crawl: z.string().describe('The crawl that brought it, as the log names it; empty where it is not known.').optional(),
  filed: jsonArray
    .describe('Its sections as its evidence has them, where an editor moved it to another; else missing.')
    .optional(),
  readAt: time
    .describe('When the feed was fetched that had its text as it stands, where it was edited; else missing.')
    .optional(),
  ...mapCounters(() => whole),
  seconds: whole.describe('Seconds of reading; missing until the first event.').optional(),
  countsVersion: whole.describe('Rises whenever the counts change; missing until the first event.').optional(),
  leaving: z.literal('1').describe('It is about to be deleted, and in no list any more; else missing.').optional(),
})

/** HASH `newsdesk:article:<id>` of an article that an editor blocked everywhere: nothing of it may be shown. */
export const WithheldArticle = ShownArticle.omit({
  ...{
    id: true,
    url: true,
    title: true,
    headline: true,
    summary: true,
    author: true,
    authors: true,
    image: true,
    images: true,
    categories: true,
    enclosures: true,
  },
}).extend({ withheld: z.string().describe("newsdesk's own: show nothing of it.") })

/** HASH `newsdesk:article:<id>`. */
export const ArticleHash = z.union([ShownArticle, WithheldArticle])

/** HASH `newsdesk:story:<id>` of a story that was not merged into another. */
export const StandingStory = z.object({
  id: z.string().min(1),
  lead: z.string().describe('The article it is shown by; empty where all of its articles are kept off everything.'),
  articles: jsonArray,
  sources: jsonArray,
  alsoIn: jsonArray,
  blocked: jsonArray
    .describe('Its articles that are kept off everything, which `articles` leaves out; else missing.')
    .optional(),
  sections: jsonArray,
  publishedAt: time.describe('Publication of its lead.'),
  begunAt: time.describe('Publication of the first article that it ever had; may be missing.').optional(),
  newsAt: time
    .describe('When it was last news, by which lists rank it; may be missing: then it is `publishedAt`.')
    .optional(),
  firstSeenAt: time,
  lastSeenAt: time,
})

/** HASH `newsdesk:story:<id>` of a story that was merged into another. */
export const MergedStory = z.object({ into: z.string().min(1).describe('The story it was merged into.') })

/** HASH `newsdesk:story:<id>`. */
export const StoryHash = z.union([StandingStory, MergedStory])

/** One entry of the stream `newsdesk:events`, as a service adds it. */
export const EventFields = z.object({
  kind: z.enum(REPORTED_KINDS),
  article: z.string().min(1).max(2_048).describe('Article id, or any http(s) URL of the article.'),
  visitor: z
    .string()
    .max(2_048)
    .optional()
    .describe('Opaque: a session id or a hash of one. One view counts per article and visitor in half an hour.'),
  network: z
    .string()
    .max(2_048)
    .optional()
    .describe(
      'Opaque: where the visitor came from, such as a keyed hash of the address. Of one article so many events count from one in six hours.',
    ),
  ua: z.string().max(2_048).optional().describe('User agent: robots are not counted.'),
  at: z
    .string()
    .optional()
    .describe('When it happened: ISO 8601, or Unix time in seconds or milliseconds. Missing: now.'),
  seconds: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .optional()
    .describe('Seconds spent reading, of a view: summed for the article.'),
  id: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Of this event, made by who reports it: sent twice within an hour it counts once.'),
  count: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe(
      "Total of this kind as the site's own counter has it at that time: it replaces ours, and enters no list of a window.",
    ),
} satisfies Record<EventField, z.ZodType>)

/** One entry of the stream `newsdesk:updates`. */
export const UpdateFields = z.object({ list: z.string().min(1), version: whole, at: time })

/** HASH `{newsdesk:list:<name>}:meta`. */
export const ListMeta = z.object({
  version: whole,
  hash: z.string().min(1),
  generatedAt: time.describe('When the list last changed.'),
  checkedAt: time.describe('When it was last found up to date.'),
  count: whole,
  window: z
    .string()
    .describe('The window its entries are ranked over, such as now or week; empty where there is none.'),
  stale: z.enum(['0', '1']).describe('1 where it stays as it was because no events are reported any more.'),
  schema: whole.describe('Version of this contract.'),
  retiresAt: time
    .describe(
      'When the list is deleted, since its section, language or group is configured no longer; missing otherwise.',
    )
    .optional(),
  announced: whole.optional().describe('The version readers were last told of.'),
  asOf: z.string().describe("newsdesk's own."),
  fallback: z
    .string()
    .describe('What a thin list was filled up from: a wider window or latest; empty where it was not.'),
  covers: z
    .string()
    .optional()
    .describe(
      'The narrowest window, hour, day or week, that has all events of its own: day for a week of which only a day was counted. Empty where it is not ranked by events alone, or has none.',
    ),
})

/** STRING `newsdesk:sections`, parsed. */
export const SectionsValue = z.object({
  version: z.int(),
  sections: z.array(
    z.object({ id: z.string().min(1), labels: z.record(z.string(), z.string()), parent: z.string().nullable() }),
  ),
})

/** Every schema the package ships, by file name. */
export const SCHEMAS = {
  entry: Entry,
  article: ArticleHash,
  content: ArticleContent,
  story: StoryHash,
  event: EventFields,
  update: UpdateFields,
  'list-meta': ListMeta,
  sections: SectionsValue,
} as const
