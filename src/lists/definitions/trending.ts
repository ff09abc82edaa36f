/** `trending`: articles that were read much more in the last hour than usual. */

import { oncePerStory } from '../rules/candidate.ts'
import { rankTrending } from '../rules/trending.ts'
import type { ListDefinition, ListInputs } from './definition.ts'
import { fromWindows } from './most-counted.ts'

/** Number of the most viewed articles of the last hour that are considered. */
const POOL = 300

const rank = async (inputs: ListInputs) => {
  const { now, settings, isPart } = inputs
  const { trending: size, trendZScore: z, trendMinRatio: minRatio, maxAgeNow: maxAge, minVisitors } = settings
  const heads = await inputs.heads('view', 'hour', POOL * (isPart ? 4 : 1))
  const visitors = await inputs.visitors('view', 'hour', heads, minVisitors)
  const found = await inputs.stories(
    heads.filter((_, index) => (visitors[index] ?? 0) >= minVisitors).map(({ article }) => article),
  )
  const candidates = oncePerStory(
    found.filter(each => each !== null),
    each => each,
  )
  const read = await inputs.storyReads(candidates, ['hour', 'day'])
  const paces = candidates.map(candidate => ({ candidate, ...read(candidate) }))
  return rankTrending(paces, { now, size, maxAge, z, minRatio, baseline: await inputs.baseline() })
}

export const trending: ListDefinition = {
  name: 'trending',
  describe: 'read much more in the last hour than is usual',
  windows: [],
  fixedWindow: 'hour',
  partitions: ['section', 'edition'],
  size: settings => settings.trending,
  rank,
  backfill: () => fromWindows('view', ['now', 'hour', 'day', 'week']),
  needsEvents: true,
  followsArticles: false,
  isPinnable: true,
  panels: [{ list: 'trending', title: 'Trending', column: 'aside', place: 2, entries: 5 }],
}
