/** `trending`: articles that were read much more in the last hour than usual. */

import { mayTrend, rankTrending } from '../rules/trending.ts'
import { findMinVisitors, readCounted } from './counted.ts'
import type { ListDefinition, ListInputs } from './definition.ts'
import { fromWindows } from './most-counted.ts'

const rank = async (inputs: ListInputs) => {
  const { now, settings } = inputs
  const { trending: size, trendZScore: z, trendMinRatio: minRatio, maxAgeNow: maxAge } = settings
  const rule = { now, size, maxAge, z, minRatio, baseline: await inputs.baseline() }
  const minVisitors = findMinVisitors('view', inputs)
  const [hour, day] = await Promise.all([inputs.storyCounts('view', 'hour'), inputs.storyCounts('view', 'day')])
  const enough = hour.ordered.filter(({ count }) => mayTrend(count, rule))
  const counted = await readCounted(inputs, enough, 'hour', minVisitors)
  const paces = counted
    .filter(({ visitors }) => visitors >= minVisitors)
    .map(({ candidate, count }) => ({ candidate, hour: count, day: day.count(candidate.story.id) }))
  return rankTrending(paces, rule)
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
