/** Ranked candidates as the JSON entries that are published. What of an entry does not change with its place is written once. (pure) */

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

/** Text of an object without its braces. */
const inner = (value: object): string => JSON.stringify(value).slice(1, -1)

/**
 * Writes entries. Articles and stories are kept as they were read (src/lists/shelf.ts), so what was written of one is found again by the
 * object itself, until it is read anew.
 */
export const createEntryWriter = (
  labels: Labels,
): ((ranked: readonly Ranked[], counts: readonly Counts[]) => string[]) => {
  const middles = new WeakMap<object, Kept>()
  const ends = new WeakMap<object, Kept & { readonly article: object }>()
  const middle = ({ article }: Candidate): string => {
    const names = labels.nameOf(article.sources[0] ?? '')
    const known = middles.get(article)
    if (known?.names === names) return known.text
    const text = inner(middleOf(article, labels))
    middles.set(article, { names, text })
    return text
  }
  const end = (candidate: Candidate): string => {
    const { article, story } = candidate
    const names = story.alsoIn.map(also => labels.nameOf(also.source)).join('\n')
    const known = ends.get(story)
    if (known?.article === article && known.names === names) return known.text
    const text = inner(endOf(candidate, labels))
    ends.set(story, { article, names, text })
    return text
  }
  return (ranked, counted) =>
    ranked.map(({ candidate, placedBy }, index) => {
      const { views = 0, comments = 0, shares = 0 } = counted[index] ?? {}
      const counts = `"counts":{"views":${views},"comments":${comments},"shares":${shares}}`
      return `{"rank":${index + 1},${middle(candidate)},${counts},${end(candidate)},"placedBy":"${placedBy}"}`
    })
}

/** What was written, and the names in it: sources are renamed while articles stay. */
interface Kept {
  readonly names: string
  readonly text: string
}
