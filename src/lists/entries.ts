/**
 * Ranked candidates as the JSON entries that are published, in bytes: a list is compared, hashed and sent, and as text it would be copied
 * for each of these. What of an entry does not change with its place is written once. (pure)
 */

import type { Counts, StoredArticle } from '../archive/archive.ts'
import { labelOf, type Taxonomy } from '../article/taxonomy.ts'
import type { Entry } from './entry.ts'
import type { Candidate, Ranked } from './rules/candidate.ts'

export interface Labels {
  readonly taxonomy: Taxonomy
  /** BCP 47, of section labels. */
  readonly language: string
  readonly nameOf: (source: string) => string
}

type Middle = Omit<Entry, 'rank' | 'counts' | 'story' | 'alsoIn' | 'placedBy'>

const middleOf = (article: StoredArticle, { taxonomy, language, nameOf }: Labels): Middle => {
  const [owner = ''] = article.sources
  return {
    id: article.id,
    title: article.title,
    url: article.url,
    section: { id: article.section, label: labelOf(taxonomy, article.section, language) },
    sections: [...article.sections],
    source: { id: owner, name: nameOf(owner) },
    author: article.author,
    language: article.language,
    publishedAt: new Date(article.publishedAt).toISOString(),
    image: article.image,
    summary: article.summary,
  }
}

const endOf = ({ article, story }: Candidate, { nameOf }: Labels): Pick<Entry, 'story' | 'alsoIn'> => ({
  story: { id: story.id, articles: Math.max(1, story.articles.length), sources: Math.max(1, story.sources.length) },
  alsoIn: story.alsoIn
    .filter(also => also.source !== article.sources[0])
    .map(also => ({ source: { id: also.source, name: nameOf(also.source) }, url: also.url })),
})

/** JSON of an object without its braces. */
const inner = (value: object): Buffer => Buffer.from(JSON.stringify(value).slice(1, -1))

/**
 * Writes entries. Articles and stories are kept as they were read (src/lists/shelf.ts), so what was written of one is found again by the
 * object itself, until it is read anew.
 */
export const createEntryWriter = (
  labels: Labels,
): ((ranked: readonly Ranked[], counts: readonly Counts[]) => Entries) => {
  const middles = new WeakMap<object, Kept>()
  const ends = new WeakMap<object, Kept & { readonly article: object }>()
  const middle = ({ article }: Candidate): Buffer => {
    const names = labels.nameOf(article.sources[0] ?? '')
    const known = middles.get(article)
    if (known?.names === names) return known.bytes
    const bytes = inner(middleOf(article, labels))
    middles.set(article, { names, bytes })
    return bytes
  }
  const end = (candidate: Candidate): Buffer => {
    const { article, story } = candidate
    const names = story.alsoIn.map(also => labels.nameOf(also.source)).join('\n')
    const known = ends.get(story)
    if (known?.article === article && known.names === names) return known.bytes
    const bytes = inner(endOf(candidate, labels))
    ends.set(story, { article, names, bytes })
    return bytes
  }
  return (ranked, counted) => {
    const parts = ranked.map(({ candidate, placedBy }, index): (string | Buffer)[] => {
      const { views = 0, comments = 0, shares = 0 } = counted[index] ?? {}
      const counts = `,"counts":{"views":${views},"comments":${comments},"shares":${shares}},`
      return [`{"rank":${index + 1},`, middle(candidate), counts, end(candidate), `,"placedBy":"${placedBy}"}`]
    })
    const whole = Buffer.allocUnsafe(parts.flat().reduce((sum, { length }) => sum + length, 0))
    let at = 0
    const each = parts.map(entry => {
      const from = at
      // What is text here is ASCII: as many bytes as characters.
      for (const part of entry) at += typeof part === 'string' ? whole.write(part, at, 'latin1') : part.copy(whole, at)
      return whole.subarray(from, at)
    })
    return { whole, each }
  }
}

/** Entries as parts of one buffer. */
export interface Entries {
  readonly whole: Buffer
  readonly each: readonly Buffer[]
}

/** @param texts JSON each */
export const entriesFrom = (texts: readonly string[]): Entries => {
  const whole = Buffer.from(texts.join(''))
  let at = 0
  const each = texts.map(text => {
    const from = at
    at += Buffer.byteLength(text)
    return whole.subarray(from, at)
  })
  return { whole, each }
}

/** What was written, and the names in it: sources are renamed while articles stay. */
interface Kept {
  readonly names: string
  readonly bytes: Buffer
}
