/** A story as it stands in memory, and its span of time. (pure) */

import type { ArticleId, StoryId } from '../article/article.ts'
import type { SourceId } from '../sources/source.ts'
import type { Features } from './features.ts'
import type { Worded } from './postings.ts'
import type { TermCounts } from './term-counts.ts'

export interface Story extends Worded {
  readonly id: StoryId
  readonly language: string
  readonly articles: Map<ArticleId, Features>
  readonly sources: Map<SourceId | '', number>
  /** When its first and last articles were published; null where none says. */
  from: number | null
  to: number | null
  /** When it last took in an article, by the log's clock. */
  lastAt: number
  /** Share of its articles that have the words it is told by, as of `measured` articles. */
  coherence: number
  measured: number
}

export const newStory = (id: StoryId, language: string, at: number, slot: number, terms: TermCounts): Story => ({
  id,
  slot,
  language,
  terms,
  articles: new Map(),
  sources: new Map(),
  told: 0,
  from: null,
  to: null,
  lastAt: at,
  coherence: 1,
  measured: 0,
})

type Span = Pick<Story, 'from' | 'to'>

export const spanWith = ({ from, to }: Span, at: number | null): Span =>
  at === null ? { from, to } : { from: Math.min(from ?? at, at), to: Math.max(to ?? at, at) }

/** ms between the days of two stories; 0 where they meet, or where nothing says. */
export const msBetween = (a: Span, b: Span): number =>
  a.from === null || a.to === null || b.from === null || b.to === null ? 0 : Math.max(0, a.from - b.to, b.from - a.to)
