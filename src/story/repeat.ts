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

/**
 * @param one its title is `other`'s, from the same source
 * @param msApart between their arrivals, where neither says when it was published
 */
export const isRepeat = (one: Features, other: Features, msApart: number): boolean => {
  const apart =
    one.publishedAt === null || other.publishedAt === null
      ? msApart
      : Math.max(msApart, Math.abs(one.publishedAt - other.publishedAt))
  const bodies = Math.min(one.summary.length, other.summary.length)
  const short = one.title.length < TELLING_TITLE
  if (apart < DAY && !short) return true
  if (bodies >= BODY) return align(one.summary, other.summary).matched >= SAME * bodies
  return !short || apart < DAY
}
