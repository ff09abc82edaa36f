/** Collects evidence for the section of an article: categories, segments of its URL, its form, places and words. */

import type { Evidence } from '../domain/article.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import { foldWords } from '../util/words.ts'
import { findOpinionForm } from './forms.ts'
import { buildGazetteer, findPlaces, type Gazetteer } from './places.ts'

export interface Lookup {
  readonly synonyms: ReadonlyMap<string, SectionId>
  readonly urlWords: ReadonlyMap<string, SectionId>
  readonly headlineWords: ReadonlyMap<string, SectionId>
  readonly gazetteer: Gazetteer
  readonly parents: ReadonlyMap<SectionId, SectionId>
  readonly known: ReadonlySet<SectionId>
}

/** Shorter synonyms are not looked for in paths, where `it` and `us` mean languages and countries. */
const MIN_PATH_WORD = 3

const lookups = new WeakMap<Taxonomy, Lookup>()

/** Builds the tables of a taxonomy once. A reload creates a new taxonomy object and thus new tables. */
export const buildLookup = (taxonomy: Taxonomy): Lookup => {
  const cached = lookups.get(taxonomy)
  if (cached) return cached
  // If two sections claim a word, an id or a label beats a synonym, and the section listed first wins.
  const table = (words: (section: Taxonomy[number]) => readonly string[]) =>
    new Map(taxonomy.flatMap(section => words(section).map(word => [foldWords(word), section.id] as const)).reverse())
  const lookup: Lookup = {
    synonyms: new Map([
      ...table(({ synonyms }) => synonyms),
      ...table(({ labels }) => Object.values(labels)),
      ...table(({ id }) => [id]),
    ]),
    urlWords: new Map([
      ...table(({ synonyms }) => synonyms.filter(word => word.length >= MIN_PATH_WORD)),
      ...table(({ urlWords }) => urlWords),
      ...table(({ id }) => [id]),
    ]),
    headlineWords: table(section => section.words),
    gazetteer: buildGazetteer(taxonomy),
    parents: new Map(taxonomy.flatMap(({ id, parent }) => (parent ? [[id, parent] as const] : []))),
    known: new Set(taxonomy.map(({ id }) => id)),
  }
  lookups.set(taxonomy, lookup)
  return lookup
}

const CATEGORY = 0.9
const LATER_CATEGORY = 0.6
const MAX_CATEGORIES = 30
const MAX_CATEGORY_LENGTH = 120

/** Looks up a category whole, then by the parts of a path or a pair: `News/Sport/Football`, `Politics & Society`. */
const findCategorySection = (category: string, { synonyms }: Lookup): SectionId | undefined => {
  const whole = synonyms.get(foldWords(category))
  if (whole) return whole
  const parts = category.split(/[/>|:;,&+]|\s-\s|\b(?:and|und|et|y|e|och|en|i|и)\b/iu).map(foldWords)
  // In a path such as News/Sport the last part is the most specific.
  const known = parts.flatMap(part => synonyms.get(part) ?? [])
  return /[/>]/.test(category) ? known.at(-1) : known[0]
}

export const categoryEvidence = (categories: readonly string[], lookup: Lookup): Evidence[] => {
  const found = new Map<SectionId, Evidence>()
  for (const written of categories.slice(0, MAX_CATEGORIES)) {
    const category = written.slice(0, MAX_CATEGORY_LENGTH)
    const section = findCategorySection(category, lookup)
    if (!section || found.has(section)) continue
    const weight = found.size === 0 ? CATEGORY : LATER_CATEGORY
    found.set(section, { section, from: 'category', what: category, weight })
  }
  return [...found.values()]
}

const URL_SEGMENT = 0.8
const DEEPER_SEGMENT = 0.5
const MAX_SEGMENTS = 5

/** URL segments that are not evidence for any section. */
const IGNORED_SEGMENTS = new Set(
  'news story stories article articles en us uk int www web mobile app amp html rss feed content media latest home blog blogs'.split(
    ' ',
  ),
)

const decodeSafely = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Splits a segment such as `food-and-drink`. A segment of more than three words is a headline and gives none. */
const splitSegment = (segment: string): string[] => {
  const parts = segment.split(' ')
  return parts.length <= 3 ? parts : []
}

export const urlEvidence = (url: string, { urlWords }: Lookup): Evidence[] => {
  if (!URL.canParse(url)) return []
  const { pathname, hostname } = new URL(url)
  // The last segment is the headline; those before it are where the publisher files the article.
  const segments = pathname.split('/').filter(Boolean).slice(0, -1).slice(0, MAX_SEGMENTS)
  const subdomain = hostname
    .split('.')
    .slice(0, -2)
    .filter(part => part !== 'www')
  const found: Evidence[] = []
  for (const [depth, segment] of [...subdomain, ...segments].entries()) {
    const word = foldWords(decodeSafely(segment))
    if (IGNORED_SEGMENTS.has(word)) continue
    const section =
      urlWords.get(word) ??
      splitSegment(word)
        .map(part => urlWords.get(part))
        .find(Boolean)
    if (!section) continue
    const weight = found.length === 0 && depth < 3 ? URL_SEGMENT : DEEPER_SEGMENT
    found.push({ section, from: 'url', what: `/${segment}/`, weight })
  }
  return found
}

/** Finds words that the operator configured for a section. Each further word adds weight, up to a maximum. */
export const wordEvidence = (words: readonly string[], { headlineWords }: Lookup): Evidence[] => {
  if (headlineWords.size === 0) return []
  const hits = new Map<SectionId, Set<string>>()
  for (let start = 0; start < words.length; start++) {
    let term = ''
    for (let length = 1; length <= 3 && start + length <= words.length; length++) {
      term = length === 1 ? (words[start] ?? '') : `${term} ${words[start + length - 1]}`
      const section = headlineWords.get(term)
      if (!section) continue
      const terms = hits.get(section) ?? new Set()
      hits.set(section, terms.add(term))
    }
  }
  return [...hits].map(([section, terms]) => ({
    section,
    from: 'text' as const,
    what: [...terms].slice(0, 3).join(', '),
    weight: Math.min(0.95, 0.5 + 0.2 * terms.size),
  }))
}

const PLACE_IN_TITLE = 0.6
const PLACE_IN_SUMMARY = 0.4

/** Finds places; those in the title weigh more than those in the summary. */
export const placeEvidence = (
  title: readonly string[],
  summary: readonly string[],
  { gazetteer }: Lookup,
): Evidence[] => {
  const inTitle = findPlaces(title, gazetteer)
  const found: Evidence[] = [...inTitle].map(([section, what]) => ({
    section,
    from: 'place',
    what,
    weight: PLACE_IN_TITLE,
  }))
  for (const [section, what] of findPlaces(summary, gazetteer)) {
    if (!inTitle.has(section)) found.push({ section, from: 'place', what, weight: PLACE_IN_SUMMARY })
  }
  return found
}

export const formEvidence = (title: string, { known }: Lookup): Evidence[] => {
  const form = known.has('debate') ? findOpinionForm(title) : undefined
  return form ? [{ section: 'debate', from: 'form', ...form }] : []
}
