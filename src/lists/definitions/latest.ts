/** `latest`: newest first. */

import { isCrowded, rankLatest } from '../rules/latest.ts'
import type { Fallback, ListDefinition, ListInputs } from './definition.ts'

/** How many stories are read for every entry before all within reach are. */
const LOOK = 3

const rank = async ({ settings, reach, newest }: ListInputs) => {
  const { latest: size, sourceShare: share } = settings
  const look = Math.min(reach, size * LOOK)
  const list = rankLatest(await newest(look), { size, share })
  // Crowded or short: others may have news further down.
  return look < reach && (list.length < size || isCrowded(list, share))
    ? rankLatest(await newest(reach), { size, share })
    : list
}

export const latest: ListDefinition = {
  name: 'latest',
  describe: 'newest stories first; of a section "[WORLD] Latest Stories"',
  windows: [],
  partitions: ['section', 'edition', 'section-edition'],
  size: settings => settings.latest,
  rank,
  backfill: () => [],
  needsEvents: false,
  followsArticles: true,
  isPinnable: false,
  panels: [{ list: 'latest', title: 'Latest', column: 'main', place: 2, entries: 12 }],
  sectionPanel: 6,
}

/** The last resort of the other lists. */
export const fromLatest: Fallback = { placedBy: 'latest', rank }
