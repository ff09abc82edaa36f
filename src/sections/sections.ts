/**
 * Chooses the sections of an article by evidence: the source's default, the feed's categories, URL segments, the form
 * of an opinion piece, places and the text. Each votes with a weight; the votes are stored with the article to explain
 * its section.
 */

import type { Evidence } from '../domain/article.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import { splitWords } from '../util/words.ts'
import {
  buildLookup,
  categoryEvidence,
  formEvidence,
  type Lookup,
  placeEvidence,
  urlEvidence,
  wordEvidence,
} from './evidence.ts'

export { foldWords } from '../util/words.ts'

/** Classifies by text alone: sections with probabilities, highest first; none for a text in an unknown language. */
export type Classify = (text: {
  title: string
  summary: string
  /** As declared; null if undeclared. */
  language: string | null
}) => readonly { section: SectionId; confidence: number }[]

export interface SectionInput {
  /** Absolute, or empty if unknown. */
  readonly url: string
  readonly title: string
  readonly summary: string
  readonly categories: readonly string[]
  /** BCP 47, declared by the item, its feed or its source; null if undeclared. */
  readonly language: string | null
  /** Null if unknown. */
  readonly source: { readonly id: string; readonly section: SectionId } | null
}

export interface SectionResult {
  /** Primary section first, then up to two more; empty without any evidence. */
  readonly sections: readonly SectionId[]
  /** Confidence in the primary section, 0 to 1. */
  readonly confidence: number
  /** Heaviest first. */
  readonly evidence: readonly Evidence[]
}

/** The source's default section counts for less once a category or the URL is evidence. */
const SOURCE = 0.5
const SOURCE_IF_FILED = 0.25
const TEXT = 0.7

/** The text votes only from this confidence, and for a second section from the lower one. */
const MIN_CONFIDENCE = 0.5
const MIN_SECOND_CONFIDENCE = 0.25

/** A further section needs this share of the primary section's weight, and this weight itself. */
const ALSO_SHARE = 0.5
const ALSO_WEIGHT = 0.6
const MAX_SECTIONS = 3
const MAX_EVIDENCE = 8

const textEvidence = (guesses: ReturnType<Classify>, weight: number): Evidence[] =>
  guesses.map(({ section, confidence }) => ({
    section,
    from: 'text',
    what: `${Math.round(confidence * 100)} % sure`,
    weight: weight * confidence,
  }))

const confidentOnly = (guesses: ReturnType<Classify>): ReturnType<Classify> =>
  (guesses[0]?.confidence ?? 0) < MIN_CONFIDENCE
    ? []
    : guesses.filter(({ confidence }) => confidence >= MIN_SECOND_CONFIDENCE).slice(0, 2)

const byWeight = (a: Evidence, b: Evidence): number => b.weight - a.weight || (a.section < b.section ? -1 : 1)

/** Collects all evidence except the text classifier's. */
const collectEvidence = (article: SectionInput, lookup: Lookup): Evidence[] => {
  const title = splitWords(article.title)
  const summary = splitWords(article.summary)
  const filed = [...categoryEvidence(article.categories, lookup), ...urlEvidence(article.url, lookup)]
  const { source } = article
  return [
    ...(source
      ? [
          {
            section: source.section,
            from: 'source' as const,
            what: source.id,
            weight: filed.length > 0 ? SOURCE_IF_FILED : SOURCE,
          },
        ]
      : []),
    ...filed,
    ...formEvidence(article.title, lookup),
    ...wordEvidence([...title, ...summary], lookup),
    ...placeEvidence(title, summary, lookup),
  ]
}

interface Votes {
  readonly section: SectionId
  weight: number
  readonly kinds: Map<Evidence['from'], number>
}

/** Whether the publisher itself files the article there. */
const isFiled = ({ kinds }: Pick<Votes, 'kinds'>): boolean => kinds.has('category') || kinds.has('url')

/** Counts only the heaviest vote of each kind for a section, so that five tags do not outvote everything else. */
const countVotes = (evidence: readonly Evidence[], { parents }: Lookup): Votes[] => {
  const votes = new Map<SectionId, Votes>()
  for (const { section, from, weight } of evidence) {
    const own = votes.get(section) ?? { section, weight: 0, kinds: new Map() }
    own.kinds.set(from, Math.max(own.kinds.get(from) ?? 0, weight))
    votes.set(section, own)
  }
  for (const own of votes.values()) own.weight = sum(own.kinds.values())
  // Evidence for a parent section also counts for a subsection that the publisher filed the article under. A subsection
  // that is only the source's default gains nothing if the publisher filed the article under the parent.
  for (const own of votes.values()) {
    const parent = votes.get(parents.get(own.section) ?? '')
    if (!parent) continue
    if (isFiled(own)) own.weight += parent.weight
    else if (own.kinds.has('source') && !isFiled(parent)) own.weight += parent.weight
  }
  return [...votes.values()].sort((a, b) => b.weight - a.weight || (a.section < b.section ? -1 : 1))
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0)

/** Treats kinds of evidence as independent: one minus the probability that all are wrong. */
const computeConfidence = ({ kinds }: Votes): number =>
  1 - [...kinds.values()].reduce((wrong, weight) => wrong * (1 - Math.min(0.95, weight)), 1)

/** Weighs the evidence. Without other evidence the text decides, however low its confidence, which is returned. */
export const classifySections = (article: SectionInput, taxonomy: Taxonomy, classify?: Classify): SectionResult => {
  const lookup = buildLookup(taxonomy)
  const isKnown = ({ section }: { section: SectionId }) => lookup.known.has(section)
  const votesBesideText = collectEvidence(article, lookup).filter(isKnown)
  const guesses = (classify?.(article) ?? []).filter(isKnown)
  // Places say where, not what: if there is no other evidence, the text decides what the article is about.
  const isTextDecisive = votesBesideText.every(({ from }) => from === 'place')
  const evidence = [
    ...votesBesideText,
    ...textEvidence(isTextDecisive ? guesses.slice(0, 2) : confidentOnly(guesses), TEXT),
  ].sort(byWeight)
  const [guess] = guesses
  const votes = countVotes(evidence, lookup)
  const [heaviest] = votes
  const first =
    isTextDecisive && guess ? (votes.find(({ section }) => section === guess.section) ?? heaviest) : heaviest
  if (!first) return { sections: article.source ? [article.source.section] : [], confidence: 0, evidence }
  const also = votes.filter(
    ({ section, weight, kinds }) =>
      section !== first.section && weight >= ALSO_WEIGHT && (weight >= first.weight * ALSO_SHARE || kinds.has('place')),
  )
  return {
    sections: [first, ...also].slice(0, MAX_SECTIONS).map(({ section }) => section),
    confidence: isTextDecisive && guess ? guess.confidence : computeConfidence(first),
    evidence: evidence.slice(0, MAX_EVIDENCE),
  }
}

/** @returns the section that the publisher's own evidence makes certain, for training; undefined if there is none */
export const findCertainSection = (evidence: readonly Evidence[], taxonomy: Taxonomy): SectionId | undefined => {
  const { parents } = buildLookup(taxonomy)
  const filed = evidence.filter(({ from }) => from === 'category' || from === 'url')
  const [first] = filed
  if (!first || first.weight < 0.8) return undefined
  const family = (section: SectionId) => parents.get(section) ?? section
  return filed.every(({ section }) => family(section) === family(first.section)) ? first.section : undefined
}
