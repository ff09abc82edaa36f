/** The weight of a failure, and how long a failing source waits until the next fetch. */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Failed, FailureReason } from '../../http-client/failure.ts'
import { MAX_RETRY_AFTER } from '../../http-client/headers.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { computeSpread, type Due } from './next-due.ts'

/** Argument of `sources.failed`: a fetch that failed, or a body that is not a feed. */
export type PollFailure = Pick<Failed, 'reason' | 'detail' | 'status' | 'retryAfter' | 'isLimited'>

/**
 * How much a failure adds to the backoff of its source: 1 doubles the wait. Failures that pass by themselves (a
 * time-out, an overloaded server) weigh less than those that somebody has to fix (a path that is gone, a page in place
 * of the feed).
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
  // The whole domain waits for as long as the server asked: the source did nothing wrong.
  if (isLimited) return 0
  if (reason !== 'status') return WEIGHTS[reason]
  if (status === 503) return 0.5
  if (status >= 500) return 0.75
  if (status === 408 || status === 425) return 0.75
  return status >= 400 ? 1.5 : 1
}

/** The publisher says that the feed is gone for good (RFC 9110, 15.5.11). */
export const isGone = ({ reason, status }: Pick<PollFailure, 'reason' | 'status'>): boolean =>
  reason === 'status' && status === 410

/** Failures that only a person can resolve: retried after SETTLED_WAIT at the earliest, whatever the count. */
const SETTLED: ReadonlySet<FailureReason> = new Set(['robots', 'blocked', 'opted-out'])
const SETTLED_WAIT = 6 * 3_600_000

/**
 * Whether no server was reached, which may be the fault of our own network. A resolver that returns private addresses
 * for every name counts too.
 */
export const isUnreached = ({ reason, detail, status }: PollFailure): boolean =>
  ['dns', 'refused', 'tls', 'timeout', 'reset'].includes(reason) ||
  (reason === 'blocked' && /: .* is a private/.test(detail)) ||
  // Network Authentication Required: a captive portal between us and every server.
  status === 511

/** Whether the failure came from a server that was reached, so that our own network must be working. */
export const isAnswered = (failure: PollFailure): boolean =>
  ['status', 'too-large', 'too-many-redirects', 'encoding', 'cut-off'].includes(failure.reason) && !isUnreached(failure)

export interface Past {
  /** Failures in a row, this one included. */
  readonly failures: number
  /** Sum of weights since the last success, this one included. */
  readonly score: number
}

/**
 * Next fetch after a failure: the wait grows exponentially with the sum of weights, from the shortest interval to
 * `maxBackoff`, and a source is never given up. What the server asks for can only lengthen it, up to a day. Spread by
 * source id, so that sources that failed together do not come back together.
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
  const asked = Math.min(failure.retryAfter ?? 0, MAX_RETRY_AFTER)
  const times = failures === 1 ? 'failed once' : `failed ${failures} times in a row`
  const reason =
    asked > wait
      ? `${times}; the server asks for ${formatFineDuration(asked)}`
      : `${times}: waits ${formatFineDuration(wait)}`
  // A wait that the server asked for is spread to later only.
  const spread = asked > wait ? Math.abs(computeSpread(sourceId)) : computeSpread(sourceId)
  return { at: Math.round(now + Math.max(wait, asked) * (1 + spread)), reason }
}
