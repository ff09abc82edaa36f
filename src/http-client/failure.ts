/** What can go wrong with a fetch, in terms an operator can act on. (pure) */

import { fold } from '../util/plain-text.ts'
import { withoutCredentials } from '../util/redact.ts'

export type FailureReason =
  | 'dns'
  | 'refused'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'cut-off'
  | 'status'
  | 'too-large'
  | 'too-many-redirects'
  | 'blocked'
  | 'opted-out'
  | 'robots'
  | 'encoding'
  | 'not-a-feed'

/** A fetch that failed, as a value. */
export interface Failed {
  readonly kind: 'failed'
  readonly reason: FailureReason
  /** For people; no credentials in it. */
  readonly detail: string
  readonly status?: number
  /** How long the server asks clients to stay away from its whole domain, ms (Retry-After, rate limit). */
  readonly retryAfter?: number
  /** Whether the server reported too many requests, in any way. */
  readonly isLimited?: boolean
}

type Extra = Pick<Failed, 'status' | 'retryAfter' | 'isLimited'>

/** Thrown inside a fetch to end it; callers of the fetch get it as a value. */
export class Failure extends Error {
  readonly reason: FailureReason
  readonly extra: Extra

  constructor(reason: FailureReason, detail: string, extra: Extra = {}) {
    super(withoutCredentials(fold(detail)))
    this.reason = reason
    this.extra = extra
  }
}

/** Errors below HTTP: code or message -> reason. The first match counts. */
const KINDS: readonly (readonly [RegExp, FailureReason, string])[] = [
  [
    /ENOTFOUND|EAI_|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT\b|EBADNAME|ENONAME|EBADRESP/,
    'dns',
    'its name cannot be resolved',
  ],
  [/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EHOSTDOWN|ENETDOWN/, 'refused', 'no connection'],
  [/TIMEOUT|ETIMEDOUT|aborted due to timeout/, 'timeout', 'no answer in time'],
  [/CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO_/, 'tls', 'no secure connection'],
  [/UND_ERR_RES_EXCEEDED_MAX_SIZE|HEADERS_OVERFLOW|ERR_BUFFER_TOO_LARGE/, 'too-large', 'the answer is too large'],
  [/CONTENT_LENGTH|other side closed|PREMATURE|Z_BUF_ERROR|terminated/i, 'cut-off', 'the answer ended early'],
  [/UND_ERR_SOCKET|ECONNRESET|EPIPE|UND_ERR_ABORTED|ECONNABORTED/, 'reset', 'the connection ended in mid-answer'],
  [/\bZ_|BROTLI|ZSTD|ERR__ERROR/, 'encoding', 'the body cannot be decompressed'],
  [/HPE_|UND_ERR_INVALID|HTTPParserError/, 'reset', 'the answer is no HTTP'],
]

/** Classifies whatever sockets, TLS, the HTTP parser or zlib throw. */
export const classifyFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error
  const {
    code = '',
    name = '',
    message = String(error),
    cause,
    errors,
  } = error as NodeJS.ErrnoException & {
    errors?: unknown[]
  }
  if (cause instanceof Failure) return cause
  // Several addresses were tried: the first error stands for all.
  if (errors?.[0] !== undefined) return classifyFailure(errors[0])
  const said = `${code} ${name} ${message}`
  const kind = KINDS.find(([pattern]) => pattern.test(said))
  if (!kind) return new Failure('reset', message || code)
  const detail = message.includes(code) ? message : `${code}: ${message}`
  return new Failure(kind[1], `${kind[2]} (${detail || code})`)
}

/** Whether an HTTP parser refused an answer, so that a more lenient reader may understand it. */
export const isMalformed = (error: unknown): boolean => {
  const { code = '', name = '', message = '', cause } = error as NodeJS.ErrnoException
  return (
    name === 'HTTPParserError' ||
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
    // What undici says of an interim answer that nobody asked for.
    (code === 'UND_ERR_SOCKET' && message === 'bad response') ||
    (cause instanceof Error && isMalformed(cause))
  )
}
