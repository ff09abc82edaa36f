/** Finds a narrower window with the same events: when counting began today, the day has all of the week. (pure) */

import type { Window } from '../../domain/entry.ts'
import { beginningOf, ROLLING } from '../../domain/window.ts'

/**
 * Finds the narrowest rolling window, at most as wide as the given one, that has all events of it. `now` weighs all
 * events of the week.
 * @param first when the first event of the week happened, ms since the epoch; null if there was none
 * @param now ms since the epoch
 * @returns empty if there are no events
 */
export const findCover = (window: Window, first: number | null, now: number): Window | '' => {
  if (first === null) return ''
  const widest = window === 'now' ? 'week' : window
  const narrower = ROLLING.slice(
    0,
    ROLLING.findIndex(each => each.window === widest),
  )
  return narrower.find(each => beginningOf(each, now) <= first)?.window ?? widest
}
