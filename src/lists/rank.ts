/** The ranking rules: candidates in, order out. No clock, no Redis; ties are broken by id, so the same state gives the same list. (pure) */

import type { StoredArticle, StoredStory } from '../archive/archive.ts'
import type { SourceId } from '../sources/source.ts'

/** A story by its lead article. */
export interface Candidate {
  readonly article: StoredArticle
  readonly story: StoredStory
}

const byTime = (a: Candidate, b: Candidate): number =>
  b.article.publishedAt - a.article.publishedAt || (a.article.id < b.article.id ? -1 : 1)

const byScore = <T extends { candidate: Candidate; score: number }>(a: T, b: T): number =>
  b.score - a.score || byTime(a.candidate, b.candidate)

/** One entry a story: the first of each stays. */
export const oncePerStory = (candidates: readonly Candidate[]): Candidate[] => {
  const told = new Set<string>()
  return candidates.filter(({ story }) => {
    if (told.has(story.id)) return false
    told.add(story.id)
    return true
  })
}

/**
 * Newest first by time of publication. Order is never bent for variety; instead, of a source that has filled its share of the ten
 * entries before, the surplus is left out while others have news, so that one prolific source does not crowd the rest out of the list.
 * @param share most entries of one source among any ten
 */
export const rankLatest = (candidates: readonly Candidate[], size: number, share: number): Candidate[] => {
  const ordered = oncePerStory([...candidates].sort(byTime))
  const several = new Set(ordered.map(({ article }) => article.sources[0])).size > 1
  const taken: Candidate[] = []
  const surplus: Candidate[] = []
  for (const candidate of ordered) {
    if (taken.length >= size) break
    const source = candidate.article.sources[0]
    const recent = taken.slice(-9).filter(({ article }) => article.sources[0] === source).length
    if (several && recent >= share) surplus.push(candidate)
    else taken.push(candidate)
  }
  // Too few others to fill the list: what was left out comes back, in its place.
  return [...taken, ...surplus.slice(0, size - taken.length)].sort(byTime)
}

export interface Counted {
  readonly candidate: Candidate
  /** Reads in the window. */
  readonly count: number
}

/**
 * Most read first. Reads of all articles of a story count for the story, which is shown by its lead.
 */
export const rankMost = (counted: readonly Counted[], size: number): Candidate[] => {
  const byStory = new Map<string, { candidate: Candidate; score: number }>()
  for (const { candidate, count } of counted) {
    const before = byStory.get(candidate.story.id)
    byStory.set(candidate.story.id, { candidate, score: (before?.score ?? 0) + count })
  }
  return [...byStory.values()]
    .filter(({ score }) => score > 0)
    .sort(byScore)
    .slice(0, size)
    .map(({ candidate }) => candidate)
}

export interface MustReadRule {
  /** ms since the epoch. */
  readonly now: number
  /** ms after which a story counts half. */
  readonly halfLife: number
  /** ms: older stories are left out. */
  readonly maxAge: number
  readonly weightOf: (source: SourceId) => number
}

/**
 * Importance of a story: breadth times weight times freshness times reads,
 *   log2(1 + distinct sources) * mean weight of its sources * 2^(-age / halfLife) * (1 + log10(1 + views) / 4).
 * Logarithms, so that the tenth source or the ten-thousandth view adds less than the first.
 * @returns dimensionless, 0 for a story beyond the age
 */
export const importance = (
  { article, story }: Candidate,
  { now, halfLife, maxAge, weightOf }: MustReadRule,
): number => {
  const age = Math.max(0, now - article.publishedAt)
  if (age > maxAge) return 0
  const weight = story.sources.reduce((sum, source) => sum + weightOf(source), 0) / Math.max(1, story.sources.length)
  return (
    Math.log2(1 + story.sources.length) *
    weight *
    2 ** (-age / halfLife) *
    (1 + Math.log10(1 + article.counts.views) / 4)
  )
}

/** How much each further entry of a section loses against those of others: 1, 0.8, 0.64... */
const DIVERSITY = 0.8

/** Most important first, diverse over sections: greedily, each entry of a section making the next of it count less. */
export const rankMustReads = (candidates: readonly Candidate[], size: number, rule: MustReadRule): Candidate[] => {
  const left = oncePerStory(candidates)
    .map(candidate => ({ candidate, score: importance(candidate, rule) }))
    .filter(({ score }) => score > 0)
    .sort(byScore)
  const bySection = new Map<string, number>()
  const taken: Candidate[] = []
  while (taken.length < size && left.length > 0) {
    let best = 0
    let bestScore = Number.NEGATIVE_INFINITY
    for (const [index, { candidate, score }] of left.entries()) {
      const adjusted = score * DIVERSITY ** (bySection.get(candidate.article.section) ?? 0)
      if (adjusted > bestScore) {
        best = index
        bestScore = adjusted
      }
    }
    const [next] = left.splice(best, 1)
    if (!next) break
    bySection.set(next.candidate.article.section, (bySection.get(next.candidate.article.section) ?? 0) + 1)
    taken.push(next.candidate)
  }
  return taken
}

export interface Alike {
  readonly candidate: Candidate
  /** 0 to 1. */
  readonly similarity: number
}

/**
 * You may also like: alike, but another story; fresh; read.
 *   similarity * 2^(-age / 2 days) * (1 + log10(1 + views) / 8)
 */
export const rankRelated = (alike: readonly Alike[], size: number, now: number, maxAge: number): Candidate[] => {
  const scored = alike
    .map(({ candidate, similarity }) => {
      const age = Math.max(0, now - candidate.article.publishedAt)
      const score =
        age > maxAge
          ? 0
          : similarity * 2 ** (-age / (2 * 86_400_000)) * (1 + Math.log10(1 + candidate.article.counts.views) / 8)
      return { candidate, score }
    })
    .filter(({ score }) => score > 0)
    .sort(byScore)
  return oncePerStory(scored.map(({ candidate }) => candidate)).slice(0, size)
}

/** Fills a list that is too short from others, in order, without telling a story twice. */
export const fillUp = (
  first: readonly Candidate[],
  others: readonly (readonly Candidate[])[],
  minimum: number,
): Candidate[] => {
  const list = oncePerStory(first)
  for (const other of others) {
    const told = new Set(list.map(({ story }) => story.id))
    for (const candidate of other) {
      if (list.length >= minimum) return list
      if (told.has(candidate.story.id)) continue
      told.add(candidate.story.id)
      list.push(candidate)
    }
  }
  return list
}
