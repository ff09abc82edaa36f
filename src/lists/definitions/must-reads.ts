/** `must-reads`: the most important stories, diverse over sections. */

import { rankMustReads, shortlist } from '../rules/must-reads.ts'
import type { ListDefinition, ListInputs } from './definition.ts'
import { fromLatest } from './latest.ts'

/** Newest stories that are looked at. */
export const MUST_READ_POOL = 500

const rank = async (inputs: ListInputs) => {
  const { now, settings, section, reach, weight, publisher } = inputs
  const pool = await inputs.newest(Math.min(MUST_READ_POOL, reach))
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
  const listed = shortlist(pool, rule)
  const read = await inputs.storyCounts('view', 'hour')
  return rankMustReads(listed, ({ story }) => read.count(story.id), rule)
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
