/** A list as it is to stand, and as it stands. */

import type { ArticleId } from '../domain/article.ts'
import type { PlacedBy, Window } from '../domain/entry.ts'
import type { Ranked } from './rules/candidate.ts'

export interface Ranking {
  readonly ranked: readonly Ranked[]
  /** What a thin list was filled up from: the last of it; empty where it was not. */
  readonly fallback: PlacedBy | ''
  readonly window: Window | ''
  /** Kept as it was, since its input has stopped. */
  readonly stale: boolean
}

/** An entry of a list as it stands published. */
export interface Standing {
  readonly id: ArticleId
  readonly placedBy: PlacedBy
}

/** There is nothing to list. */
export const NOTHING: Ranking = { ranked: [], fallback: '', window: '', stale: false }
