/** `latest`: newest first. */

import { isCrowded, rankLatest } from '../rules/latest.ts'
import type { Fallback, ListDefinition, ListInputs } from './definition.ts'

/** Number of stories that are read for each entry at first. If they are not enough, all within reach are read. */
const LOOK = 3

const rank = async ({ settings, reach, newest }: ListInputs) => {
  const { latest: size, sourceShare: share } = settings
  const look = Math.min(reach, size * LOOK)
  const list = rankLatest(await newest(look), { size, share })
  // If one source dominates or the list is short, other sources may have older stories.
  return look < reach && (list.length < size || isCrowded(list, share))
    ? rankLatest(await newest(reach), { size, share })
    : list
}

export const latest: ListDefinition = {
  name: 'latest',
  describe: 'stories that were news last first, by `newsAt`; of a section "[WORLD] Latest Stories"',
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

/** The last source for the backfill of other lists. */
export const fromLatest: Fallback = { placedBy: 'latest', rank }
