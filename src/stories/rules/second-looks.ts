/**
 * Second looks: reviews a story that has grown, an article that a few hundred others have followed, and all stories at
 * the end of a stream. Whole stories are compared, never single neighbours, so that stories do not grow into chains.
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { ArticleId } from '../../domain/article.ts'
import type { Merge } from '../../domain/story-decision.ts'
import { neededToMerge, reservations } from './evidence.ts'
import type { Features } from './features.ts'
import { reportOtherEvents } from './series.ts'
import { msBetween, type Story } from './story.ts'
import { type Near, queryStory, type StoryIndex } from './story-index.ts'

/** An article is reviewed when this many others have followed. */
export const SECOND_LOOK = 300
const SMALL_STORY = 4
const MERGE_CANDIDATES = 3
const MAX_ABSORBED = 10
const ROUNDS = 4
/** Articles with at most this many distinct terms need fewer shared ones. */
const SHORT_TEXT = 8

/** From this many articles on, a story is known well enough that one shared word may suffice. */
const WELL_KNOWN = 8

/**
 * Minimum number of distinct shared words that rules out coincidence; more for a story of one article.
 * @param length number of distinct terms of the text
 */
export const sharedNeeded = (story: Story, length: number): number => {
  if (story.originals >= WELL_KNOWN) return 1
  return story.originals <= 1 && length > SHORT_TEXT ? 3 : 2
}

/** Whether an article of a small story uses the same template as this one for another event. */
export const isOtherEvent = (features: Features, story: Story): boolean =>
  story.originals <= SMALL_STORY && listFirst(story).some(other => reportOtherEvents(features, other))

/** Returns a story's first articles; even a small story may have many reprints. */
const listFirst = ({ members }: Story): Features[] => {
  const first: Features[] = []
  for (const each of members.all()) if (first.push(each) === SMALL_STORY) break
  return first
}

export interface SecondLookParts {
  readonly index: StoryIndex
  readonly settings: () => StorySettings
  /**
   * Share of articles that belong to a story with others.
   * @param articles number of articles that would be merged
   */
  readonly rate: (articles: number) => number
  readonly join: (merge: Merge) => Merge
}

export const createSecondLooks = ({ index, settings, rate, join }: SecondLookParts) => {
  /** Whether the evidence for a larger story suffices to merge this one into it. */
  const belongs = (story: Story, { story: into, score, shared }: Near): boolean => {
    const { joinWithin, threshold } = settings()
    if (into.originals < story.originals || (into.originals === story.originals && into.id > story.id)) return false
    if (shared < sharedNeeded(into, story.terms.size / story.originals) || index.areSplit(story.id, into.id))
      return false
    if (Math.abs(into.lastAt - story.lastAt) > joinWithin) return false
    if (
      score - reservations(false, msBetween(story, into)) <
      threshold + neededToMerge(rate(story.originals), index.articles, story.originals)
    )
      return false
    return story.originals > 1 || !listFirst(story).some(each => isOtherEvent(each, into))
  }

  /**
   * Merges a story into the nearest larger one it belongs to.
   * @returns the merge, or null
   */
  const review = (story: Story): Merge | null => {
    if (story.originals === 0) return null
    const near = index.nearest(queryStory(story), story, MERGE_CANDIDATES).find(each => belongs(story, each))
    return near ? join({ from: story.id, into: near.story.id }) : null
  }

  /** Merges stories that share its most distinctive words into a story that has grown. */
  const absorb = (story: Story): Merge[] =>
    index
      .sharing(story, MAX_ABSORBED)
      .filter(other => other.originals > 0 && belongs(other, index.score(queryStory(other), story)))
      .map(other => join({ from: other.id, into: story.id }))

  return {
    /** Reviews a story at 2, 4, 8... articles, when its words have become clearer. */
    grown(story: Story | undefined): Merge[] {
      if (!story || story.originals < 2 || !Number.isInteger(Math.log2(story.originals))) return []
      const merge = review(story)
      return merge ? [merge] : absorb(story)
    },
    /**
     * Reviews a small story after others have followed and the frequencies of words are better known.
     * @param story story of the article that is due
     */
    late(story: Story | undefined): Merge[] {
      const merge = story && story.originals <= SMALL_STORY ? review(story) : null
      return merge ? [merge] : []
    },
    /** Reviews every story once more, smallest first. For streams that end. */
    reviewAll(): void {
      for (let round = 0; round < ROUNDS; round += 1)
        for (const story of [...index.all()].sort((a, b) => a.originals - b.originals || (a.id < b.id ? -1 : 1)))
          if (index.get(story.id) === story) review(story)
    },
  }
}

/** Returns the oldest of the latest articles, once enough have followed it. */
export const findDue = (latest: readonly ArticleId[]): ArticleId | undefined =>
  latest.length > SECOND_LOOK ? latest[0] : undefined
