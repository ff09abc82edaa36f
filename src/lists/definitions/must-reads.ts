/** `must-reads`: the most important stories, diverse over sections. */

import { oncePerStory } from '../rules/candidate.ts'
import { rankMustReads } from '../rules/must-reads.ts'
import type { ListDefinition, ListInputs } from './definition.ts'
import { fromLatest } from './latest.ts'

/** Newest stories that are looked at, whatever their breadth: as many as `latest` looks at. */
export const NEWEST = 300
/**
 * Stories that are looked at of each breadth: ten for every place, however much came within `mustReadsAge`. Older ones
 * of the same breadth stand behind all of them, but for weights and reads.
 */
const BROAD = 300

const rank = async (inputs: ListInputs) => {
  const { now, settings, section, reach, weight, publisher } = inputs
  const [newest, broad] = await Promise.all([
    inputs.newest(Math.min(NEWEST, reach)),
    inputs.broad(now - settings.mustReadsAge, BROAD),
  ])
  const pool = oncePerStory([...newest, ...broad], candidate => candidate)
  const rule = {
    now,
    size: settings.mustReads,
    halfLife: settings.mustReadsHalfLife,
    maxAge: settings.mustReadsAge,
    weightOf: weight,
    publisherOf: publisher,
    baseline: await inputs.baseline(),
    weights: {
      breadth: settings.weightBreadth,
      source: settings.weightSource,
      freshness: settings.weightFreshness,
      reads: settings.weightReads,
    },
    // Within one section there is nothing to be diverse over.
    diversity: section === undefined ? settings.sectionDiversity : 1,
  }
  const read = await inputs.storyCounts('view', 'hour')
  return rankMustReads(pool, ({ story }) => read.count(story.id), rule)
}

export const mustReads: ListDefinition = {
  name: 'must-reads',
  describe: 'by how many publishers report a story, their weight, and freshness',
  windows: [],
  partitions: ['section', 'edition'],
  size: settings => settings.mustReads,
  rank,
  backfill: () => [fromLatest],
  needsEvents: false,
  followsArticles: true,
  isPinnable: true,
  panels: [{ list: 'must-reads', title: 'Must-reads', column: 'main', place: 1, entries: 8 }],
}
