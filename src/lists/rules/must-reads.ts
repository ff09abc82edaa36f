/** Must-reads: what matters, over all sections. */

import { type Baseline, ratioToBaseline } from './baseline.ts'
import { type Candidate, computeAge, freshness, type Ranked, showAge, type Term } from './candidate.ts'
import { diverse } from './diverse.ts'

/** Exponents of the factors: 0 takes one out, 2 makes it count double on the scale of logarithms. */
export interface MustReadWeights {
  readonly breadth: number
  readonly source: number
  readonly freshness: number
  readonly reads: number
}

export interface MustReadRule {
  readonly now: number
  readonly size: number
  /** ms after which a story counts half. */
  readonly halfLife: number
  /** ms beyond which a story is no must-read. */
  readonly maxAge: number
  /** Of a source; 1 is usual. */
  readonly weightOf: (source: string) => number
  /** Who publishes a source: one publisher's feeds count once. */
  readonly publisherOf: (source: string) => string
  readonly baseline: Baseline
  readonly weights: MustReadWeights
  /** 0 to 1: how much each further entry of a section counts against those of others; 1 is no diversity. */
  readonly diversity: number
}

/** Views of a story in the last hour. */
export type HourlyReads = (candidate: Candidate) => number

const PRIOR = 5

/** Publishers of a story, each by the weight of its weightiest source. */
const weightsOf = (
  { story }: Candidate,
  { weightOf, publisherOf }: Pick<MustReadRule, 'weightOf' | 'publisherOf'>,
): number[] => {
  const [only, another] = story.sources
  // Fast path: most stories have one source, and a list looks at hundreds of stories.
  if (only !== undefined && another === undefined) return [weightOf(only)]
  const weights = new Map<string, number>()
  for (const source of story.sources) {
    const publisher = publisherOf(source)
    weights.set(publisher, Math.max(weights.get(publisher) ?? 0, weightOf(source)))
  }
  return [...weights.values()]
}

interface Factors {
  readonly publishers: number
  readonly breadth: number
  readonly source: number
  readonly fresh: number
}

/** Breadth, weight and freshness; null for a story that is too old or has no source. */
const factorsOf = (candidate: Candidate, rule: MustReadRule): Factors | null => {
  const age = computeAge(candidate, rule.now)
  const weights = weightsOf(candidate, rule)
  if (age > rule.maxAge || weights.length === 0) return null
  return {
    publishers: weights.length,
    breadth: Math.log2(1 + weights.length),
    source:
      (weights.reduce((sum, weight) => sum + weight, 0) / weights.length) * (candidate.article.ruled?.weight ?? 1),
    fresh: freshness(age, rule.halfLife),
  }
}

/**
 * How important a story is before reads are looked at: how many publishers report it, their weights, and how fresh it
 * is,
 *   log2(1 + publishers)^b * (mean weight of the publishers * factor of rules)^s * 2^(-f * age / halfLife).
 * A logarithm, so that the tenth publisher adds less than the second; a weighted product, so that a story without any
 * of it is none
 * (weighted product model: Bridgman, Dimensional Analysis, 1922).
 * @returns dimensionless, 0 for a story beyond the age
 */
export const importance = (candidate: Candidate, rule: MustReadRule): number => weigh(factorsOf(candidate, rule), rule)

const weigh = (factors: Factors | null, { weights }: MustReadRule): number =>
  factors === null
    ? 0
    : factors.breadth ** weights.breadth * factors.source ** weights.source * factors.fresh ** weights.freshness

/**
 * Reads in the last hour relative to the baseline of the section and hour: `ratioToBaseline^r`, clamped to 1/4..4
 * before the exponent.
 */
const readFactor = (candidate: Candidate, reads: number, rule: MustReadRule): number =>
  Math.min(4, Math.max(0.25, ratioToBaseline(reads, rule.baseline(candidate.article.section, rule.now), PRIOR))) **
  rule.weights.reads

const termsOf = (candidate: Candidate, reads: number, diversity: number, rule: MustReadRule): Term[] => {
  const { publishers = 0, breadth = 0, source = 0, fresh = 0 } = factorsOf(candidate, rule) ?? {}
  const { weights, now, baseline } = rule
  const { ruled } = candidate.article
  const usually = baseline(candidate.article.section, now)
  return [
    { name: 'breadth', value: breadth ** weights.breadth, of: `told by ${publishers} publishers` },
    {
      name: 'source',
      value: source ** weights.source,
      of: `mean weight ${source.toFixed(2)}${ruled?.weight === undefined ? '' : `, ${ruled.weight} times by rules`}`,
    },
    { name: 'freshness', value: fresh ** weights.freshness, of: `${showAge(computeAge(candidate, now))} old` },
    {
      name: 'reads',
      value: readFactor(candidate, reads, rule),
      of: `${reads} in the last hour, usual ${usually.toFixed(1)} for ${candidate.article.section} at this hour`,
    },
    { name: 'diversity', value: diversity, of: `entries of ${candidate.article.section} before it` },
  ]
}

/** Publishers from which on a story is of more than one publisher's choosing: one may copy another, three rarely. */
const BROAD = 3

/**
 * Most important first, diverse over sections. A story that one publisher reports stands behind every story that three
 * or more report: however new, it is that publisher's choice, and nobody's must-read while what many chose waits.
 * @param candidates each story once
 */
export const rankMustReads = (candidates: readonly Candidate[], reads: HourlyReads, rule: MustReadRule): Ranked[] => {
  const scored = candidates.flatMap(candidate => {
    const factors = factorsOf(candidate, rule)
    if (factors === null) return []
    const score = weigh(factors, rule) * readFactor(candidate, reads(candidate), rule)
    return { candidate, publishers: factors.publishers, score }
  })
  const getSection = ({ article }: Candidate): string => article.section
  const several = diverse(
    scored.filter(({ publishers }) => publishers > 1),
    getSection,
    rule.diversity,
    rule.size,
  )
  // Down to the last of three or more publishers; what two report competes with the rest from there on.
  const first = several.slice(0, several.findLastIndex(({ publishers }) => publishers >= BROAD) + 1)
  return [...first, ...diverse(scored, getSection, rule.diversity, rule.size - first.length, first)].map(
    ({ candidate, score, discount }) => ({
      candidate,
      score,
      placedBy: 'rule',
      terms: () => termsOf(candidate, reads(candidate), discount, rule),
    }),
  )
}
