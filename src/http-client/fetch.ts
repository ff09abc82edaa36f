/**
 * Fetches over HTTP: conditional requests, limits on time and on bytes before and after decompression, and redirects
 * that are followed and checked one by one. A failed fetch is an outcome, not an exception.
 */

import { createHash } from 'node:crypto'
import type { CrawlSettings } from '../config/sections/crawl.ts'
import { isUnder } from '../util/host.ts'
import { ACCEPT_ENCODING, readBody } from './body.ts'
import {
  type ClientParts,
  createHttpClient,
  type FinalResponse,
  findPause,
  MAX_DUMPED,
  type OnHop,
  receive,
} from './client.ts'
import type { Deadline } from './deadline.ts'
import { type Failed, Failure } from './failure.ts'
import {
  type Headers,
  header,
  headerList,
  isLimitedBy403,
  parseFreshFor,
  parsePace,
  parseRateLimit,
  saysFresh,
} from './headers.ts'

export type { FailureReason } from './failure.ts'

/** Validators for the next request, as the server sent them, and a hash of the body. */
export interface Validators {
  readonly etag: string | null
  readonly lastModified: string | null
  readonly bodyHash: string | null
}

interface Answered {
  readonly status: number
  /** Where the answer came from, after redirects, without credentials: what relative links are resolved against. */
  readonly url: string
  /** ms for which the server says its answer stays fresh. */
  readonly freshFor: number | null
  /** Where the source has moved permanently: the target of the permanent redirects that came before any other. */
  readonly movedTo: string | null
  /** ms for which this server must not be requested: its rate limit is used up. */
  readonly retryAfter?: number
  /** ms between requests at which the rest of a rate limit lasts until it is reset. */
  readonly pace?: number
}

export type FetchOutcome =
  | (Answered & {
      readonly kind: 'changed'
      readonly body: Uint8Array
      readonly contentType: string | null
      readonly validators: Validators
      /** The Link headers, joined, which may name a hub. */
      readonly links: string | null
    })
  | (Answered & {
      readonly kind: 'unchanged'
      readonly by: 'status' | 'body'
      /**
       * Validators to use from now on: a server may change them although the document is the same (RFC 9111, 4.3.4).
       */
      readonly validators: Validators
      /**
       * Whether the server declared `freshFor`; after a 304 that declares nothing, what it declared before stays valid.
       */
      readonly saysFresh: boolean
    })
  | Failed
  /** A redirect led to a domain that is busy: try again after `wait` ms. */
  | { readonly kind: 'held'; readonly wait: number; readonly url: string }

export interface FetchRequest {
  readonly url: string
  /** null requests the whole document unconditionally. */
  readonly validators: Validators | null
  /** false sends no ETag and Last-Modified, but still compares the body with the hash in `validators`. */
  readonly isConditional?: boolean
  /** What is asked for; a feed unless given. */
  readonly as?: 'page'
  readonly signal?: AbortSignal
  readonly onHop?: OnHop
}

export type FetchFeed = (request: FetchRequest) => Promise<FetchOutcome>

export interface Fetcher {
  readonly fetchFeed: FetchFeed
  /** Fetches a small text such as robots.txt, under the same guard and limits. */
  fetchText(
    url: string,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string } | Failed>
  close(): Promise<void>
}

const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, application/json;q=0.8, text/xml;q=0.8, */*;q=0.5'

const ACCEPT_PAGE = 'text/html, application/xhtml+xml;q=0.9, */*;q=0.1'
/** Bytes of a page, before and after decompression: there is none of an article that is larger. */
const MAX_PAGE = 5_000_000

export const bodyHash = (body: Uint8Array): string => createHash('sha256').update(body).digest('base64url').slice(0, 22)

const conditions = (validators: Validators | null): Record<string, string> => ({
  ...(validators?.etag ? { 'if-none-match': validators.etag } : {}),
  ...(validators?.lastModified ? { 'if-modified-since': validators.lastModified } : {}),
})

/**
 * Validators after a 304: those it carries replace the known ones, the others stay. We requested one document, so the
 * new ones belong to it.
 */
const revalidatedBy = (answer: Headers, known: Validators): Validators => ({
  etag: header(answer, 'etag') || known.etag,
  lastModified: header(answer, 'last-modified') || known.lastModified,
  bodyHash: known.bodyHash,
})

/** What an answer says of itself and its server, whatever its body. */
const describeAnswer = ({ response, url, movedTo }: FinalResponse, now: number): Answered => {
  const { statusCode: status, headers } = response
  const limit = parseRateLimit(headers, now)
  const pace = parsePace(headers, now)
  return {
    status,
    url: url.href,
    freshFor: parseFreshFor(headers, now),
    movedTo,
    ...(limit === undefined ? {} : { retryAfter: limit }),
    ...(pace === undefined ? {} : { pace }),
  }
}

