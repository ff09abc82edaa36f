/** Validators that lie: servers that answer 304 though there is something new. How they are found out, and for how long they are not believed. (pure) */

import { isPlausible } from '../../util/plausible-time.ts'

/** One fetch in a hundred goes without validators, to see what is really there. */
export const SAMPLE = 0.01
/** Servers are mended, too: after this a source's validators are believed again, and tested again, ms. */
export const UNRELIABLE_FOR = 30 * 86_400_000

/** How a source is asked. `sample` looks for lies, `distrust` has found one. */
export type Validation = 'conditional' | 'sample' | 'distrust'

/**
 * @param lieFoundAt ms since the epoch, or null
 * @param random 0 to 1, not 1
 */
export const chooseValidation = (lieFoundAt: number | null, now: number, random: number): Validation => {
  if (lieFoundAt !== null && isPlausible(lieFoundAt, now) && now - lieFoundAt < UNRELIABLE_FOR) return 'distrust'
  return random < SAMPLE ? 'sample' : 'conditional'
}
