/**
 * Whether a source repeats itself: the same title again within the window is the same article under another URL, unless it is a title
 * that comes back with other news under it, such as "Morning briefing". (pure)
 */

import type { Features } from './features.ts'
import { align } from './reprint.ts'

/** Bodies of so many terms tell whether they are the same. */
const BODY = 5
const SAME = 0.3
/** A title of fewer terms may come back every day. */
const TELLING_TITLE = 4
const DAY = 18 * 3_600_000

/** Between their publications, or between their arrivals where that is more or nothing says when they were published. */
export const msApart = (one: Features, other: Features, arrivals: number): number =>
  one.publishedAt === null || other.publishedAt === null
    ? arrivals
    : Math.max(arrivals, Math.abs(one.publishedAt - other.publishedAt))

/** @param one its title is `other`'s, from the same source */
export const isRepeat = (one: Features, other: Features, apart: number): boolean => {
  const bodies = Math.min(one.summary.length, other.summary.length)
  const short = one.title.length < TELLING_TITLE
  if (apart < DAY && !short) return true
  if (bodies >= BODY) return align(one.summary, other.summary).matched >= SAME * bodies
  return !short || apart < DAY
}
