/** What is decided of an article that the archive holds already: it stays what it is, and where it is. (pure) */

import type { Decision, Merge } from '../domain/story-decision.ts'
import type { StoredArticle } from './store.ts'

/** @param merges of stories, still to be carried out where the batch is run again */
export const existingDecision = ({ story, reprintOf }: StoredArticle, merges: readonly Merge[] = []): Decision =>
  reprintOf === null ? { kind: 'new', story, merges } : { kind: 'reprint', of: reprintOf, story, merges }
