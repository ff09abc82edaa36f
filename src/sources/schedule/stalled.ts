/** Whether a source that usually publishes has stopped. It is told to people, not held against the source. (pure) */

import type { PublishingModel } from './publishing-model.ts'

/** Longer than its usual longest gap by this factor. */
const TIMES = 3
/** Publications and days watched before anything is usual: weekends belong to it. */
const KNOWN = { publications: 10, days: 8 }
/** ms. Of a source that never paused an hour, three hours are no alarm either. */
const SHORTEST = 2 * 3_600_000

/** @returns for how long it has been silent, ms; 0 where that is nothing unusual */
export const stalledFor = ({ recent, observed, longestGap }: PublishingModel, now: number): number => {
  const [newest] = recent
  if (newest === undefined || recent.length < KNOWN.publications || observed < KNOWN.days) return 0
  const silent = now - newest
  return silent > TIMES * Math.max(longestGap, SHORTEST) ? silent : 0
}
