/** What a failure weighs, and how long a source that fails is left alone: rules on plain data. (pure) */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Failed, FailureReason } from '../../http-client/failure.ts'
import { LONGEST_ASKED } from '../../http-client/headers.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { computeSpread, type Due } from './next-due.ts'

/** What `sources.failed` is told: a fetch that failed, or a body that is no feed. */
export type PollFailure = Pick<Failed, 'reason' | 'detail' | 'status' | 'retryAfter' | 'isLimited'>

/**
 * How far a failure moves a source down: 1 doubles its wait. What passes by itself (a time-out, an overloaded server) weighs less, what
 * somebody has to mend (a path that is gone, a page in the feed's place) more.
 */
const WEIGHTS: Readonly<Record<Exclude<FailureReason, 'status'>, number>> = {
  timeout: 0.75,
  reset: 0.75,
  'cut-off': 0.5,
  refused: 1,
  dns: 1,
  tls: 1,
  encoding: 1,
  'too-many-redirects': 1.5,
  'not-a-feed': 1.5,
  'too-large': 2,
  robots: 3,
  blocked: 3,
  'opted-out': 3,
}

export const weighFailure = ({
  reason,
  status = 0,
  isLimited,
}: Pick<PollFailure, 'reason' | 'status' | 'isLimited'>): number => {
  // The whole domain waits for as long as it asked: the source did nothing wrong.
  if (isLimited) return 0
  if (reason !== 'status') return WEIGHTS[reason]
  if (status === 503) return 0.5
  if (status >= 500) return 0.75
  if (status === 408 || status === 425) return 0.75
  return status >= 400 ? 1.5 : 1
}

/** Gone for good, as its publisher says (RFC 9110, 15.5.11). */
export const isGone = ({ reason, status }: Pick<PollFailure, 'reason' | 'status'>): boolean =>
  reason === 'status' && status === 410

/** What is not asked again soon whatever the count: only a person changes it. */
const SETTLED: ReadonlySet<FailureReason> = new Set(['robots', 'blocked', 'opted-out'])
const SETTLED_WAIT = 6 * 3_600_000

/** Whether a failure says that nobody answered, which may be our own network's doing. A resolver that names private addresses for all is one, too. */
export const isUnreached = ({ reason, detail, status }: PollFailure): boolean =>
  ['dns', 'refused', 'tls', 'timeout', 'reset'].includes(reason) ||
  (reason === 'blocked' && /: .* is a private/.test(detail)) ||
  // Network Authentication Required: a portal between us and everyone.
  status === 511

/** Whether a failure came from a server that was reached: whatever is wrong with it, our network is not. */
export const isAnswered = (failure: PollFailure): boolean =>
  ['status', 'too-large', 'too-many-redirects', 'encoding', 'cut-off'].includes(failure.reason) && !isUnreached(failure)

export interface Past {
  /** In a row, this one included. */
  readonly failures: number
  /** Weights since the last success, this one included. */
  readonly score: number
}

/**
 * Next fetch after a failure: exponential in the weight gathered, from the shortest interval to `maxBackoff`, never given up for good. What
 * the server asks only lengthens, up to a day. Spread by the source, so that those which failed together do not come back together.
 */
export const backoff = (
  sourceId: string,
  now: number,
  { failures, score }: Past,
  failure: Pick<PollFailure, 'reason' | 'retryAfter'>,
  { minInterval, maxBackoff }: Pick<CrawlSettings, 'minInterval' | 'maxBackoff'>,
): Due => {
  const grown = minInterval * 2 ** Math.min(Math.max(score - 1, 0), 40)
  const wait = Math.min(Math.max(grown, SETTLED.has(failure.reason) ? SETTLED_WAIT : 0), maxBackoff)
  const asked = Math.min(failure.retryAfter ?? 0, LONGEST_ASKED)
  const times = failures === 1 ? 'failed once' : `failed ${failures} times in a row`
  const reason =
    asked > wait
      ? `${times}; the server asks for ${formatFineDuration(asked)}`
      : `${times}: waits ${formatFineDuration(wait)}`
  // What is asked is spread to later only.
  const spread = asked > wait ? Math.abs(computeSpread(sourceId)) : computeSpread(sourceId)
  return { at: Math.round(now + Math.max(wait, asked) * (1 + spread)), reason }
}
