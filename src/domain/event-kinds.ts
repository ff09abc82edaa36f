/**
 * Kinds of event that services may report. A row here is all a new kind needs: its counter, windows, list, schema and
 * documentation follow, and every script is handed the kinds it counts. Depends on nothing: the client brings it along.
 */

interface EventKindRow {
  /** Field of article hashes and entries that holds how many were ever counted. */
  readonly counter: string
  /** Its heading in the admin UI. */
  readonly label: string
  /** Whether it counts once per article and visitor within `events.dedupWindow`. */
  readonly perVisitor: boolean
  /** Whether it is a reading: it carries seconds, and its visitors are told apart for lists and related articles. */
  readonly isReading: boolean
  /**
   * First word of the list ranked by it (src/lists/definitions/most-counted.ts); null for a kind that is only counted.
   */
  readonly list: string | null
}

/** By the name that events carry; the order is that of counters in entries. */
export const EVENT_KIND_TABLE = {
  view: { counter: 'views', label: 'Reads', perVisitor: true, isReading: true, list: 'most-read' },
  comment: { counter: 'comments', label: 'Comments', perVisitor: false, isReading: false, list: 'most-commented' },
  share: { counter: 'shares', label: 'Shares', perVisitor: false, isReading: false, list: 'most-shared' },
} as const satisfies Readonly<Record<string, EventKindRow>>

export type EventKind = keyof typeof EVENT_KIND_TABLE
export type Counter = (typeof EVENT_KIND_TABLE)[EventKind]['counter']
