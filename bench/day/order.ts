/** The order of a list ranked by reads, computed from all reads of the day, beside the published one. (pure) */

import type { Window } from '../../src/domain/entry.ts'
import type { Outcome } from './outcome.ts'
import type { Read } from './readers.ts'

const HOUR = 3_600_000
/** `lists.minVisitors`, `events.halfLife` and `lists.mostRead` as shipped. */
const MIN_VISITORS = 3
const HALF_LIFE = HOUR
const MOST_READ = 50
/** How far back each window of reads reaches, ms, and where its visitors are counted. */
const WINDOWS = {
  now: { reads: Number.POSITIVE_INFINITY, visitors: 24 * HOUR },
  hour: { reads: HOUR, visitors: HOUR },
  day: { reads: 24 * HOUR, visitors: 24 * HOUR },
  week: { reads: 168 * HOUR, visitors: 168 * HOUR },
} as const
/** Sums of weights of the window `now` are the same to this share. */
const CLOSE = 1e-6

export interface OrderCheck {
  /** Entries that the list should have. */
  readonly wanted: number
  /** Entries that belong into it, at whatever place. */
  readonly right: number
  /** Entries with the count of the story that belongs there; stories with the same count may swap. */
  readonly inPlace: number
  /** Mean difference of places; an entry that is missing is as far off as the list is long. */
  readonly displacement: number
  /**
   * What belongs there, first to last: the story, its reads (in `now` what they are still worth), and its published
   * place from 1, or 0.
   */
  readonly stories: readonly { readonly id: string; readonly reads: number; readonly published: number }[]
}

/** Every read counts for the story that its article is in now. */
const countReads = (window: Window, reads: readonly Read[], { articles, at: now }: Outcome) => {
  const span = WINDOWS[window]
  const [sums, visitors] = [new Map<string, number>(), new Map<string, number>()]
  for (const { item, at } of reads) {
    const story = articles.get(item.id)?.story
    const age = now - at
    if (story === undefined) continue
    const worth = window === 'now' ? 2 ** (-age / HALF_LIFE) : 1
    if (age <= span.reads) sums.set(story, (sums.get(story) ?? 0) + worth)
    // Nobody reads an article twice.
    if (age <= span.visitors) visitors.set(story, (visitors.get(story) ?? 0) + 1)
  }
  return { sums, visitors }
}

export const checkOrder = (window: Window, reads: readonly Read[], outcome: Outcome): OrderCheck => {
  const { sums, visitors } = countReads(window, reads, outcome)
  const wanted = [...sums]
    .filter(([story]) => (visitors.get(story) ?? 0) >= MIN_VISITORS)
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_READ)
  const published = (outcome.lists.get(`most-read:${window}`) ?? []).map(
    ({ id }) => outcome.articles.get(id)?.story ?? '',
  )
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= CLOSE * Math.max(a, b)
  // A story that ties with the last wanted one has as much right to the place.
  const least = (wanted.at(-1)?.[1] ?? Number.POSITIVE_INFINITY) * (1 - CLOSE)
  const listed = published.slice(0, wanted.length)
  const stories = wanted.map(([id, count]) => ({ id, reads: count, published: published.indexOf(id) + 1 }))
  const off = stories.map(({ published: at }, place) => (at === 0 ? wanted.length : Math.abs(at - 1 - place)))
  return {
    wanted: wanted.length,
    right: listed.filter(story => (sums.get(story) ?? 0) >= least).length,
    inPlace: listed.filter((story, place) => isClose(sums.get(story) ?? 0, wanted[place]?.[1] ?? -1)).length,
    displacement: off.reduce((sum, each) => sum + each, 0) / Math.max(1, off.length),
    stories,
  }
}
