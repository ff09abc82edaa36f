/**
 * Which times stored in Redis are plausible. Redis's clock may have been ahead for a while and corrected since: times
 * written meanwhile lie further in the future than any that a correct clock writes. Such a time is ignored, and what is
 * scheduled for it is due. Scripts that compare times apply the same rule. (pure; docs/reliability.md lists the times
 * and how each is handled)
 */

/** How far ahead of another a correct clock may seem, ms: daemons synchronise with that of Redis only now and then. */
export const CLOCK_SLACK = 10_000

/**
 * @param at ms since the epoch, as stored
 * @param horizon how far in the future it may lie, ms, as configured; 0 for past events
 */
export const isPlausible = (at: number, now: number, horizon = 0): boolean => at <= now + horizon + CLOCK_SLACK

/** Watches a clock. @returns a function that tells whether the clock was set back since its last call */
export const createSetBack = (now: () => number): (() => boolean) => {
  let latest = Number.NEGATIVE_INFINITY
  return () => {
    const at = now()
    const isBack = !isPlausible(latest, at)
    latest = isBack ? at : Math.max(latest, at)
    return isBack
  }
}
