/**
 * Ranked candidates as the JSON entries that are published, in bytes: a list is compared, hashed and sent, and as text
 * it would be copied for each of these. What of an entry does not change with its place is written once.
 */

import { readTitle } from '../articles/rules/titles/marks.ts'
import type { StoredArticle } from '../articles/store.ts'
import type { ArticleId } from '../domain/article.ts'
import { COUNTERS, type Counts, NO_COUNTS } from '../domain/counts.ts'
import type { Entry } from '../domain/entry.ts'
import type { SectionId } from '../domain/section.ts'
import { type Candidate, getListTime, type Ranked } from './rules/candidate.ts'

/** What entries are labelled with; both may change between two calls of the writer. */
export interface Labels {
  readonly findSectionLabel: (section: SectionId) => string
  readonly findSourceName: (source: string) => string
}

type Middle = Omit<Entry, 'rank' | 'counts' | 'counted' | 'newsAt' | 'story' | 'alsoIn' | 'placedBy'>

const buildMiddle = (article: StoredArticle, { findSectionLabel, findSourceName }: Labels): Middle => {
  const [owner = ''] = article.sources
  return {
    id: article.id,
    title: readTitle(article.title, article.language).headline,
    url: article.url,
    section: { id: article.section, label: findSectionLabel(article.section) },
    sections: [...article.sections],
    source: { id: owner, name: findSourceName(owner) },
    author: article.author,
    language: article.language,
    publishedAt: new Date(article.publishedAt).toISOString(),
    image: article.image,
    summary: article.summary,
    ...(article.labels ? { labels: [...article.labels] } : {}),
  }
}

const buildEnd = (candidate: Candidate, { findSourceName }: Labels): Pick<Entry, 'newsAt' | 'story' | 'alsoIn'> => {
  const { article, story } = candidate
  return {
    newsAt: new Date(getListTime(candidate)).toISOString(),
    story: {
      id: story.id,
      articles: Math.max(1, story.articles.length - (story.blocked?.length ?? 0)),
      sources: Math.max(1, story.sources.length),
    },
    alsoIn: story.alsoIn
      .filter(also => also.source !== article.sources[0])
      .map(also => ({ source: { id: also.source, name: findSourceName(also.source) }, url: also.url })),
  }
}

/** JSON of an object without its braces. */
const inner = (value: object): Buffer => Buffer.from(JSON.stringify(value).slice(1, -1))

/**
 * Creates a function that formats entries. It caches the bytes of an entry, all but its rank, under the article and
 * story objects, which stay the same for as long as candidate-cache.ts keeps them. The bytes are built again when
 * counts or names of sources and sections change.
 */
export const createEntryWriter = (
  labels: Labels,
): ((ranked: readonly Ranked[], counts: ReadonlyMap<ArticleId, Counts>) => Entries) => {
  const middles = new WeakMap<object, Kept>()
  const rests = new WeakMap<object, Rest>()
  /** The beginning of an entry by its place in the list, from 0. */
  const beginnings: Buffer[] = []
  const beginning = (place: number): Buffer => {
    const bytes = beginnings[place] ?? Buffer.from(`{"rank":${place + 1},`)
    beginnings[place] = bytes
    return bytes
  }
  const middle = ({ article }: Candidate): Buffer => {
    const names = joinOwnNames(article, labels)
    const known = middles.get(article)
    if (known?.names === names) return known.bytes
    const bytes = inner(buildMiddle(article, labels))
    middles.set(article, { names, bytes })
    return bytes
  }
  /** All of an entry after its rank. */
  const rest = ({ candidate, placedBy, counted }: Ranked, counts: Counts): Buffer => {
    const { article, story } = candidate
    const known = rests.get(story)
    const names = joinNames(candidate, labels)
    if (
      known?.article === article &&
      known.placedBy === placedBy &&
      isSame(known.counted, counted) &&
      COUNTERS.every(counter => known.counts[counter] === counts[counter]) &&
      known.names === names
    )
      return known.bytes
    const bytes = Buffer.concat([
      middle(candidate),
      Buffer.from(`,"counts":${JSON.stringify(counts)},`),
      Buffer.from(counted ? `"counted":${JSON.stringify(counted)},` : ''),
      inner(buildEnd(candidate, labels)),
      Buffer.from(`,"placedBy":"${placedBy}"}`),
    ])
    rests.set(story, { article, placedBy, counts, counted, names, bytes })
    return bytes
  }
  return (ranked, counts) => {
    const parts = ranked.map((each, place): [Buffer, Buffer] => [
      beginning(place),
      rest(each, counts.get(each.candidate.article.id) ?? NO_COUNTS),
    ])
    const whole = Buffer.allocUnsafe(parts.reduce((sum, [one, other]) => sum + one.length + other.length, 0))
    let at = 0
    const each = parts.map(([one, other]) => {
      const from = at
      at += one.copy(whole, at)
      at += other.copy(whole, at)
      return whole.subarray(from, at)
    })
    return { whole, each }
  }
}

const joinOwnNames = ({ sources, section }: StoredArticle, { findSectionLabel, findSourceName }: Labels): string =>
  `${findSourceName(sources[0] ?? '')}\n${findSectionLabel(section)}`

/** Names in an entry, to notice when a source or a section was renamed. */
const joinNames = ({ article, story }: Candidate, labels: Labels): string => {
  const own = joinOwnNames(article, labels)
  return story.alsoIn.length === 0
    ? own
    : [own, ...story.alsoIn.map(also => labels.findSourceName(also.source))].join('\n')
}

/** Entries as JSON in one buffer: `each` has its parts. */
export interface Entries {
  readonly whole: Buffer
  readonly each: readonly Buffer[]
}

/** What was written, and the names in it. */
interface Kept {
  readonly names: string
  readonly bytes: Buffer
}

interface Rest extends Kept {
  readonly article: object
  readonly placedBy: string
  readonly counts: Counts
  readonly counted: Entry['counted']
}

const isSame = (one: Entry['counted'], other: Entry['counted']): boolean =>
  one === other || (one?.window === other?.window && one?.story === other?.story && one?.article === other?.article)
