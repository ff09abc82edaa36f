/** What of the articles is looked for, as the address of the page says it. (pure) */

import { z } from 'zod'
import type { SearchQuery } from '../../../../articles/search.ts'

export const PER_PAGE = 50

const text = z.string().trim().max(200).catch('').default('')
/** A day as `<input type="date">` gives it, UTC. */
const day = z.iso.date().or(z.literal('')).catch('').default('')

/** Whatever an address holds becomes a query: what makes no sense counts as not said. */
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

export const wantedBy = ({ q, source, section, from, to }: ArticlesQuery): SearchQuery => ({
  words: q,
  source,
  section,
  from: from === '' ? null : Date.parse(from),
  to: to === '' ? null : Date.parse(to) + DAY,
})

/** The address of another page of the same query. */
export const pageOf = ({ page: _, ...query }: ArticlesQuery, page: number): string => {
  const said = Object.entries(query).filter(([, value]) => value !== '')
  return `/articles?${new URLSearchParams({ ...Object.fromEntries(said), page: String(page) })}`
}
