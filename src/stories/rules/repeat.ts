/**
 * Decides whether a source repeats an article: the same title within the window is the same article under another URL,
 * unless the title recurs with other news, such as "Morning briefing".
 */

import type { Texts } from './features.ts'
import { align } from './reprint.ts'

/** Summaries are compared from this many terms on. */
const MIN_BODY = 5
const SAME_SHARE = 0.3
/** A title with fewer terms may recur every day. */
const MIN_TITLE = 4
/** ms: less than a day, since daily items vary in time. */
const DAY = 18 * 3_600_000

/** ms between two publications, or between the arrivals if that is more or a publication time is unknown. */
export const msApart = (one: Texts, other: Texts, arrivals: number): number =>
  one.publishedAt === null || other.publishedAt === null
    ? arrivals
    : Math.max(arrivals, Math.abs(one.publishedAt - other.publishedAt))

/** @param one an article with the same title and source as `other` */
export const isRepeat = (one: Texts, other: Texts, apart: number): boolean => {
  const bodies = Math.min(one.summary.length, other.summary.length)
  const short = one.title.length < MIN_TITLE
  if (apart < DAY && !short) return true
  if (bodies >= MIN_BODY) return align(one.summary, other.summary).matched >= SAME_SHARE * bodies
  return !short || apart < DAY
}
