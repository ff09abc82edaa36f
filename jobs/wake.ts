/**
 * Calls back at moments of the wall clock, whatever happens to that clock. Timers count elapsed time, but moments are
 * read off the clock, and the two diverge when the clock is set or the machine sleeps. So the clock is read at least
 * once a second. When it has jumped ahead, however far, each callback runs once and is asked for its next moment from
 * now: missed moments are not replayed. When it was set back, each is asked again, so that none waits until the old
 * time is reached once more.
 */

/** A callback and its moments. */
export interface Waking {
  /** Its next moment after now, ms since the epoch. */
  next(): number
  /**
   * @param now ms since the epoch, at or after the moment; long after if the clock jumped ahead or the process was busy
   */
  wake(now: number): void
}

/** ms after which the clock is read again even if no moment is near. */
const READ_INTERVAL = 1_000

/** @returns a function that stops it */
export const startWaking = (wakings: readonly Waking[]): (() => void) => {
  const moments = wakings.map(waking => waking.next())
  let seen = Date.now()
  let timer: NodeJS.Timeout | undefined
  const readClock = (): void => {
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
    const wait = Math.min(READ_INTERVAL, ...moments.map(moment => moment - Date.now()))
    timer = setTimeout(readClock, Math.max(1, wait))
  }
  arm()
  return () => clearTimeout(timer)
}
