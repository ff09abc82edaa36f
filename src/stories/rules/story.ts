/** A story in memory, and its time span. */

import type { StoryId } from '../../domain/article.ts'
import type { Members } from './members.ts'
import type { Worded } from './postings.ts'

export interface Story extends Worded {
  readonly id: StoryId
  readonly language: string
  readonly members: Members
  /** ms since the epoch: when its first and last articles were published; null if unknown. */
  from: number | null
  to: number | null
  /** When its last article was added, by the log's clock. */
  lastAt: number
  /** 0 to 1: how many of its articles share its most distinctive words, measured when it had `measured` articles. */
  coherence: number
  measured: number
}

export type NewStory = Pick<Story, 'id' | 'slot' | 'language' | 'terms' | 'members' | 'lastAt'>

export const newStory = (parts: NewStory): Story => ({
  ...parts,
  originals: 0,
  from: null,
  to: null,
  coherence: 1,
  measured: 0,
})

type Span = Pick<Story, 'from' | 'to'>

export const extendSpan = ({ from, to }: Span, at: number | null): Span =>
  at === null ? { from, to } : { from: Math.min(from ?? at, at), to: Math.max(to ?? at, at) }

/** ms between the time spans of two stories; 0 if they overlap or are unknown. */
export const msBetween = (a: Span, b: Span): number =>
  a.from === null || a.to === null || b.from === null || b.to === null ? 0 : Math.max(0, a.from - b.to, b.from - a.to)
