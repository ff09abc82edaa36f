/**
 * Detects servers that answer 304 although there are new items, and decides for how long their validators are not used.
 */

import { isPlausible } from '../../util/plausible-time.ts'

/** One fetch in a hundred omits validators, to test them. */
export const SAMPLE = 0.01
/** After this a source's validators are used and tested again, since its server may have been fixed, ms. */
export const UNRELIABLE_FOR = 30 * 86_400_000

/** How a source is requested. `sample` omits validators to test them, `distrust` omits them because a test failed. */
export type Validation = 'conditional' | 'sample' | 'distrust'

/**
 * @param lieFoundAt ms since the epoch, or null
 * @param random at least 0, less than 1
 */
export const chooseValidation = (lieFoundAt: number | null, now: number, random: number): Validation => {
  if (lieFoundAt !== null && isPlausible(lieFoundAt, now) && now - lieFoundAt < UNRELIABLE_FOR) return 'distrust'
  return random < SAMPLE ? 'sample' : 'conditional'
}
