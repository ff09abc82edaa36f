/** What of the sources is asked for, as the address of the page says it, and which of them that is. (pure) */

import { z } from 'zod'
import type { SourceSummary } from '../../../../sources/store/summary-cache.ts'
import { lateBy, STATES, type StateWord, stateOf } from '../../../../use-cases/source-status.ts'

export const PER_PAGE = 50
export const SORTS = ['worst', 'name', 'last', 'next', 'busiest'] as const

const text = z.string().trim().max(200).catch('')

/** Whatever an address holds becomes a query: what makes no sense counts as not said. */
export const SourcesQuery = z.object({
  /** Within name, id or address. */
  q: text.default(''),
  state: z.enum(STATES).or(z.literal('')).catch('').default(''),
  /** Kind of the last failure, such as `timeout`. */
  reason: text.default(''),
  section: text.default(''),
  sort: z.enum(SORTS).catch('worst').default('worst'),
  page: z.coerce.number().int().min(1).max(100_000).catch(1).default(1),
})
export type SourcesQuery = z.infer<typeof SourcesQuery>

/** The address of another view: what is as usual is left out. */
export const addressOf = (query: SourcesQuery, change: Partial<SourcesQuery> = {}): string => {
  // Another filter begins at its first page.
  const { page, ...rest } = { ...query, page: 1, ...change }
  const said = Object.entries(rest).filter(([name, value]) => value !== '' && !(name === 'sort' && value === 'worst'))
  const parameters = new URLSearchParams(Object.fromEntries(said))
  if (page > 1) parameters.set('page', String(page))
  return parameters.size > 0 ? `/sources?${parameters}` : '/sources'
}

export interface Listed extends SourceSummary {
  readonly word: StateWord
  /** ms; 0 where it is on time. */
  readonly late: number
}

export interface Selection {
  /** Of the page asked for, or of the last there is. */
  readonly rows: readonly Listed[]
  readonly page: number
  readonly pages: number
  /** All that were asked for, on whatever page. */
  readonly everyone: readonly Listed[]
  /** How many there are that were asked for, and at all. */
  readonly found: number
  readonly all: number
  /** Of all sources, by state. */
  readonly states: ReadonlyMap<StateWord, number>
  /** Of those that fail, by kind, the most frequent first. */
  readonly reasons: readonly (readonly [string, number])[]
}

/** A source counts under its reason as long as it fails. */
const reasonOf = ({ word, lastError }: Listed): string | null =>
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

/** What was made of a glance last: of ten thousand, hardly one is another at the next look. */
const made = new WeakMap<SourceSummary, Listed>()

/** @param now ms since the epoch */
export const listedOf = (glances: readonly SourceSummary[], now: number): readonly Listed[] =>
  glances.map(glance => {
    const late = lateBy(glance.source, glance.nextAt, now)
    const before = made.get(glance)
    if (before?.late === late) return before
    const listed = { ...glance, late, word: stateOf({ source: glance.source, state: glance, late }) }
    made.set(glance, listed)
    return listed
  })

/** @param now ms since the epoch */
export const select = (glances: readonly SourceSummary[], query: SourcesQuery, now: number): Selection => {
  const all = listedOf(glances, now)
  const q = query.q.toLowerCase()
  const found = all.filter(
    row =>
      (query.state === '' || row.word === query.state) &&
      (query.section === '' || row.source.section === query.section) &&
      (query.reason === '' || reasonOf(row) === query.reason) &&
      (q === '' || [row.source.name, row.source.id, row.source.url].some(each => each.toLowerCase().includes(q))),
  )
  found.sort(ORDERS[query.sort])
  const pages = Math.max(1, Math.ceil(found.length / PER_PAGE))
  const page = Math.min(query.page, pages)
  return {
    rows: found.slice((page - 1) * PER_PAGE, page * PER_PAGE),
    page,
    pages,
    everyone: found,
    found: found.length,
    all: all.length,
    states: tally(all.map(({ word }) => word)),
    reasons: [...tally(all.map(reasonOf))].sort((a, b) => b[1] - a[1]),
  }
}
