/**
 * Whether a source that usually publishes has stopped. This is shown to people, and does not count against the source.
 */

import type { PublishingModel } from './publishing-model.ts'

/** A source has stalled when its silence exceeds its longest gap by this factor. */
const TIMES = 3
/** Publications and days needed before a silence can be judged: more than a week, so that a weekend is included. */
const KNOWN = { publications: 10, days: 8 }
/**
 * Shorter longest gaps count as this, ms: if a source never pauses for an hour, three hours are no reason for alarm.
 */
const MIN_GAP = 2 * 3_600_000

/** @returns how long it has been silent, ms; 0 if that is not unusual */
export const stalledFor = ({ recent, observed, longestGap }: PublishingModel, now: number): number => {
  const [newest] = recent
  if (newest === undefined || recent.length < KNOWN.publications || observed < KNOWN.days) return 0
  const silent = now - newest
  return silent > TIMES * Math.max(longestGap, MIN_GAP) ? silent : 0
}
