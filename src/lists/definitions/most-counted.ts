/** `most-read`, `most-commented`, `most-shared`: the articles with the most events of a kind in a window. */

import { EVENT_KINDS } from '../../domain/counts.ts'
import { WINDOWS, type Window } from '../../domain/entry.ts'
import { EVENT_KIND_TABLE, type EventKind } from '../../domain/event-kinds.ts'
import { type Counted, rankMost } from '../rules/most.ts'
import type { Fallback, ListDefinition, ListInputs } from './definition.ts'
import { fromLatest } from './latest.ts'

/**
 * Heads of a window that are looked at for every entry. A section has fewer articles than the whole, so more are looked
 * at for one.
 */
const DEPTH = { whole: 4, part: 20 } as const

/** Windows that a window with too few entries is backfilled from, the next wider first. */
const WIDER: Readonly<Record<Window, readonly Window[]>> = {
  now: ['hour', 'day', 'week'],
  hour: ['day', 'week'],
  day: ['week'],
  week: [],
}

const rankIn = (kind: EventKind) => async (inputs: ListInputs, window: Window) => {
  const { now, settings, isPart } = inputs
  const { mostRead: size, minVisitors, maxAgeNow, ageDay, ageWeek } = settings
  const heads = await inputs.heads(kind, window, size * (isPart ? DEPTH.part : DEPTH.whole))
  const found = await inputs.stories(heads.map(({ article }) => article))
  const needed = EVENT_KIND_TABLE[kind].isReading ? minVisitors : 1
  const visitors = await inputs.visitors(kind, window, heads, needed)
  const counted = heads.flatMap(({ count }, index): Counted[] => {
    const candidate = found[index]
    return candidate ? [{ candidate, count, visitors: visitors[index] ?? 0 }] : []
  })
  const maxAge = window === 'week' ? ageWeek : window === 'day' ? ageDay : maxAgeNow
  return rankMost(counted, { now, size, minVisitors: needed, maxAge })
}

/** A window of a kind of event and all wider ones, then latest. */
export const fromWindows = (kind: EventKind, windows: readonly Window[]): readonly Fallback[] => [
  ...windows.map(window => ({ placedBy: window, rank: (inputs: ListInputs) => rankIn(kind)(inputs, window) })),
  fromLatest,
]

/** Of kinds whose list is more than an overall one: what they have besides. */
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
    needsEvents: true,
    followsArticles: false,
    isPinnable: true,
  }
})
