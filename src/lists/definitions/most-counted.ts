/** `most-read`, `most-commented`, `most-shared`: the stories with the most events of a kind in a window. */

import { EVENT_KINDS } from '../../domain/counts.ts'
import { WINDOWS, type Window } from '../../domain/entry.ts'
import { EVENT_KIND_TABLE, type EventKind } from '../../domain/event-kinds.ts'
import type { Ranked } from '../rules/candidate.ts'
import { rankMost } from '../rules/most.ts'
import { findMinVisitors, readCounted } from './counted.ts'
import type { Fallback, ListDefinition, ListInputs } from './definition.ts'
import { fromLatest } from './latest.ts'

/** Stories read first, for each entry of the list; then twice as many, and so on, until the list is full. */
const FIRST_LOOK = 1.5

/** Windows that a window with too few entries is backfilled from, the next wider first. */
const WIDER: Readonly<Record<Window, readonly Window[]>> = {
  now: ['hour', 'day', 'week'],
  hour: ['day', 'week'],
  day: ['week'],
  week: [],
}

/** Reads stories by count, highest first, only until the list is full: the cost does not grow with what was counted. */
const rankIn = (kind: EventKind) => async (inputs: ListInputs, window: Window) => {
  const { now, settings } = inputs
  const { mostRead: size, maxAgeNow, ageDay, ageWeek } = settings
  const minVisitors = findMinVisitors(kind, inputs)
  const maxAge = window === 'week' ? ageWeek : window === 'day' ? ageDay : maxAgeNow
  const { ordered } = await inputs.storyCounts(kind, window)
  const ranked: Ranked[] = []
  let from = 0
  for (let look = Math.ceil(size * FIRST_LOOK); from < ordered.length && ranked.length < size; look *= 2) {
    let to = Math.min(ordered.length, from + look)
    // Stories with the same count are ordered by time, so they are looked at together.
    while (to < ordered.length && ordered[to]?.count === ordered[to - 1]?.count) to += 1
    const counted = await readCounted(inputs, ordered.slice(from, to), window, minVisitors)
    ranked.push(...rankMost(counted, { now, window, size: size - ranked.length, minVisitors, maxAge }))
    from = to
  }
  return ranked
}

/** A window of a kind of event and all wider ones, then latest. */
export const fromWindows = (kind: EventKind, windows: readonly Window[]): readonly Fallback[] => [
  ...windows.map(window => ({ placedBy: window, rank: (inputs: ListInputs) => rankIn(kind)(inputs, window) })),
  fromLatest,
]

/** What the list of a kind has beyond a plain overall list. */
const EXTRAS: Readonly<Partial<Record<EventKind, Pick<ListDefinition, 'describe' | 'partitions' | 'panels'>>>> = {
  view: {
    describe: 'by views; the window is `now` ("Popular Now"), `hour`, `day` or `week` ("Weekly Best Articles")',
    partitions: ['section', 'edition'],
    panels: [
      { list: 'most-read:now', title: 'Popular now', column: 'aside', place: 1, entries: 5 },
      { list: 'most-read:week', title: 'Weekly best', column: 'aside', place: 3, entries: 12 },
    ],
  },
}

/** One list for each kind that names one in the table of event kinds. */
export const MOST_COUNTED: readonly ListDefinition[] = EVENT_KINDS.flatMap(kind => {
  const { list, counter }: { list: string | null; counter: string } = EVENT_KIND_TABLE[kind]
  if (list === null) return []
  return {
    name: list,
    describe: `by ${counter}`,
    partitions: [],
    panels: [],
    ...EXTRAS[kind],
    windows: WINDOWS,
    size: settings => settings.mostRead,
    rank: rankIn(kind),
    backfill: window => fromWindows(kind, WIDER[window]),
    ranksBy: kind,
    needsEvents: true,
    followsArticles: false,
    isPinnable: true,
  }
})
