/**
 * The section of an article by evidence: the source's default, the feed's categories, segments of its URL, the form of an opinion
 * piece, places, and the text. Each votes with a weight; what voted is kept with the article, so that its section can be explained. (pure)
 */

import type { Evidence } from '../domain/article.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import { splitWords } from '../util/words.ts'
import {
  categoryEvidence,
  formEvidence,
  type Lookup,
  lookupOf,
  placeEvidence,
  urlEvidence,
  wordEvidence,
} from './evidence.ts'

export { foldWords } from '../util/words.ts'

/** What the text alone says: sections with probabilities, highest first; nothing of a text whose language it does not know. */
export type Classify = (text: {
  title: string
  summary: string
  /** As declared; null where nobody says. */
  language: string | null
}) => readonly { section: SectionId; confidence: number }[]

export interface ToTag {
  /** Absolute, or empty where it is not known. */
  readonly url: string
  readonly title: string
  readonly summary: string
  readonly categories: readonly string[]
  /** BCP 47, as the item, its feed or its source says; null where nobody does. */
  readonly language: string | null
  /** Null where nothing is known of who carries it. */
  readonly source: { readonly id: string; readonly section: SectionId } | null
}

export interface Tagged {
  /** Primary section first, then up to two more; empty where nothing at all speaks for any. */
  readonly sections: readonly SectionId[]
  /** How sure the primary section is, 0 to 1. */
  readonly confidence: number
  /** Heaviest first. */
  readonly evidence: readonly Evidence[]
}

/** A default is for articles of which nothing more is known; where a category or URL speaks, it says little. */
const SOURCE = 0.5
const SOURCE_BESIDE_FILED = 0.25
const TEXT = 0.7

/** The text votes where it is at least this sure, and for a second section where it is this sure of it; else it is silent. */
const CONFIDENT = 0.5
const SECOND = 0.25

/** Beside the primary section, one needs this share of its weight, and a weight of its own, to be named too. */
const ALSO_SHARE = 0.5
const ALSO_WEIGHT = 0.6
const MOST_SECTIONS = 3
const MOST_EVIDENCE = 8

const textEvidence = (guesses: ReturnType<Classify>, weight: number): Evidence[] =>
  guesses.map(({ section, confidence }) => ({
    section,
    from: 'text',
    what: `${Math.round(confidence * 100)} % sure`,
    weight: weight * confidence,
  }))

const confidentOnly = (guesses: ReturnType<Classify>): ReturnType<Classify> =>
  (guesses[0]?.confidence ?? 0) < CONFIDENT ? [] : guesses.filter(({ confidence }) => confidence >= SECOND).slice(0, 2)

const byWeight = (a: Evidence, b: Evidence): number => b.weight - a.weight || (a.section < b.section ? -1 : 1)

/** Every piece of evidence on an article but what its text as a whole says. */
const signsOf = (article: ToTag, lookup: Lookup): Evidence[] => {
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
            weight: filed.length > 0 ? SOURCE_BESIDE_FILED : SOURCE,
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

/** The publisher files the article itself there. */
const isFiled = ({ kinds }: Pick<Votes, 'kinds'>): boolean => kinds.has('category') || kinds.has('url')

/** A section's votes of one kind do not add up, so that five tags of one sort do not outvote everything else. */
const countVotes = (evidence: readonly Evidence[], { parents }: Lookup): Votes[] => {
  const votes = new Map<SectionId, Votes>()
  for (const { section, from, weight } of evidence) {
    const own = votes.get(section) ?? { section, weight: 0, kinds: new Map() }
    own.kinds.set(from, Math.max(own.kinds.get(from) ?? 0, weight))
    votes.set(section, own)
  }
  for (const own of votes.values()) own.weight = sum(own.kinds.values())
  // Who files an article under a part of a section says the section too: what speaks for the whole speaks for the part. A source that
  // is the part's by default says less: not that an article it files under the whole belongs to the part.
  for (const own of votes.values()) {
    const whole = votes.get(parents.get(own.section) ?? '')
    if (!whole) continue
    if (isFiled(own)) own.weight += whole.weight
    else if (own.kinds.has('source') && !isFiled(whole)) own.weight += whole.weight
  }
  return [...votes.values()].sort((a, b) => b.weight - a.weight || (a.section < b.section ? -1 : 1))
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0)

/** Independent signs that each may be wrong: one minus the chance that all are. */
const confidenceOf = ({ kinds }: Votes): number =>
  1 - [...kinds.values()].reduce((wrong, weight) => wrong * (1 - Math.min(0.95, weight)), 1)

/** Weighs the evidence. Where nothing else speaks, the text decides, however unsure: its confidence says so. */
export const sectionsOf = (article: ToTag, taxonomy: Taxonomy, classify?: Classify): Tagged => {
  const lookup = lookupOf(taxonomy)
  const isKnown = ({ section }: { section: SectionId }) => lookup.known.has(section)
  const signs = signsOf(article, lookup).filter(isKnown)
  const guesses = (classify?.(article) ?? []).filter(isKnown)
  // A place says where, not what: with nothing but places the text still has to say what it is about.
  const silent = signs.every(({ from }) => from === 'place')
  const evidence = [...signs, ...textEvidence(silent ? guesses.slice(0, 2) : confidentOnly(guesses), TEXT)].sort(
    byWeight,
  )
  const [guess] = guesses
  const votes = countVotes(evidence, lookup)
  const [heaviest] = votes
  const first = silent && guess ? (votes.find(({ section }) => section === guess.section) ?? heaviest) : heaviest
  if (!first) return { sections: article.source ? [article.source.section] : [], confidence: 0, evidence }
  const also = votes.filter(
    ({ section, weight, kinds }) =>
      section !== first.section && weight >= ALSO_WEIGHT && (weight >= first.weight * ALSO_SHARE || kinds.has('place')),
  )
  return {
    sections: [first, ...also].slice(0, MOST_SECTIONS).map(({ section }) => section),
    confidence: silent && guess ? guess.confidence : confidenceOf(first),
    evidence: evidence.slice(0, MOST_EVIDENCE),
  }
}

/** @returns the section that publishers' own evidence makes sure, from which the text classifier may learn; undefined where it is not sure */
export const sureSection = (evidence: readonly Evidence[], taxonomy: Taxonomy): SectionId | undefined => {
  const { parents } = lookupOf(taxonomy)
  const filed = evidence.filter(({ from }) => from === 'category' || from === 'url')
  const [first] = filed
  if (!first || first.weight < 0.8) return undefined
  const family = (section: SectionId) => parents.get(section) ?? section
  return filed.every(({ section }) => family(section) === family(first.section)) ? first.section : undefined
}
