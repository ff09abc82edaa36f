/**
 * The last fetches of a source, packed into about twenty characters each: thirty of them for 50,000 sources must fit in
 * memory.
 */

export interface Fetch {
  /** ms since the epoch, stored to the second. */
  readonly at: number
  readonly outcome: 'changed' | 'unchanged' | 'failed' | 'deferred' | 'push'
  /** HTTP status; 0 if there was none. */
  readonly status: number
  /** Duration, ms. */
  readonly ms: number
  /** Size of the body after decompression. */
  readonly bytes: number
  /** Number of new items. */
  readonly items: number
  /** The failure in a word such as `timeout`, or why the fetch was deferred; else empty. */
  readonly reason: string
}

export const MAX_FETCHES = 30

const CODES = { changed: 'c', unchanged: 'u', failed: 'f', deferred: 'd', push: 'p' } as const
const OUTCOMES = new Map(Object.entries(CODES).map(([outcome, code]) => [code, outcome as Fetch['outcome']])) // keys of CODES

const whole = (number: number): string => Math.max(0, Math.round(number)).toString(36)

/** Fields in base 36, separated by spaces, the reason last. */
export const packFetch = ({ at, outcome, status, ms, bytes, items, reason }: Fetch): string =>
  [whole(at / 1_000), CODES[outcome], ...[status, ms, bytes, items].map(whole), reason].join(' ').trimEnd()

/** @returns null if the text is not a packed fetch */
export const unpackFetch = (packed: string): Fetch | null => {
  const [at = '', code = '', status = '', ms = '', bytes = '', items = '', ...reason] = packed.split(' ')
  const outcome = OUTCOMES.get(code as (typeof CODES)['changed'])
  const numbers = [at, status, ms, bytes, items].map(text => Number.parseInt(text, 36))
  if (outcome === undefined || numbers.some(Number.isNaN)) return null
  const [seconds = 0, ...rest] = numbers
  const [statusCode = 0, took = 0, size = 0, found = 0] = rest
  return {
    at: seconds * 1_000,
    outcome,
    status: statusCode,
    ms: took,
    bytes: size,
    items: found,
    reason: reason.join(' '),
  }
}
