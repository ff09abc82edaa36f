/** Decides on an article that the archive already holds: it keeps its kind and its story. (pure) */

import type { Decision, Merge } from '../domain/story-decision.ts'
import type { StoredArticle } from './store.ts'

/** @param merges story merges still to be carried out when the batch is run again */
export const existingDecision = ({ story, reprintOf }: StoredArticle, merges: readonly Merge[] = []): Decision =>
  reprintOf === null ? { kind: 'new', story, merges } : { kind: 'reprint', of: reprintOf, story, merges }
