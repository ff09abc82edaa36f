/** A ranked list, and the entries of a published one. */

import type { ArticleId } from '../domain/article.ts'
import type { PlacedBy, Window } from '../domain/entry.ts'
import type { Ranked } from './rules/candidate.ts'

export interface Ranking {
  readonly ranked: readonly Ranked[]
  /** Last source the list was backfilled from; empty if it was not. */
  readonly fallback: PlacedBy | ''
  readonly window: Window | ''
  /** The narrowest window that has all events it is ranked by; missing or empty if there are none. */
  readonly covers?: Window | ''
  /** Whether it is unchanged because its input has stopped. */
  readonly stale: boolean
}

/** An entry of a published list. */
export interface Standing {
  readonly id: ArticleId
  readonly placedBy: PlacedBy
}

/** An empty list. */
export const NOTHING: Ranking = { ranked: [], fallback: '', window: '', stale: false }
