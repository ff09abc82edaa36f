/** Diversity: one kind of entry does not fill a list. */

import { byScore, type Candidate, oncePerStory } from './candidate.ts'

export interface Scored {
  readonly candidate: Candidate
  readonly score: number
}

/** With the score as it counted in its place, and the discount in it. */
export type Chosen<T extends Scored> = T & { readonly discount: number }

/**
 * Best first, greedily, each entry of a kind making the next of that kind count less, as maximal marginal relevance
 * does (Carbonell, Goldstein: SIGIR 1998) with the kind as the measure of likeness.
 * @param factor 0 to 1: what each entry before it takes from the next of its kind; 1 is no diversity
 * @param before entries above these, which count likewise and are not chosen again
 */
export const diverse = <T extends Scored>(
  scored: readonly T[],
  getKind: (candidate: Candidate) => string,
  factor: number,
  size: number,
  before: readonly Scored[] = [],
): Chosen<T>[] => {
  const listed = new Set(before.map(({ candidate }) => candidate.story.id))
  const left = oncePerStory(
    [...scored].filter(({ score }) => score > 0).sort(byScore),
    ({ candidate }) => candidate,
  ).filter(({ candidate }) => !listed.has(candidate.story.id))
  const discounts = new Map<string, number>()
  for (const { candidate } of before)
    discounts.set(getKind(candidate), (discounts.get(getKind(candidate)) ?? 1) * factor)
  const chosen: Chosen<T>[] = []
  while (chosen.length < size && left.length > 0) {
    let best = 0
    let bestScore = Number.NEGATIVE_INFINITY
    for (const [index, { candidate, score }] of left.entries()) {
      // In order of score: no later one can do better, whatever its kind.
      if (score <= bestScore) break
      const discounted = score * (discounts.get(getKind(candidate)) ?? 1)
      if (discounted > bestScore) {
        best = index
        bestScore = discounted
      }
    }
    const [next] = left.splice(best, 1)
    if (!next) break
    const kind = getKind(next.candidate)
    const discount = discounts.get(kind) ?? 1
    discounts.set(kind, discount * factor)
    chosen.push({ ...next, score: bestScore, discount })
  }
  return chosen
}
