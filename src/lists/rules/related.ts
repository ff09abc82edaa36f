/** Ranks related articles: about the same people, organisations or subject, but of another story. (pure) */

import type { StoredArticle } from '../../articles/store.ts'
import { type Candidate, computeAge, freshness, type Ranked, showAge } from './candidate.ts'
import { diverse } from './diverse.ts'
import { isSameHeadline, type Likeness, type Profile } from './likeness.ts'

/** The article that others are related to. */
export interface Subject {
  readonly article: Pick<StoredArticle, 'section' | 'sections'>
  readonly profile: Profile
}

/** An article that may be related to the subject. */
export interface Alike {
  readonly candidate: Candidate
  readonly profile: Profile
  readonly likeness: Likeness
  /** Views ever counted. */
  readonly views: number
  /** 0 to 1: how far readers of the subject also read it, as `coViewSimilarity` returns. */
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

/** nats of evidence that an entry needs if it shares a section with the subject, and if it does not. */
const LEAST_EVIDENCE = 2.8
const LEAST_ELSEWHERE = 3.2
/** Minimum number of shared words if no name is shared. */
const LEAST_WORDS = 3
/** Co-view similarity from which an entry needs no evidence of its text. */
const LEAST_CO_VIEWED = 0.15
/** nats of evidence at which the likeness of two texts is one half. */
const HALF_ALIKE = 6
/** Factor of an entry that shares no section with the subject. */
const ELSEWHERE = 0.8
/** Reads decide between entries that are about equally alike: they add 5 % at most, and half of that at 100 views. */
const MOST_FOR_READS = 0.05
const HALF_OF_READS = 100

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

const isSameSection = ({ article }: Subject, { article: other }: Candidate): boolean =>
  other.sections.includes(article.section) || article.sections.includes(other.section)

/** Whether it is about the same: in a shared section by words or readers, elsewhere only with a shared name. */
const isRelated = (isNear: boolean, { likeness, coViewed }: Alike, coReadWeight: number): boolean => {
  const { evidence, names, words } = likeness
  if (coReadWeight > 0 && coViewed >= LEAST_CO_VIEWED && (isNear || names.length > 0)) return true
  if (names.length === 0) return isNear && words.length >= LEAST_WORDS && evidence >= LEAST_EVIDENCE
  if (isNear) return evidence >= LEAST_EVIDENCE
  // One name alone may be that of two people.
  return names.length + words.length > 1 && evidence >= LEAST_ELSEWHERE
}

/** Best first, without entries that have nearly the headline of the subject or of a better entry. */
const withoutRepeats = <T extends { readonly profile: Profile; readonly score: number }>(
  scored: readonly T[],
  { profile }: Subject,
): T[] => {
  const told = [profile]
  return scored
    .toSorted((a, b) => b.score - a.score)
    .filter(each => {
      if (told.some(one => isSameHeadline(one, each.profile))) return false
      told.push(each.profile)
      return true
    })
}

/** Names and words that an explanation shows. */
const SHOWN = 6

const showShared = ({ names, words }: Likeness): string => {
  const shared = [...names.map(name => `name ${name}`), ...words].slice(0, SHOWN)
  return shared.length === 0 ? 'no telling words in common' : `in common: ${shared.join(', ')}`
}

/**
 * Selects related entries greedily, best first; each entry of a source makes the next one of that source count less:
 *   (evidence / (evidence + 6) + w * coViewed) * section * 2^(-age / halfLife) * reads * diversity^n
 * where section is 1 in a section of the article and 0.8 in another, reads is 1 + 0.05 * views / (views + 100), and n is
 * the number of entries of its source before it. Entries that are not related are left out, however short the list is
 * then. In a shared section, an entry needs a shared name or three shared words, and 2.8 nats of evidence; in another
 * section, a shared name, one more shared word, and 3.2 nats. With enough readers in common, a shared section or a
 * shared name is sufficient.
 */
export const rankRelated = (subject: Subject, alike: readonly Alike[], rule: RelatedRule): Ranked[] => {
  const { now, size, maxAge, halfLife, coReadWeight, diversity } = rule
  const scored = alike.flatMap(each => {
    const { candidate, likeness, coViewed, views } = each
    const age = computeAge(candidate, now)
    const isNear = isSameSection(subject, candidate)
    if (age > maxAge || !isRelated(isNear, each, coReadWeight)) return []
    const text = likeness.evidence / (likeness.evidence + HALF_ALIKE)
    const section = isNear ? 1 : ELSEWHERE
    const read = 1 + (MOST_FOR_READS * views) / (views + HALF_OF_READS)
    const score = (text + coReadWeight * coViewed) * section * freshness(age, halfLife) * read
    return [{ ...each, age, text, section, read, score }]
  })
  return diverse(withoutRepeats(scored, subject), getSource, diversity, size).map(
    ({ candidate, score, discount, likeness, text, coViewed, section, age, read, views }) => ({
      candidate,
      score,
      placedBy: 'rule',
      terms: () => [
        { name: 'likeness', value: text, of: showShared(likeness) },
        { name: 'co-reading', value: coReadWeight * coViewed, of: 'readers in common' },
        { name: 'section', value: section, of: section === 1 ? 'of the same section' : 'of another section' },
        { name: 'freshness', value: freshness(age, halfLife), of: `${showAge(age)} old` },
        { name: 'reads', value: read, of: `${views} views ever` },
        { name: 'diversity', value: discount, of: `entries of ${getSource(candidate)} before it` },
      ],
    }),
  )
}
