/** Ranks related articles: similar, but of another story. */

import { type Candidate, computeAge, freshness, type Ranked, showAge } from './candidate.ts'
import { diverse } from './diverse.ts'

export interface Alike {
  readonly candidate: Candidate
  /** Of the texts, 0 to 1. */
  readonly similarity: number
  /** Ever. */
  readonly views: number
  /** Of the readers, 0 to 1: how far those who read the one read the other. */
  readonly coViewed: number
}

export interface RelatedRule {
  readonly now: number
  readonly size: number
  /** ms beyond which nothing is suggested. */
  readonly maxAge: number
  /** ms after which a suggestion counts half. */
  readonly halfLife: number
  /** How much readers in common weigh beside likeness of text; 0 leaves them out. */
  readonly coReadWeight: number
  /** 0 to 1: how much each further entry of a source counts against those of others. */
  readonly diversity: number
}

/**
 * How far the readers of one article also read another: the cosine of their sets of readers (Sarwar et al., Item-based
 * collaborative filtering, WWW 2001), shrunk towards 0 if few read both.
 *   both / sqrt(one * other) * both / (both + 5)
 * @param both, one, other distinct readers, counted alike
 * @returns 0 to 1
 */
export const coViewSimilarity = (both: number, one: number, other: number): number =>
  both <= 0 || one <= 0 || other <= 0 ? 0 : Math.min(1, both / Math.sqrt(one * other)) * (both / (both + 5))

const getSource = ({ article }: Candidate): string => article.sources[0] ?? ''

/**
 * Selects greedily, best first; each entry of a source makes the next one of that source count less:
 *   (similarity + w * coViewed) * 2^(-age / halfLife) * (1 + log10(1 + views) / 8) * diversity^n
 * where n is the number of entries of its source before it. Views count a little, similarity and freshness much.
 */
export const rankRelated = (alike: readonly Alike[], rule: RelatedRule): Ranked[] => {
  const { now, size, maxAge, halfLife, coReadWeight, diversity } = rule
  const scored = alike.map(each => {
    const { candidate, similarity, coViewed, views } = each
    const age = computeAge(candidate, now)
    const read = 1 + Math.log10(1 + views) / 8
    const liking = similarity + coReadWeight * coViewed
    return { ...each, age, read, score: age > maxAge ? 0 : liking * freshness(age, halfLife) * read }
  })
  return diverse(scored, getSource, diversity, size).map(
    ({ candidate, score, discount, similarity, coViewed, age, read, views }) => ({
      candidate,
      score,
      placedBy: 'rule',
      terms: () => [
        { name: 'similarity', value: similarity, of: 'words in common' },
        { name: 'co-reading', value: coReadWeight * coViewed, of: 'readers in common' },
        { name: 'freshness', value: freshness(age, halfLife), of: `${showAge(age)} old` },
        { name: 'reads', value: read, of: `${views} views ever` },
        { name: 'diversity', value: discount, of: `entries of ${getSource(candidate)} before it` },
      ],
    }),
  )
}
