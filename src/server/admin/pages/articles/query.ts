/** The search for articles, as encoded in the URL of the page. (pure) */

import { z } from 'zod'
import type { SearchQuery } from '../../../../articles/search.ts'

export const PER_PAGE = 50

const text = z.string().trim().max(200).catch('').default('')
/** A day as sent by `<input type="date">`, UTC. */
const day = z.iso.date().or(z.literal('')).catch('').default('')

/** Any URL becomes a query: invalid values count as missing. */
export const ArticlesQuery = z.object({
  q: text,
  source: text,
  section: text,
  from: day,
  /** The last day, included. */
  to: day,
  page: z.coerce.number().int().min(1).max(10_000).catch(1).default(1),
})
export type ArticlesQuery = z.infer<typeof ArticlesQuery>

const DAY = 86_400_000

export const toSearchQuery = ({ q, source, section, from, to }: ArticlesQuery): SearchQuery => ({
  words: q,
  source,
  section,
  from: from === '' ? null : Date.parse(from),
  to: to === '' ? null : Date.parse(to) + DAY,
})

/** The URL of another page of the same query. */
export const pageOf = ({ page: _, ...query }: ArticlesQuery, page: number): string => {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  return `/articles?${new URLSearchParams({ ...Object.fromEntries(given), page: String(page) })}`
}
