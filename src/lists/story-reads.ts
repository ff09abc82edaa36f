/** Views of stories: of the article that leads each and of those named beside it. */

import type { StoryId } from '../domain/article.ts'
import type { ListInputs } from './definitions/definition.ts'
import type { Reads } from './reads.ts'

export const createStoryReads =
  (reads: Pick<Reads, 'inWindows'>): ListInputs['storyReads'] =>
  async <const Asked extends 'hour' | 'day'>(
    candidates: Parameters<ListInputs['storyReads']>[0],
    windows: readonly Asked[],
  ) => {
    const members = candidates.map(({ article, story }) => ({
      story: story.id,
      articles: [...new Set([article.id, story.lead, ...story.alsoIn.map(also => also.article)])],
    }))
    const counts = await reads.inWindows(
      'view',
      windows,
      members.flatMap(({ articles }) => articles),
    )
    const sums = new Map<StoryId, Record<Asked, number>>()
    const nothing = () => Object.fromEntries(windows.map(window => [window, 0])) as Record<Asked, number>
    let at = 0
    for (const { story, articles } of members) {
      const sum = nothing()
      for (const _ of articles) {
        for (const window of windows) sum[window] += counts[at]?.[window] ?? 0
        at += 1
      }
      sums.set(story, sum)
    }
    return ({ story }) => sums.get(story.id) ?? nothing()
  }
