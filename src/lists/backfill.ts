/** Backfills short lists, and keeps lists unchanged while no events are reported: a panel is never empty. */

import type { PlacedBy } from '../domain/entry.ts'
import type { CandidateCache } from './candidate-cache.ts'
import type { Ranking, Standing } from './ranking.ts'
import { oncePerStory, type Ranked } from './rules/candidate.ts'
import { fillFrom } from './rules/overrides.ts'
import { findStoriesByArticle, type Scope } from './scope.ts'

export type BackfillSource = readonly [placedBy: PlacedBy, read: () => Promise<readonly Ranked[]>]

export const backfill = async (
  first: readonly Ranked[],
  fallbacks: readonly BackfillSource[],
  minimum: number,
): Promise<Pick<Ranking, 'ranked' | 'fallback'>> => {
  let ranked = first
  let fallback: Ranking['fallback'] = ''
  for (const [placedBy, read] of fallbacks) {
    if (ranked.length >= minimum) break
    const longer = fillFrom(ranked, await read(), placedBy, minimum)
    if (longer.length > ranked.length) fallback = placedBy
    ranked = longer
  }
  return { ranked, fallback }
}

/** The published list without entries that may no longer be shown; null if no entry was ranked by reads. */
const kept = async (standing: readonly Standing[], scope: Scope, shelf: CandidateCache): Promise<Ranked[] | null> => {
  const own = standing.filter(({ placedBy }) => placedBy !== 'pin')
  if (!own.some(({ placedBy }) => placedBy !== 'latest')) return null
  const found = await findStoriesByArticle(
    own.map(({ id }) => id),
    scope.choice,
    shelf,
  )
  const ranked = found.flatMap((candidate, index): Ranked[] => {
    const placedBy = own[index]?.placedBy ?? 'rule'
    const terms = () => [{ name: 'kept', value: index + 1, of: 'its place when events were last reported' }]
    return candidate ? [{ candidate, score: -index, placedBy, terms }] : []
  })
  return oncePerStory(ranked, ({ candidate }) => candidate)
}

export interface RankByReadsParts {
  readonly rank: () => Promise<readonly Ranked[]>
  /** Wider windows, then latest. */
  readonly fallbacks: readonly BackfillSource[]
  readonly minimum: number
  readonly stopped: () => Promise<boolean>
  readonly readPublished: () => Promise<readonly Standing[]>
}

/** A list ranked by reads, backfilled if short; if events have stopped, the list as published. */
export const rankByReads = async (
  { rank, fallbacks, minimum, stopped, readPublished }: RankByReadsParts,
  scope: Scope,
  shelf: CandidateCache,
): Promise<Omit<Ranking, 'window' | 'covers'>> => {
  const stands = (await stopped()) ? await kept(await readPublished(), scope, shelf) : null
  if (!stands) return { ...(await backfill(await rank(), fallbacks, minimum)), stale: false }
  const whole = await backfill(stands, fallbacks.slice(-1), minimum)
  const was = stands.findLast(({ placedBy }) => placedBy !== 'rule')?.placedBy ?? ''
  return { ...whole, fallback: whole.fallback || was, stale: true }
}