/** @param limitedBy403 domains at which a 403 means too many requests */
const buildFailure = ({ response, url }: FinalResponse, limitedBy403: readonly string[], now: number): Failure => {
  const { statusCode: status, headers } = response
  const isLimited =
    status === 429 || (status === 403 && (isLimitedBy403(headers, now) || isUnder(url.hostname, limitedBy403)))
  // Only these statuses concern the whole domain; Retry-After with any other status concerns this one answer.
  const pause = isLimited || status === 503 ? findPause(headers, now) : undefined
  return new Failure(
    'status',
    `the server answered ${status}${isLimited && status === 403 ? ', which here means too many requests' : ''}`,
    { status, ...(isLimited ? { isLimited } : {}), ...(pause === undefined ? {} : { retryAfter: pause }) },
  )
}

/**
 * @param settings read at each request, since they may change
 * @throws RangeError if crawl.allow holds an invalid range
 */
export const createFetcher = (
  settings: () => CrawlSettings,
  { now = Date.now, resolve }: ClientParts = {},
): Fetcher => {
  const client = createHttpClient(settings, resolve)
  const send = (url: string, accept: string, deadline: Deadline, more: Record<string, string> = {}, onHop?: OnHop) => {
    const headers = { 'accept-encoding': ACCEPT_ENCODING, accept, ...more }
    return client.send({ url, headers, ...(onHop ? { onHop } : {}) }, deadline)
  }

  const readFeed = async (wish: FetchRequest, arrived: FinalResponse, deadline: Deadline): Promise<FetchOutcome> => {
    const { validators, isConditional = true } = wish
    const { statusCode: status, headers, body: stream } = arrived.response
    const answered = describeAnswer(arrived, now())
    if (status === 304 && validators && isConditional) {
      await stream.dump({ limit: MAX_DUMPED, signal: deadline.signal })
      const revalidated = revalidatedBy(headers, validators)
      return { kind: 'unchanged', by: 'status', validators: revalidated, saysFresh: saysFresh(headers), ...answered }
    }
    if (status < 200 || status > 299) {
      await stream.dump({ limit: MAX_DUMPED, signal: deadline.signal })
      throw buildFailure(arrived, settings().limitedBy403, now())
    }
    const limit = wish.as === 'page' ? MAX_PAGE : Number.POSITIVE_INFINITY
    const { maxTransfer, maxBody } = settings()
    const limits = { most: Math.min(maxTransfer, limit), mostUnpacked: Math.min(maxBody, limit) }
    const body = await readBody(arrived.response, limits)
    const fresh = {
      etag: header(headers, 'etag') || null,
      lastModified: header(headers, 'last-modified') || null,
      bodyHash: bodyHash(body),
    }
    if (validators?.bodyHash === fresh.bodyHash)
      return { kind: 'unchanged', by: 'body', validators: fresh, saysFresh: true, ...answered }
    const [contentType, links] = [header(headers, 'content-type'), headerList(headers, 'link')]
    return { kind: 'changed', body, contentType, validators: fresh, links, ...answered }
  }

  const fetchOnce = async (wish: FetchRequest, deadline: Deadline): Promise<FetchOutcome> => {
    const { validators, isConditional = true } = wish
    const accept = wish.as === 'page' ? ACCEPT_PAGE : ACCEPT
    const arrived = await send(wish.url, accept, deadline, isConditional ? conditions(validators) : {}, wish.onHop)
    if ('wait' in arrived) return { kind: 'held', ...arrived }
    return receive(arrived, final => readFeed(wish, final, deadline))
  }

  const readText = async ({ response }: FinalResponse, maxBytes: number, deadline: Deadline) => {
    const { statusCode: status, body } = response
    if (status <= 299) {
      const text = await readBody(response, { most: maxBytes, mostUnpacked: maxBytes })
      return { status, text: text.toString('utf8') }
    }
    await body.dump({ limit: MAX_DUMPED, signal: deadline.signal })
    return { status, text: '' }
  }

  const fetchTextOnce = async (url: string, maxBytes: number, deadline: Deadline) => {
    const arrived = await send(url, 'text/plain, */*;q=0.5', deadline)
    if ('wait' in arrived) throw new Failure('refused', 'held')
    return receive(arrived, final => readText(final, maxBytes, deadline))
  }

  return {
    fetchFeed: wish => client.runInTime(wish.signal, deadline => fetchOnce(wish, deadline)),
    fetchText: (url, maxBytes, signal) => client.runInTime(signal, deadline => fetchTextOnce(url, maxBytes, deadline)),
    close: client.close,
  }
}
