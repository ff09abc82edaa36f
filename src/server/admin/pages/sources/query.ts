/** The filters of the sources page, as encoded in its URL, and the sources they select. (pure) */

import { z } from 'zod'
import type { SourceSummary } from '../../../../sources/store/summary-cache.ts'
import { lateBy, STATES, type StateWord, stateOf } from '../../../../use-cases/source-status.ts'

export const PER_PAGE = 50
export const SORTS = ['worst', 'name', 'last', 'next', 'busiest'] as const

const text = z.string().trim().max(200).catch('')

/** Any URL becomes a query: invalid values count as missing. */
export const SourcesQuery = z.object({
  /** Part of a name, id or URL. */
  q: text.default(''),
  state: z.enum(STATES).or(z.literal('')).catch('').default(''),
  /** Kind of the last failure, such as `timeout`. */
  reason: text.default(''),
  section: text.default(''),
  sort: z.enum(SORTS).catch('worst').default('worst'),
  page: z.coerce.number().int().min(1).max(100_000).catch(1).default(1),
})
export type SourcesQuery = z.infer<typeof SourcesQuery>

/** The URL of another view; defaults are left out. */
export const sourcesUrl = (query: SourcesQuery, change: Partial<SourcesQuery> = {}): string => {
  // Another filter starts at the first page.
  const { page, ...rest } = { ...query, page: 1, ...change }
  const given = Object.entries(rest).filter(([name, value]) => value !== '' && !(name === 'sort' && value === 'worst'))
  const parameters = new URLSearchParams(Object.fromEntries(given))
  if (page > 1) parameters.set('page', String(page))
  return parameters.size > 0 ? `/sources?${parameters}` : '/sources'
}

export interface Listed extends SourceSummary {
  readonly word: StateWord
  /** ms; 0 if it is on time. */
  readonly late: number
}

export interface Selection {
  /** The rows of the requested page, or of the last page. */
  readonly rows: readonly Listed[]
  readonly page: number
  readonly pages: number
  /** All matching sources, on all pages. */
  readonly matching: readonly Listed[]
  /** Number of matching sources, and of all. */
  readonly found: number
  readonly all: number
  /** Number of all sources by state. */
  readonly states: ReadonlyMap<StateWord, number>
  /** Number of failing sources by kind of failure, most frequent first. */
  readonly reasons: readonly (readonly [string, number])[]
}

/** A source counts under its last failure as long as it fails. */
const findReason = ({ word, lastError }: Listed): string | null =>
  lastError && (word === 'failing' || word === 'late' || word === 'retired') ? lastError.reason : null

const RANK = new Map(STATES.map((state, place) => [state, place]))
const never = (at: number | null, other: number): number => at ?? other

const byName = (a: Listed, b: Listed): number => (a.source.name < b.source.name ? -1 : 1)
const ORDERS: Readonly<Record<SourcesQuery['sort'], (a: Listed, b: Listed) => number>> = {
  worst: (a, b) => (RANK.get(a.word) ?? 0) - (RANK.get(b.word) ?? 0) || b.failures - a.failures || byName(a, b),
  name: byName,
  last: (a, b) => never(b.lastFetchAt, 0) - never(a.lastFetchAt, 0) || byName(a, b),
  next: (a, b) => never(a.nextAt, Infinity) - never(b.nextAt, Infinity) || byName(a, b),
  busiest: (a, b) => b.week - a.week || byName(a, b),
}

const tally = <Key>(keys: readonly (Key | null)[]): Map<Key, number> => {
  const counts = new Map<Key, number>()
  for (const key of keys) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** Rows by summary: of ten thousand summaries, few change between two requests. */
const described = new WeakMap<SourceSummary, Listed>()

/** @param now ms since the epoch */
export const describeSources = (summaries: readonly SourceSummary[], now: number): readonly Listed[] =>
  summaries.map(summary => {
    const late = lateBy(summary.source, summary.nextAt, now)
    const before = described.get(summary)
    if (before?.late === late) return before
    const listed = { ...summary, late, word: stateOf({ source: summary.source, state: summary, late }) }
    described.set(summary, listed)
    return listed
  })

/** @param now ms since the epoch */
export const select = (summaries: readonly SourceSummary[], query: SourcesQuery, now: number): Selection => {
  const all = describeSources(summaries, now)
  const q = query.q.toLowerCase()
  const found = all.filter(
    row =>
      (query.state === '' || row.word === query.state) &&
      (query.section === '' || row.source.section === query.section) &&
      (query.reason === '' || findReason(row) === query.reason) &&
      (q === '' || [row.source.name, row.source.id, row.source.url].some(each => each.toLowerCase().includes(q))),
  )
  found.sort(ORDERS[query.sort])
  const pages = Math.max(1, Math.ceil(found.length / PER_PAGE))
  const page = Math.min(query.page, pages)
  return {
    rows: found.slice((page - 1) * PER_PAGE, page * PER_PAGE),
    page,
    pages,
    matching: found,
    found: found.length,
    all: all.length,
    states: tally(all.map(({ word }) => word)),
    reasons: [...tally(all.map(findReason))].sort((a, b) => b[1] - a[1]),
  }
}
