/** Explains why an entry of a list is where it is, by ranking the list once more. */

import type { Entry } from '../domain/entry.ts'
import type { Store } from '../redis/store.ts'
import type { CandidateCache } from './candidate-cache.ts'
import type { Ranker } from './ranker.ts'
import type { Standing } from './ranking.ts'
import type { Term } from './rules/candidate.ts'

/** Explains the place of an entry. */
export interface EntryExplanation {
  readonly list: string
  /** As published. */
  readonly entry: Entry
  /** Its current place and the terms of its score; null if it would not be in the list any more. */
  readonly now: { readonly rank: number; readonly score: number; readonly terms: readonly Term[] } | null
  readonly fallback: string
  readonly stale: boolean
}

const readEntries = async ({ redis, keys }: Store, name: string, from = 0, to = -1): Promise<(Entry & Standing)[]> =>
  (await redis.lrange(keys.list(name), from, to)).map(json => JSON.parse(json) as Entry & Standing) // written by write.ts

/** Reads the entries of a list as published. */
export const readPublished = (stored: Store, name: string): Promise<readonly Standing[]> => readEntries(stored, name)

export interface ExplainParts extends Store {
  readonly candidateCache: Pick<CandidateCache, 'refresh'>
  readonly ranker: Pick<Ranker, 'snapshot'>
}

/** @returns null if the list has no entry at this rank, from 1 */
export const explainEntry = async (
  parts: ExplainParts,
  name: string,
  rank: number,
): Promise<EntryExplanation | null> => {
  const [entry] = rank < 1 ? [] : await readEntries(parts, name, rank - 1, rank - 1)
  if (!entry) return null
  await parts.candidateCache.refresh()
  const { ranked, fallback, stale } = await parts.ranker.snapshot()(name, () => readPublished(parts, name))
  const place = ranked.findIndex(({ candidate }) => candidate.article.id === entry.id)
  const found = ranked[place]
  const now = found ? { rank: place + 1, score: found.score, terms: found.terms() } : null
  return { list: name, entry, now, fallback, stale }
}
