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
import type { SourceUse } from './source-use.ts'

export { foldWords } from '../util/words.ts'

/**
 * Classifies by text alone: sections with probabilities, highest first; none for a text in a language that nothing was
 * learnt of.
 */
export type Classify = (text: {
  title: string
  summary: string
  /** As decided; null if it is open. */
  language: string | null
}) => readonly { section: SectionId; confidence: number }[]

export interface SectionInput {
  /** Absolute, or empty if unknown. */
  readonly url: string
  readonly title: string
  readonly summary: string
  readonly categories: readonly string[]
  /** BCP 47, as decided by the text and by what is declared; null if it is open. */
  readonly language: string | null
  /** Null if unknown. Of a `general` one, `section` is no evidence: it is where articles stand without any. */
  readonly source: { readonly id: string; readonly section: SectionId; readonly general?: boolean | undefined } | null
}

export interface SectionOptions {
  /** The text votes from this probability on. Default: 0.6. */
  readonly threshold?: number
  /** In which sections the source's own articles are, if enough of them are known. */
  readonly use?: SourceUse | undefined
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
/** Weight of the default of a source whose own articles are known: times the share of them that are in it. */
const SOURCE_BY_SHARE = 0.6
/** Weight of the text, times its probability: with other evidence for its section, and alone against the source's. */
const TEXT = 0.7
const TEXT_ALONE = 0.45

/** Below, the shipped net is right in 46 to 65 % of texts; from here on in 76 to 92 %. */
const THRESHOLD = 0.6
/** A second section of the text needs this probability. */
const MIN_SECOND_CONFIDENCE = 0.25
/** From this probability on, a text may say a section that its source has not used yet. */
const SURE = 0.8

/** A further section needs this share of the primary section's weight, and this weight itself. */
const ALSO_SHARE = 0.5
const ALSO_WEIGHT = 0.6
const MAX_SECTIONS = 3
const MAX_EVIDENCE = 8

const textEvidence = (guesses: ReturnType<Classify>, weigh: (section: SectionId) => number): Evidence[] =>
  guesses.map(({ section, confidence }) => ({
    section,
    from: 'text',
    what: `${Math.round(confidence * 100)} % sure`,
    weight: weigh(section) * confidence,
  }))

/** Leaves out sections that the source does not use, unless the text is sure; the probabilities again add up to 1. */
const withinUse = (guesses: ReturnType<Classify>, use: SourceUse | undefined): ReturnType<Classify> => {
  if (use === undefined || (guesses[0]?.confidence ?? 1) >= SURE) return guesses
  const used = guesses.filter(({ section }) => use.sections.has(section))
  const total = sum(used.map(({ confidence }) => confidence))
  return total === 0 ? [] : used.map(({ section, confidence }) => ({ section, confidence: confidence / total }))
}

/** The sections that the text votes for: none below the threshold. */
const confidentOnly = (guesses: ReturnType<Classify>, threshold: number): ReturnType<Classify> =>
  (guesses[0]?.confidence ?? 0) < threshold
    ? []
    : guesses.filter(({ confidence }, place) => place === 0 || confidence >= MIN_SECOND_CONFIDENCE).slice(0, 2)

const byWeight = (a: Evidence, b: Evidence): number => b.weight - a.weight || (a.section < b.section ? -1 : 1)

/** What the default section of the source says; nothing if it is a general paper. */
const sourceEvidence = (
  source: SectionInput['source'],
  { isFiled, use }: { isFiled: boolean; use: SourceUse | undefined },
): Evidence[] => {
  if (source === null || source.general === true) return []
  const weight = use === undefined ? SOURCE : SOURCE_BY_SHARE * use.defaultShare
  return [
    {
      section: source.section,
      from: 'source',
      what: source.id,
      weight: isFiled ? Math.min(weight, SOURCE_IF_FILED) : weight,
    },
  ]
}

/** Collects all evidence except the text classifier's. */
const collectEvidence = (article: SectionInput, lookup: Lookup, use: SourceUse | undefined): Evidence[] => {
  const title = splitWords(article.title)
  const summary = splitWords(article.summary)
  const filed = [...categoryEvidence(article.categories, lookup), ...urlEvidence(article.url, lookup)]
  return [
    ...sourceEvidence(article.source, { isFiled: filed.length > 0, use }),
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

/** Whether two sections are one, or one is part of the other. */
const isRelated = (one: SectionId, other: SectionId, { parents }: Lookup): boolean =>
  one === other || parents.get(one) === other || parents.get(other) === one

/**
 * Weighs the evidence. A text that is sure decides where there is no other evidence; alone, it does not outweigh the
 * default of a source most of whose articles are there.
 */
export const classifySections = (
  article: SectionInput,
  taxonomy: Taxonomy,
  classify?: Classify,
  { threshold = THRESHOLD, use }: SectionOptions = {},
): SectionResult => {
  const lookup = buildLookup(taxonomy)
  const isKnown = ({ section }: { section: SectionId }) => lookup.known.has(section)
  const votesBesideText = collectEvidence(article, lookup, use).filter(isKnown)
  const guesses = confidentOnly(withinUse((classify?.(article) ?? []).filter(isKnown), use), threshold)
  const weighText = (section: SectionId): number =>
    votesBesideText.some(other => isRelated(other.section, section, lookup)) ? TEXT : TEXT_ALONE
  const evidence = [...votesBesideText, ...textEvidence(guesses, weighText)].sort(byWeight)
  const [guess] = guesses
  const votes = countVotes(evidence, lookup)
  // Places say where, not what: if there is no other evidence, the text decides what the article is about.
  const isTextDecisive = guess !== undefined && votesBesideText.every(({ from }) => from === 'place')
  const first = isTextDecisive
    ? votes.find(({ section }) => section === guess.section)
    : votes.find(({ kinds }) => kinds.size > 1 || !kinds.has('place'))
  const fallback = article.source ? [article.source.section] : []
  const also = votes.filter(
    ({ section, weight, kinds }) =>
      section !== (first?.section ?? fallback[0]) &&
      weight >= ALSO_WEIGHT &&
      (weight >= (first?.weight ?? 0) * ALSO_SHARE || kinds.has('place')),
  )
  const primary = first ? [first.section] : fallback
  return {
    // What only names a place is of no section if nothing says what it is about.
    sections: primary.length === 0 ? [] : [...primary, ...also.map(({ section }) => section)].slice(0, MAX_SECTIONS),
    confidence: isTextDecisive ? guess.confidence : first ? computeConfidence(first) : 0,
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
