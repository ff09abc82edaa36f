/** Detects that a source that usually publishes has stopped. People are told; the schedule does not change. (pure) */

import type { PublishingModel } from './publishing-model.ts'

/** A source has stalled if it is silent for longer than its usual longest gap times this factor. */
const TIMES = 3
/** Minimum number of publications, and of observed days, before a gap counts as usual; the days include a weekend. */
const KNOWN = { publications: 10, days: 8 }
/** Minimum silence, ms, even for a source that never paused for an hour. */
const SHORTEST = 2 * 3_600_000

/** @returns for how long the source has been silent, ms; 0 if that is not unusual */
export const stalledFor = ({ recent, observed, longestGap }: PublishingModel, now: number): number => {
  const [newest] = recent
  if (newest === undefined || recent.length < KNOWN.publications || observed < KNOWN.days) return 0
  const silent = now - newest
  return silent > TIMES * Math.max(longestGap, SHORTEST) ? silent : 0
}
