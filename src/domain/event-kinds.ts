/**
 * Kinds of event that services may report. A new kind needs only a row here: its counter, windows, list, schema and
 * documentation follow, and scripts get the kinds as an argument. No dependencies: the client bundles this file.
 */

interface EventKindRow {
  /** Field of article hashes and entries with the number of events ever counted. */
  readonly counter: string
  /** Heading in the admin UI. */
  readonly label: string
  /** Whether it counts once per article and visitor within `events.dedupWindow`. */
  readonly perVisitor: boolean
  /** Whether it is a reading: it carries seconds, and its visitors are recorded for lists and related articles. */
  readonly isReading: boolean
  /**
   * First word of the list ranked by it (src/lists/definitions/most-counted.ts); null for a kind that is only counted.
   */
  readonly list: string | null
  /** The kind that takes one of it back, such as a comment that was deleted; missing if nothing does. */
  readonly undo?: string
}

/** By the name that events carry; counters in entries have this order. */
export const EVENT_KIND_TABLE = {
  view: { counter: 'views', label: 'Reads', perVisitor: true, isReading: true, list: 'most-read' },
  comment: {
    counter: 'comments',
    label: 'Comments',
    perVisitor: false,
    isReading: false,
    list: 'most-commented',
    undo: 'uncomment',
  },
  share: {
    counter: 'shares',
    label: 'Shares',
    perVisitor: false,
    isReading: false,
    list: 'most-shared',
    undo: 'unshare',
  },
} as const satisfies Readonly<Record<string, EventKindRow>>

export type EventKind = keyof typeof EVENT_KIND_TABLE
/** A kind that takes one of another back. */
export type UndoKind = Extract<(typeof EVENT_KIND_TABLE)[EventKind], { readonly undo: string }>['undo']
/** What services report as the kind of an event. */
export type ReportedKind = EventKind | UndoKind
export type Counter = (typeof EVENT_KIND_TABLE)[EventKind]['counter']
