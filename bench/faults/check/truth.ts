/**
 * What must be in Redis in the end, known beforehand, and the ways in which Redis may differ from it. This folder is
 * an independent checker: it must not import code of newsdesk. It knows only docs/redis-contract.md, and the keys of
 * BullMQ in which jobs wait.
 */

export interface TrueArticle {
  readonly url: string
  readonly title: string
  /** ms since the epoch. */
  readonly at: number
  /** Every source that carried it. */
  readonly sources: readonly string[]
}

export interface TrueCounts {
  readonly views: number
  readonly comments: number
  readonly shares: number
}

export interface Truth {
  readonly articles: readonly TrueArticle[]
  /** By URL; an article nobody read is not among them. */
  readonly counts: ReadonlyMap<string, TrueCounts>
}

export const VIOLATIONS = [
  'article lost',
  'article twice',
  'article invented',
  'article wrong',
  'story broken',
  'event lost',
  'event doubled',
  'events waiting',
  'entry unreadable',
  'ranks wrong',
  'entry twice',
  'story twice',
  'order wrong',
  'list half written',
  'list emptied',
  'version fell',
  'list not up to date',
  'update untold',
  'job stuck',
  'source forgotten',
  'connections left',
  'memory grown',
  'process ended',
  'late',
] as const

export interface Violation {
  readonly what: (typeof VIOLATIONS)[number]
  readonly detail: string
}

export const violation = (what: Violation['what'], detail: string): Violation => ({ what, detail })
