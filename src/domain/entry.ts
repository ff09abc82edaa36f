/**
 * An entry of a published list: what a page needs to render one line, and nothing more. Part of the Redis contract,
 * version 1.
 */

import { z } from 'zod'
import { mapCounters } from './counts.ts'

export const CONTRACT_VERSION = 1

/** Windows over events: `now` decays, the others roll. */
export const WINDOWS = ['now', 'hour', 'day', 'week'] as const
export type Window = (typeof WINDOWS)[number]

/**
 * What placed an entry: the list's own rule, an editor, or the window or list from which a short list was backfilled.
 */
export const PLACED_BY = ['rule', 'pin', ...WINDOWS, 'latest'] as const
export type PlacedBy = (typeof PLACED_BY)[number]

export const Entry = z.object({
  /** Place in the list, from 1. */
  rank: z.int().min(1),
  /** Article id, the suffix of its `article:` key. */
  id: z.string().min(1),
  /** Plain text. */
  title: z.string().min(1),
  /** Absolute http(s) URL. */
  url: z.url({ protocol: /^https?$/ }),
  section: z.object({ id: z.string(), label: z.string() }),
  /** Ids of all its sections, the primary one first. */
  sections: z.array(z.string()).min(1),
  source: z.object({ id: z.string(), name: z.string() }),
  author: z.string().nullable(),
  /** BCP 47; empty if it is unknown. */
  language: z.string(),
  /** ISO 8601 UTC. */
  publishedAt: z.iso.datetime(),
  /**
   * ISO 8601 UTC: when its story was last news, as lists rank it; `latest` is in this order. Missing in entries of an
   * older version.
   */
  newsAt: z.iso.datetime().optional(),
  image: z.url({ protocol: /^https?$/ }).nullable(),
  /** Plain text, may be empty. */
  summary: z.string(),
  /** Labels that the site's rules gave it, such as sponsored; missing if there are none. */
  labels: z.array(z.string().min(1)).min(1).optional(),
  /** Accepted events ever counted for this article, as of the list's publication. */
  counts: z.object(mapCounters(() => z.int().min(0))),
  /**
   * What it was ranked by, in the window `hour`, `day` or `week`: events of all articles of its story, and those of this
   * article. Missing in other lists, and while events have stopped.
   */
  counted: z
    .object({ window: z.enum(['hour', 'day', 'week']), story: z.int().min(0), article: z.int().min(0) })
    .optional(),
  /** The story that it leads: its number of articles and of distinct sources. */
  story: z.object({ id: z.string(), articles: z.int().min(1), sources: z.int().min(1) }),
  /** Other publishers of the story, at most eight, each with its best article. */
  alsoIn: z.array(
    z.object({
      source: z.object({ id: z.string(), name: z.string() }),
      url: z.url({ protocol: /^https?$/ }),
    }),
  ),
  /**
   * `rule` if the list's own rule placed it, `pin` if an editor did, else the window or list from which it was
   * backfilled.
   */
  placedBy: z.enum(PLACED_BY),
})
export type Entry = z.infer<typeof Entry>
