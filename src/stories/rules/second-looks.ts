/**
 * Second looks: at a story that has grown, at an article that a few hundred others have followed, and at everything where a stream ends.
 * Stories as a whole are compared, never neighbour with neighbour, so no chains grow. (pure)
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { ArticleId } from '../../domain/article.ts'
import type { Merge } from '../../domain/story-decision.ts'
import { neededToMerge, reservations } from './evidence.ts'
import type { Features } from './features.ts'
import { tellsOfAnother } from './series.ts'
import { msBetween, type Story } from './story.ts'
import { type Near, type StoryIndex, wantedOfStory } from './story-index.ts'

/** A second look at an article comes when so many have followed. */
export const SECOND_LOOK = 300
const SMALL = 4
const MERGE_WITH = 3
const ABSORBED = 10
const ROUNDS = 4
/** An article of fewer distinct terms has fewer to share. */
const SHORT = 8

/** A story of so many articles is known well enough to be told by one word. */
const WELL_KNOWN = 8

/** Distinct words in common that are no coincidence: more where there is but one article to have them. @param length of the text */
export const sharedNeeded = (story: Story, length: number): number => {
  if (story.told >= WELL_KNOWN) return 1
  return story.told <= 1 && length > SHORT ? 3 : 2
}

/** Whether one of its articles was made from the same template as this one, with another event put in. A large story is told otherwise. */
export const tellsAnother = (features: Features, story: Story): boolean =>
  story.told <= SMALL && firstOf(story).some(other => tellsOfAnother(features, other))

/** Its first articles: a small story may have any number of reprints. */
const firstOf = ({ members }: Story): Features[] => {
  const first: Features[] = []
  for (const each of members.all()) if (first.push(each) === SMALL) break
  return first
}

export interface SecondLookParts {
  readonly index: StoryIndex
  readonly settings: () => StorySettings
  /** Share of articles that belong somewhere. @param articles that would be merged */
  readonly rate: (articles: number) => number
  readonly join: (merge: Merge) => Merge
}

export const createSecondLooks = ({ index, settings, rate, join }: SecondLookParts) => {
  /** Whether a story speaks for a larger one strongly enough to be merged into it. */
  const belongs = (story: Story, { story: into, score, shared }: Near): boolean => {
    const { joinWithin, threshold } = settings()
    if (into.told < story.told || (into.told === story.told && into.id > story.id)) return false
    if (shared < sharedNeeded(into, story.terms.size / story.told) || index.areApart(story.id, into.id)) return false
    if (Math.abs(into.lastAt - story.lastAt) > joinWithin) return false
    if (
      score - reservations(false, msBetween(story, into)) <
      threshold + neededToMerge(rate(story.told), index.articles, story.told)
    )
      return false
    return story.told > 1 || !firstOf(story).some(each => tellsAnother(each, into))
  }

  /** Merges a story into the nearest larger one it belongs to. @returns the merge made, or null */
  const review = (story: Story): Merge | null => {
    if (story.told === 0) return null
    const near = index.nearest(wantedOfStory(story), story, MERGE_WITH).find(each => belongs(story, each))
    return near ? join({ from: story.id, into: near.story.id }) : null
  }

  /** Merges others that share its telling words into a story that has grown. */
  const absorb = (story: Story): Merge[] =>
    index
      .sharing(story, ABSORBED)
      .filter(other => other.told > 0 && belongs(other, index.score(wantedOfStory(other), story)))
      .map(other => join({ from: other.id, into: story.id }))

  return {
    /** At 2, 4, 8... articles a story knows better what it is about. */
    grown(story: Story | undefined): Merge[] {
      if (!story || story.told < 2 || !Number.isInteger(Math.log2(story.told))) return []
      const merge = review(story)
      return merge ? [merge] : absorb(story)
    },
    /** Others have followed: more is known of what was news. @param story the article's */
    late(story: Story | undefined): Merge[] {
      const merge = story && story.told <= SMALL ? review(story) : null
      return merge ? [merge] : []
    },
    /** Looks at every story once more, smallest first: for streams that end. */
    settle(): void {
      for (let round = 0; round < ROUNDS; round += 1)
        for (const story of [...index.all()].sort((a, b) => a.told - b.told || (a.id < b.id ? -1 : 1)))
          if (index.get(story.id) === story) review(story)
    },
  }
}

/** The oldest of the latest articles, once enough have followed it. */
export const dueOf = (latest: readonly ArticleId[]): ArticleId | undefined =>
  latest.length > SECOND_LOOK ? latest[0] : undefined
