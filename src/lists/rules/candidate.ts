/** What the rules rank, and what they return. Ties are broken by id, so the same state gives the same list. */

import type { StoredArticle, StoredStory } from '../../articles/store.ts'
import type { Entry, PlacedBy } from '../../domain/entry.ts'

/** A story by the article it is shown by. */
export interface Candidate {
  readonly article: StoredArticle
  readonly story: StoredStory
}

/** One term of a score, shown when an entry is explained. */
export interface Term {
  readonly name: string
  readonly value: number
  /** What the value was made of. */
  readonly of: string
}

export interface Ranked {
  readonly candidate: Candidate
  /** Higher stands before lower; its unit is the rule's. */
  readonly score: number
  readonly placedBy: PlacedBy
  /** What it was ranked by, where that is a number of events in a window. */
  readonly counted?: Entry['counted']
  /** Computed only on request. */
  readonly terms: () => readonly Term[]
}

/**
 * When a candidate was last news. Where its lead shows it, that is when the story was (src/articles/rules/lead.ts);
 * another article stands for itself, as published, but never after it was first seen, so no later date brings it up.
 */
export const getListTime = ({ article, story }: Candidate): number =>
  article.id === story.lead ? story.newsAt : Math.min(article.publishedAt, article.firstSeenAt)

/** ms since a candidate was last news; a clock that stepped back makes nothing younger than new. */
export const computeAge = (candidate: Candidate, now: number): number => Math.max(0, now - getListTime(candidate))

const byId = (a: Candidate, b: Candidate): number =>
  a.article.id < b.article.id ? -1 : a.article.id > b.article.id ? 1 : 0

export const byTime = (a: Candidate, b: Candidate): number => getListTime(b) - getListTime(a) || byId(a, b)

export const byScore = <T extends { readonly candidate: Candidate; readonly score: number }>(a: T, b: T): number =>
  b.score - a.score || byTime(a.candidate, b.candidate)

/** One entry a story: the first of each stays. */
export const oncePerStory = <T>(all: readonly T[], getCandidate: (one: T) => Candidate): T[] => {
  const seen = new Set<string>()
  return all.filter(one => {
    const { story } = getCandidate(one)
    if (seen.has(story.id)) return false
    seen.add(story.id)
    return true
  })
}

/**
 * Worth of something of this age: 1 when new, half after every half-life.
 * @param age ms, >= 0
 * @param halfLife ms, > 0
 */
export const freshness = (age: number, halfLife: number): number => 2 ** (-age / halfLife)

/** A span for people, in a unit of its size. */
export const showAge = (ms: number): string =>
  ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 360_000) / 10} h`
