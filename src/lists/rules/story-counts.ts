/** Counts of stories in a window: what was counted of an article counts for the story that it is in now. */

import type { ArticleId, StoryId } from '../../domain/article.ts'

/** An article that was counted in a window, and how often. */
export interface Head {
  readonly article: ArticleId
  readonly count: number
}

export interface StoryCount {
  readonly story: StoryId
  /** Events in the window; in the window `now` what they are still worth. */
  readonly count: number
  /** Its articles that were counted, most first. */
  readonly articles: readonly Head[]
}

export interface StoryCounts {
  /** Most first; stories with the same count by id. */
  readonly ordered: readonly StoryCount[]
  /** 0 for a story of which nothing was counted. */
  count(story: StoryId): number
}

/**
 * Adds up the articles of each story. Every counted article is looked at, since the many that are read little may
 * outweigh the few that are read much.
 * @param heads most first
 * @param stories the story of each, in the same order; null for an article that is gone
 */
export const countStories = (heads: readonly Head[], stories: readonly (StoryId | null)[]): StoryCounts => {
  const byStory = new Map<StoryId, { story: StoryId; count: number; articles: Head[] }>()
  for (const [index, head] of heads.entries()) {
    const story = stories[index] ?? null
    if (story === null) continue
    const known = byStory.get(story)
    if (known) {
      known.count += head.count
      known.articles.push(head)
    } else byStory.set(story, { story, count: head.count, articles: [head] })
  }
  const ordered = [...byStory.values()].sort((a, b) => b.count - a.count || (a.story < b.story ? -1 : 1))
  return { ordered, count: story => byStory.get(story)?.count ?? 0 }
}
