/**
 * Wakes whatever comes by the clock of the machine when its moment is there, whatever becomes of that clock. Timers count time that passed,
 * moments are read off the clock, and the two part where the clock is set or the machine was asleep: so the clock is looked at at least
 * once a second. Where it went ahead, however far, each is woken once, and asked for its next moment from now on: moments that were
 * missed are never gone through one by one. Where it was put back, each is asked anew, so that none waits until the old time is reached again.
 */

/** What is woken by the clock. */
export interface Waking {
  /** Its next moment after now, ms since the epoch. */
  next(): number
  /** @param now ms since the epoch, at or after the moment: long after where the clock went ahead or this process was busy */
  wake(now: number): void
}

/** ms after which the clock is looked at again even where no moment is near. */
const LOOK = 1_000

/** @returns a function that ends it */
export const startWaking = (wakings: readonly Waking[]): (() => void) => {
  const moments = wakings.map(waking => waking.next())
  let seen = Date.now()
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    const now = Date.now()
    const wasPutBack = now < seen
    seen = now
    for (const [at, waking] of wakings.entries()) {
      const isDue = now >= (moments[at] ?? 0)
      if (isDue || wasPutBack) moments[at] = waking.next()
      if (isDue) waking.wake(now)
    }
    arm()
  }
  const arm = (): void => {
    const wait = Math.min(LOOK, ...moments.map(moment => moment - Date.now()))
    timer = setTimeout(look, Math.max(1, wait))
  }
  arm()
  return () => clearTimeout(timer)
}
