/**
 * The section of an article by evidence: the source's default, the feed's categories, segments of its URL, the form of an opinion
 * piece, and the text. Each votes with a weight; what voted is kept with the article, so that its section can be explained. (pure)
 */

import type { Source } from '../sources/source.ts'
import type { Evidence } from './article.ts'
import type { SectionId, Taxonomy } from './taxonomy.ts'

/** What the text alone says: sections with probabilities, highest first; empty where it is not sure. */
export type Classify = (text: {
  title: string
  summary: string
  language: string
}) => readonly { section: SectionId; confidence: number }[]

export interface ToTag {
  readonly url: string
  readonly title: string
  readonly summary: string
  readonly categories: readonly string[]
  readonly language: string
  readonly source: Pick<Source, 'id' | 'section'>
}

export interface Tagged {
  /** Primary section first, then up to two more. */
  readonly sections: readonly SectionId[]
  /** Heaviest first. */
  readonly evidence: readonly Evidence[]
}

const WEIGHT = {
  source: 0.5,
  category: 0.9,
  laterCategory: 0.6,
  url: 0.8,
  deeperUrl: 0.5,
  form: 1.2,
  text: 0.7,
} as const

/** Beside the primary section, one needs this share of its weight, and a weight of its own, to be named too. */
const ALSO_SHARE = 0.5
const ALSO_WEIGHT = 0.6
const MOST_SECTIONS = 3

/** Lower case, accents off, everything but letters and digits to single blanks: `Öffentliche_Meinung` is `offentliche meinung`. */
export const foldWords = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

interface Lookup {
  readonly synonyms: ReadonlyMap<string, SectionId>
  readonly urlWords: ReadonlyMap<string, SectionId>
  readonly headlineWords: ReadonlyMap<string, SectionId>
}

const lookups = new WeakMap<Taxonomy, Lookup>()

/** Tables of a taxonomy, made once; a reload brings a new taxonomy and with it new tables. */
const lookupOf = (taxonomy: Taxonomy): Lookup => {
  const known = lookups.get(taxonomy)
  if (known) return known
  const table = (words: (section: Taxonomy[number]) => readonly string[]) =>
    new Map(taxonomy.flatMap(section => words(section).map(word => [foldWords(word), section.id] as const)))
  const made: Lookup = {
    synonyms: table(section => [section.id, ...Object.values(section.labels), ...section.synonyms]),
    urlWords: table(section => [section.id, ...section.urlWords]),
    headlineWords: table(section => section.words),
  }
  lookups.set(taxonomy, made)
  return made
}

/** A category is looked up whole, then by the parts of a path or a pair: `News/Sport/Football`, `Politics & Society`. */
const sectionOfCategory = (category: string, { synonyms }: Lookup): SectionId | undefined => {
  const whole = synonyms.get(foldWords(category))
  if (whole) return whole
  const parts = category.split(/[/>|:;,&+]|\s-\s|\b(?:and|und|et|y|e)\b/iu).map(foldWords)
  return parts.map(part => synonyms.get(part)).find(Boolean)
}

/** Opinion by its form, in the languages feeds are seen in: a label before the headline. */
const OPINION_TITLE =
  /^(?:opinion|op-ed|editorial|comment|commentary|column|analysis and opinion|letters?|meinung|kommentar|leitartikel|kolumne|gastbeitrag|tribune|éditorial|chronique|opini[oó]n|columna|tribuna|editoriale|commento|opinione|opinie|opinião|мнение|колонка|社説|コラム|評論|观点|رأي)\s*[:|–—-]\s/iu

const URL_SKIPPED = new Set([
  'news',
  'story',
  'stories',
  'article',
  'articles',
  'en',
  'us',
  'uk',
  'int',
  'www',
  'amp',
  'html',
  'rss',
  'feed',
  'content',
  'latest',
])

