/** Small builders of articles for tests: give what matters, get the rest. */

import { createHash } from 'node:crypto'
import type { Article, ArticleId, StoryId } from '../../src/domain/article.ts'
import type { SourceId } from '../../src/domain/source.ts'
import type { Decision } from '../../src/domain/story-decision.ts'

export const sourceId = (id: string) => id as SourceId

export const NOON = Date.UTC(2026, 4, 4, 12)

type ArticleSketch = Partial<Omit<Article, 'id' | 'sources'>> & { id?: string; source?: string }

/** An article with an id derived from its URL, published at noon unless said otherwise. */
export const anArticle = ({ id, source = 'courier', ...rest }: ArticleSketch = {}): Article => {
  const title = rest.title ?? 'Harbour bridge reopens'
  const url = rest.url ?? `https://${source}.example/${encodeURIComponent(title.toLowerCase().replaceAll(' ', '-'))}`
  return {
    id: (id ?? createHash('sha256').update(url).digest('hex').slice(0, 16)) as ArticleId,
    url,
    title,
    summary: '',
    author: null,
    image: null,
    language: 'en',
    publishedAt: NOON,
    firstSeenAt: NOON,
    section: 'world',
    sections: [rest.section ?? 'world'],
    evidence: [{ section: rest.section ?? 'world', from: 'source', what: source, weight: 0.5 }],
    sources: [sourceId(source)],
    ...rest,
  }
}

/** Names of publishers and labels of sections in hashes: "The courier", "WORLD". */
const sectionLabels: Readonly<Record<string, string>> = {
  world: 'WORLD',
  asia: 'ASIA',
  politics: 'POLITICS',
  sports: 'SPORTS',
}
export const testLabels = {
  findPublisher: (id: string) => `The ${id}`,
  findSectionLabel: (id: string) => sectionLabels[id] ?? id,
  listSectionLabels: () => sectionLabels,
}

export const newIn = (story: string): Decision => ({ kind: 'new', story: story as StoryId, merges: [] })
