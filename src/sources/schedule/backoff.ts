/** Weighs failures, and decides when a failing source is fetched next. (pure) */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Failed, FailureReason } from '../../http-client/failure.ts'
import { LONGEST_ASKED } from '../../http-client/headers.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { computeSpread, type Due } from './next-due.ts'

/** A failure as passed to `sources.failed`: a fetch that failed, or a body that is not a feed. */
export type PollFailure = Pick<Failed, 'reason' | 'detail' | 'status' | 'retryAfter' | 'isLimited'>

/**
 * Weight of a failure; 1 doubles the wait. Failures that pass by themselves (a timeout, an overloaded server) weigh
 * less than those that somebody must fix (a missing path, a page instead of the feed).
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
  // The whole domain waits for as long as the server asked; it is no failure of the source.
  if (isLimited) return 0
  if (reason !== 'status') return WEIGHTS[reason]
  if (status === 503) return 0.5
  if (status >= 500) return 0.75
  if (status === 408 || status === 425) return 0.75
  return status >= 400 ? 1.5 : 1
}

/** Whether the publisher says that the feed is gone for good (410: RFC 9110, 15.5.11). */
export const isGone = ({ reason, status }: Pick<PollFailure, 'reason' | 'status'>): boolean =>
  reason === 'status' && status === 410

/** Failures that only people can fix; they are retried late from the first time on. */
const SETTLED: ReadonlySet<FailureReason> = new Set(['robots', 'blocked', 'opted-out'])
const SETTLED_WAIT = 6 * 3_600_000

/**
 * Whether no server answered, so that our own network may be down. This includes a resolver that returns private
 * addresses for all names.
 */
export const isUnreached = ({ reason, detail, status }: PollFailure): boolean =>
  ['dns', 'refused', 'tls', 'timeout', 'reset'].includes(reason) ||
  (reason === 'blocked' && /: .* is a private/.test(detail)) ||
  // 511 Network Authentication Required comes from a captive portal in our network.
  status === 511

/** Whether a failure came from a server that was reached, so that our own network must be up. */
export const isAnswered = (failure: PollFailure): boolean =>
  ['status', 'too-large', 'too-many-redirects', 'encoding', 'cut-off'].includes(failure.reason) && !isUnreached(failure)

export interface Past {
  /** Number of failures in a row, including this one. */
  readonly failures: number
  /** Sum of the weights of failures since the last success, including this one. */
  readonly score: number
}

/**
 * Decides the next fetch after a failure. The wait grows exponentially with the sum of weights, from the shortest
 * interval to `maxBackoff`; a source is never given up. The server's wishes can only lengthen it, up to a day. The wait
 * depends slightly on the id, so that sources that failed together are not retried together.
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
  // A wait that the server asked for is never shortened by the spread.
  const spread = asked > wait ? Math.abs(computeSpread(sourceId)) : computeSpread(sourceId)
  return { at: Math.round(now + Math.max(wait, asked) * (1 + spread)), reason }
}
