/**
 * Drafts the decision on a new article: it is the same as an earlier one, a reprint of another, or news. News joins the
 * nearest story to which it is related closely enough, or opens one. Called by clusterer.ts; it changes nothing itself.
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { Decision } from '../../domain/story-decision.ts'
import { toArrived } from './answers.ts'
import type { Blocks } from './blocks.ts'
import type { Features } from './features.ts'
import type { Decided } from './log-entry.ts'
import { type Relatedness, sharedNeeded } from './relatedness.ts'
import { isOtherEvent } from './second-looks.ts'
import { formatStoryId, timeOf } from './story.ts'
import type { StoryIndex } from './story-index.ts'
import { type Near, queryArticle } from './story-search.ts'
import type { StoryWindow, Told } from './story-window.ts'

const SEARCH_RESULTS = 10

export interface DraftParts {
  readonly blocks: Blocks
  readonly index: StoryIndex
  readonly window: StoryWindow
  readonly settings: () => StorySettings
  readonly rule: Relatedness
}

/** What is known of an article while it is decided. */
export interface Draft {
  readonly decided: Decided
  /** Null for a copy. */
  readonly told: Told | null
  /** The stories found for it, best first; none were looked for if it is a copy. */
  readonly found: readonly Near[]
  /** Those of them that it might have joined. */
  readonly near: readonly Near[]
}

/** @param at ms since the epoch: when the decision will be logged */
export const draftDecision = (parts: DraftParts, features: Features, at: number): Draft => {
  const { window, settings } = parts
  const same = window.findRepeat(features, at, settings().window)
  if (same) {
    const story = same.story?.id ?? formatStoryId(same.id)
    return draftCopy(features, { kind: 'same', as: same.id, story, merges: [] })
  }
  const original = window.findOriginal(features)
  return original?.story
    ? draftCopy(features, { kind: 'reprint', of: original.id, story: original.story.id, merges: [] })
    : draftNews(parts, features, at)
}

const draftCopy = (features: Features, decision: Decision): Draft => ({
  decided: { features, arrived: null, decision },
  told: null,
  found: [],
  near: [],
})

const draftNews = ({ blocks, index, window, settings, rule }: DraftParts, features: Features, at: number): Draft => {
  const told = window.tell(features)
  const { vector } = told
  const found = index.nearest(queryArticle(vector, timeOf(features, at)), null, SEARCH_RESULTS)
  const { joinWithin, strictness } = settings()
  const near = found.filter(
    ({ story, shared }) =>
      at - story.lastAt <= joinWithin && shared >= sharedNeeded(story.originals, vector.terms.length, rule),
  )
  const [nearest] = near
  const joined = near.find(
    ({ story, score, needed }) => score >= needed * strictness && !isOtherEvent(blocks, features, story),
  )
  const decision: Decision = { kind: 'new', story: joined?.story.id ?? formatStoryId(features.id), merges: [] }
  const decided = { features, arrived: nearest ? toArrived(nearest, strictness) : null, decision }
  return { decided, told, found, near }
}
