/** A story as it stands in memory, and its span of time. (pure) */

import type { StoryId } from '../../domain/article.ts'
import type { Members } from './members.ts'
import type { Worded } from './postings.ts'

export interface Story extends Worded {
  readonly id: StoryId
  readonly language: string
  readonly members: Members
  /** When its first and last articles were published; null where none says. */
  from: number | null
  to: number | null
  /** When it last took in an article, by the log's clock. */
  lastAt: number
  /** Share of its articles that have the words it is told by, as of `measured` articles. */
  coherence: number
  measured: number
}

export type NewStory = Pick<Story, 'id' | 'slot' | 'language' | 'terms' | 'members' | 'lastAt'>

export const newStory = (parts: NewStory): Story => ({
  ...parts,
  told: 0,
  from: null,
  to: null,
  coherence: 1,
  measured: 0,
})

type Span = Pick<Story, 'from' | 'to'>

export const spanWith = ({ from, to }: Span, at: number | null): Span =>
  at === null ? { from, to } : { from: Math.min(from ?? at, at), to: Math.max(to ?? at, at) }

/** ms between the days of two stories; 0 where they meet, or where nothing says. */
export const msBetween = (a: Span, b: Span): number =>
  a.from === null || a.to === null || b.from === null || b.to === null ? 0 : Math.max(0, a.from - b.to, b.from - a.to)
