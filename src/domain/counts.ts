/** The counters of an article, derived from the table of event kinds (src/domain/event-kinds.ts). */

import { type Counter, EVENT_KIND_TABLE, type EventKind, type ReportedKind } from './event-kinds.ts'

/** Kinds of event that a service may report; each has its own count. */
export const EVENT_KINDS = Object.keys(EVENT_KIND_TABLE) as readonly EventKind[] as readonly [EventKind, ...EventKind[]] // its keys

/** The kind that each undoes, by its own name. */
export const UNDONE_KINDS: ReadonlyMap<string, EventKind> = new Map(
  EVENT_KINDS.flatMap(kind => {
    const { undo }: { readonly counter: string; readonly undo?: string } = EVENT_KIND_TABLE[kind]
    return undo === undefined ? [] : [[undo, kind] as const]
  }),
)

/** All that a service may report as a kind: those that are counted, and those that take one of them back. */
export const REPORTED_KINDS = [...EVENT_KINDS, ...UNDONE_KINDS.keys()] as readonly ReportedKind[] as readonly [
  ReportedKind,
  ...ReportedKind[],
] // the names of the table

/** All accepted events ever of an article, by counter. */
export type Counts = Readonly<Record<Counter, number>>

/** What is summed over all time: events of each kind, and seconds of reading. */
export type Total = EventKind | 'seconds'
export const TOTALS: readonly Total[] = [...EVENT_KINDS, 'seconds']

/** Fields of an article's hash, in the order of `EVENT_KINDS`. */
export const COUNTERS: readonly Counter[] = EVENT_KINDS.map(kind => EVENT_KIND_TABLE[kind].counter)

/** Builds a record with one value per counter. */
export const mapCounters = <T>(make: (counter: Counter, kind: EventKind) => T): Record<Counter, T> =>
  Object.fromEntries(
    EVENT_KINDS.map(kind => [EVENT_KIND_TABLE[kind].counter, make(EVENT_KIND_TABLE[kind].counter, kind)]),
  ) as Record<Counter, T> // one for each row

export const NO_COUNTS: Counts = mapCounters(() => 0)

/** Reads the counters of an article's hash; a missing one is 0. */
export const parseCounts = (hash: Readonly<Record<string, string | undefined>>): Counts =>
  mapCounters(counter => Number(hash[counter] ?? 0))
