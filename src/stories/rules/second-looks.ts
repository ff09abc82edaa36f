/**
 * Second looks: compares a story that has grown with others like it, and two stories that one article is near to. Whole
 * stories are compared, never single neighbours, so that stories do not grow into chains.
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { Merge } from '../../domain/story-decision.ts'
import type { Blocks } from './blocks.ts'
import type { Texts } from './features.ts'
import { textsOf } from './kept.ts'
import { type Relatedness, sharedNeeded } from './relatedness.ts'
import { reportOtherEvents } from './series.ts'
import type { Kept, Story } from './story.ts'
import type { StoryIndex } from './story-index.ts'
import { type Near, queryStory } from './story-search.ts'

const SMALL_STORY = 4
/** Stories of 3, 4, 6, 8, 12, 16... articles; of two, no more is known than when the second joined. */
const isReviewed = (originals: number): boolean =>
  originals >= 3 && (Number.isInteger(Math.log2(originals)) || Number.isInteger(Math.log2(originals / 3)))
const MERGE_CANDIDATES = 10
/** Larger stories are not merged by rule: no event has so many originals within a window. */
const MAX_MERGED = 2_000

/** Whether an article of a small story uses the same template as this one for another event. */
export const isOtherEvent = (blocks: Blocks, features: Texts, story: Story): boolean =>
  story.originals <= SMALL_STORY && firstOf(story).some(other => reportOtherEvents(features, textsOf(blocks, other)))

/** Returns a story's first originals; even a small story may have many reprints. */
const firstOf = ({ members }: Story): Kept[] => {
  const first: Kept[] = []
  for (const each of members) if (each.counts && first.push(each) === SMALL_STORY) break
  return first
}

export interface SecondLookParts {
  readonly blocks: Blocks
  readonly index: StoryIndex
  readonly settings: () => StorySettings
  readonly rule: Relatedness
  readonly join: (merge: Merge) => Merge
}

export const createSecondLooks = ({ blocks, index, settings, rule, join }: SecondLookParts) => {
  /** Whether two stories are one event. */
  const belongTogether = (story: Story, { story: other, score, needed, shared }: Near): boolean => {
    const { joinWithin, strictness } = settings()
    const smaller = other.originals < story.originals ? other : story
    const larger = smaller === story ? other : story
    if (story.originals + other.originals > MAX_MERGED) return false
    if (Math.abs(other.lastAt - story.lastAt) > joinWithin || index.areSplit(story.id, other.id)) return false
    if (score < needed * strictness) return false
    if (shared < sharedNeeded(larger.originals, smaller.words / smaller.originals, rule)) return false
    return smaller.originals > 1 || !firstOf(smaller).some(each => isOtherEvent(blocks, textsOf(blocks, each), larger))
  }

  /** Merges the smaller story into the larger one; of two as large, the one with the later id. */
  const unite = (one: Story, other: Story): Merge => {
    const isInto = one.originals > other.originals || (one.originals === other.originals && one.id < other.id)
    return join(isInto ? { from: other.id, into: one.id } : { from: one.id, into: other.id })
  }

  /** Compares a story with those nearest to it, and merges those that are the same event. */
  const review = (story: Story): Merge[] => {
    const merges: Merge[] = []
    let now = story
    for (const near of index.nearest(queryStory(blocks, story), story, MERGE_CANDIDATES)) {
      const { story: other } = near
      if (index.get(other.id) !== other || other === now) continue
      // After a merge the story is another one.
      const found = merges.length === 0 ? near : index.compare(queryStory(blocks, now), other)
      if (!belongTogether(now, found)) continue
      const merge = unite(now, other)
      merges.push(merge)
      now = index.get(merge.into) ?? now
    }
    return merges
  }

  return {
    /** Reviews a story each time it has grown by a third or a half, when its words have become clearer. */
    grown: (story: Story | null): Merge[] => (story && isReviewed(story.originals) ? review(story) : []),
    /**
     * Compares the story that an article has joined with others that it is near to.
     * @param near what the article was compared with, best first
     */
    bridged(story: Story | null, near: readonly Near[]): Merge[] {
      for (const { story: other, score, needed } of near) {
        if (!story || other === story || index.get(other.id) !== other) continue
        if (score < rule.bridge * needed * settings().strictness) continue
        const found = index.compare(queryStory(blocks, story), other)
        if (belongTogether(story, found)) return [unite(story, other)]
      }
      return []
    },
  }
}
