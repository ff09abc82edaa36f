/**
 * Which of the times that stand in Redis can be. Its clock may have been ahead for a while and set right since: what was written meanwhile
 * lies further ahead than anything that is written by a right clock. Such a time says nothing, and what waits for it is due. The same rule
 * stands in the scripts that judge times. (pure; docs/reliability.md has the times and what becomes of each)
 */

/** ms by which a right clock may seem ahead of another that is right: daemons look at that of Redis now and then. */
export const CLOCK_SLACK = 10_000

/**
 * @param at ms since the epoch, as stored
 * @param horizon ms that it may lie ahead, as configured; 0 for what has happened
 */
export const isPlausible = (at: number, now: number, horizon = 0): boolean => at <= now + horizon + CLOCK_SLACK

/** Remembers the latest time seen of a clock. @returns whether the clock was set back since it was asked last */
export const createSetBack = (now: () => number): (() => boolean) => {
  let latest = Number.NEGATIVE_INFINITY
  return () => {
    const at = now()
    const isBack = !isPlausible(latest, at)
    latest = isBack ? at : Math.max(latest, at)
    return isBack
  }
}