const urlEvidence = (url: string, { urlWords }: Lookup): Evidence[] => {
  const { pathname, hostname } = new URL(url)
  // The last segment is the headline; what stands before it is where the publisher files it.
  const segments = pathname.split('/').filter(Boolean).slice(0, -1).slice(0, 5)
  const subdomain = hostname
    .split('.')
    .slice(0, -2)
    .filter(part => part !== 'www')
  const found: Evidence[] = []
  for (const [depth, segment] of [...subdomain, ...segments].entries()) {
    const word = foldWords(decodeSafely(segment))
    if (URL_SKIPPED.has(word)) continue
    const section =
      urlWords.get(word) ??
      word
        .split(' ')
        .map(part => urlWords.get(part))
        .find(Boolean)
    if (section)
      found.push({
        section,
        from: 'url',
        what: `/${segment}/`,
        weight: found.length === 0 && depth < 3 ? WEIGHT.url : WEIGHT.deeperUrl,
      })
  }
  return found
}

const decodeSafely = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const wordEvidence = (title: string, summary: string, { headlineWords }: Lookup): Evidence[] => {
  if (headlineWords.size === 0) return []
  const words = foldWords(`${title} ${summary}`).split(' ')
  const hits = new Map<SectionId, string[]>()
  for (const [index, word] of words.entries()) {
    for (const term of [word, `${word} ${words[index + 1] ?? ''}`]) {
      const section = headlineWords.get(term)
      if (section) hits.set(section, [...new Set([...(hits.get(section) ?? []), term])])
    }
  }
  // One word may stand by chance; each more makes it surer, with less to add.
  return [...hits].map(([section, terms]) => ({
    section,
    from: 'text' as const,
    what: terms.slice(0, 3).join(', '),
    weight: Math.min(0.8, 0.25 + 0.2 * terms.length),
  }))
}

/** Every piece of evidence on an article, heaviest first. */
export const evidenceOf = (article: ToTag, taxonomy: Taxonomy, classify?: Classify): Evidence[] => {
  const lookup = lookupOf(taxonomy)
  const known = new Set(taxonomy.map(section => section.id))
  const evidence: Evidence[] = [
    { section: article.source.section, from: 'source', what: article.source.id, weight: WEIGHT.source },
  ]
  const byCategory = new Map<SectionId, Evidence>()
  for (const category of article.categories) {
    const section = sectionOfCategory(category, lookup)
    if (section && !byCategory.has(section)) {
      byCategory.set(section, {
        section,
        from: 'category',
        what: category,
        weight: byCategory.size === 0 ? WEIGHT.category : WEIGHT.laterCategory,
      })
    }
  }
  evidence.push(
    ...byCategory.values(),
    ...urlEvidence(article.url, lookup),
    ...wordEvidence(article.title, article.summary, lookup),
  )
  if (known.has('debate') && OPINION_TITLE.test(article.title)) {
    evidence.push({
      section: 'debate',
      from: 'form',
      what: article.title.split(/[:|–—-]/u, 1)[0]?.trim() ?? '',
      weight: WEIGHT.form,
    })
  }
  for (const { section, confidence } of classify?.(article) ?? []) {
    evidence.push({
      section,
      from: 'text',
      what: `${Math.round(confidence * 100)} % sure`,
      weight: WEIGHT.text * confidence,
    })
  }
  return evidence
    .filter(({ section }) => known.has(section))
    .sort((a, b) => b.weight - a.weight || (a.section < b.section ? -1 : 1))
}

/** Weighs the evidence. A section's votes of one kind do not add up, so that five tags of one sort do not outvote everything else. */
export const sectionsOf = (article: ToTag, taxonomy: Taxonomy, classify?: Classify): Tagged => {
  const evidence = evidenceOf(article, taxonomy, classify)
  const best = new Map<SectionId, Map<string, number>>()
  for (const { section, from, weight } of evidence) {
    const votes = best.get(section) ?? new Map<string, number>()
    votes.set(from, Math.max(votes.get(from) ?? 0, weight))
    best.set(section, votes)
  }
  const totals = [...best]
    .map(([section, votes]) => ({ section, weight: [...votes.values()].reduce((sum, weight) => sum + weight, 0) }))
    .sort((a, b) => b.weight - a.weight || (a.section < b.section ? -1 : 1))
  const [first] = totals
  if (!first) return { sections: [article.source.section], evidence }
  const also = totals.slice(1).filter(({ weight }) => weight >= ALSO_WEIGHT && weight >= first.weight * ALSO_SHARE)
  return {
    sections: [first, ...also].slice(0, MOST_SECTIONS).map(({ section }) => section),
    evidence: evidence.slice(0, 8),
  }
}
