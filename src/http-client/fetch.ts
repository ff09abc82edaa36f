/**
 * Fetches over HTTP: conditional requests, limits on time and on bytes before and after decompression, and redirects
 * that are followed and checked one by one. A failed fetch is an outcome, not an exception.
 */

import { createHash } from 'node:crypto'
import { type Dispatcher, request } from 'undici'
import type { CrawlSettings } from '../config/sections/crawl.ts'
import { takeCredentials } from '../util/redact.ts'
import { createLiveGuard } from './address-guard.ts'
import { ACCEPT_ENCODING, readBody } from './body.ts'
import { checkUrl, createAgent, createResolve, type Resolve } from './connect.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { classifyFailure, type Failed, Failure } from './failure.ts'
import {
  type Headers,
  header,
  headerList,
  isLimitedBy403,
  parseFreshFor,
  parsePace,
  parseRateLimit,
  parseRetryAfter,
  saysFresh,
} from './headers.ts'

export type { FailureReason } from './failure.ts'
export { parseRetryAfter } from './headers.ts'

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
  readonly signal?: AbortSignal
  /**
   * Called before a redirect to another origin is followed. Returns ms to wait if that origin may not be requested now,
   * else null.
   */
  readonly onHop?: (url: string) => Promise<number | null>
}

export type FetchFeed = (request: FetchRequest) => Promise<FetchOutcome>

export interface Fetcher {
  readonly fetchFeed: FetchFeed
  /** Fetches a small text such as robots.txt, under the same guard and limits. */
  fetchText(
    url: string,
    most: number,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string } | Failed>
  close(): Promise<void>
}

export interface FetcherParts {
  /** ms since the epoch. */
  readonly now?: () => number
  /** Resolves names; the guard checks its answers as well. */
  readonly resolve?: Resolve
}

const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, application/json;q=0.8, text/xml;q=0.8, */*;q=0.5'
const MOST_HEADERS = 32 * 1_024
/** Maximum bytes read of an answer that is discarded, so that its connection can be used again. */
const MOST_DUMPED = 65_536
const REDIRECTS = new Set([301, 302, 303, 307, 308])

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

/** Our User-Agent, with a way to reach the operator. */
export const formatUserAgent = ({ userAgent, contact }: Pick<CrawlSettings, 'userAgent' | 'contact'>): string =>
  contact ? `${userAgent} (+${contact})` : userAgent

/** Whether a host is one of the domains or a subdomain of one. */
export const isUnder = (hostname: string, domains: readonly string[]): boolean => {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  return domains.some(domain => host === domain.toLowerCase() || host.endsWith(`.${domain.toLowerCase()}`))
}

/** The answer at the end of the redirects, its body not read yet. */
interface Arrived {
  readonly response: Dispatcher.ResponseData
  readonly url: URL
  readonly movedTo: string | null
}

interface Asked {
  readonly url: string
  readonly headers: Record<string, string>
  readonly deadline: Deadline
  readonly onHop?: FetchRequest['onHop']
}

/**
 * @param wanted settings, or a function that returns them if they may change
 * @throws RangeError if crawl.allow holds an invalid range
 */
export const createFetcher = (
  wanted: CrawlSettings | (() => CrawlSettings),
  { now = Date.now, resolve = createResolve() }: FetcherParts = {},
): Fetcher => {
  const settings = typeof wanted === 'function' ? wanted : () => wanted
  const guard = createLiveGuard(() => settings().allow)
  const agent = createAgent(guard, resolve, {
    connectTimeout: () => settings().headersTimeout,
    maxHeaderSize: MOST_HEADERS,
  })

  const ask = async (url: URL, { headers, deadline }: Asked, authorization: { authorization?: string }) => {
    const { headersTimeout, ports, optOut } = settings()
    checkUrl(url, guard(), ports)
    if (isUnder(url.hostname, optOut)) throw new Failure('opted-out', `${url.hostname} is under crawl.optOut`)
    const timer = setTimeout(() => deadline.late(`no headers within ${headersTimeout} ms`), headersTimeout)
    try {
      return await request(url, {
        dispatcher: agent,
        signal: deadline.signal,
        // Our own timers are exact; undici's are coarse and only back them up.
        headersTimeout: headersTimeout + 5_000,
        bodyTimeout: settings().totalTimeout,
        headers: {
          'user-agent': formatUserAgent(settings()),
          'accept-encoding': ACCEPT_ENCODING,
          ...headers,
          ...authorization,
        },
      })
    } finally {
      clearTimeout(timer)
    }
  }

  /** Follows redirects to the final answer, or to a domain that may not be requested now. */
  const arrive = async (asked: Asked): Promise<Arrived | { wait: number; url: string }> => {
    const { maxRedirects } = settings()
    let url = new URL(asked.url)
    let authorization = takeCredentials(url)
    let movedTo: string | null = null
    let isLeading = true
    for (let hops = 0; ; hops += 1) {
      const response = await ask(url, asked, authorization)
      const { statusCode: status, headers } = response
      const location = header(headers, 'location')
      if (!REDIRECTS.has(status) || location === null) return { response, url, movedTo }
      await response.body.dump({ limit: MOST_DUMPED, signal: asked.deadline.signal })
      if (hops >= maxRedirects)
        throw new Failure('too-many-redirects', `more than ${maxRedirects} redirects, the last to ${location}`)
      if (!URL.canParse(location, url.href))
        throw new Failure('status', `redirected to ${JSON.stringify(location.slice(0, 200))}, which is no URL`, {
          status,
        })
      const next = new URL(location, url)
      // Credentials for one host are not sent to another, and those in the URL of a redirect are ignored.
      next.username = next.password = ''
      if (next.origin !== url.origin) {
        authorization = {}
        checkUrl(next, guard(), settings().ports)
        const wait = (await asked.onHop?.(next.href)) ?? null
        if (wait !== null) return { wait, url: next.href }
      }
      isLeading &&= status === 301 || status === 308
      if (isLeading) movedTo = next.href
      url = next
    }
  }

  const buildFailure = (url: URL, status: number, headers: Headers): Failure => {
    const isLimited =
      status === 429 ||
      (status === 403 && (isLimitedBy403(headers, now()) || isUnder(url.hostname, settings().limitedBy403)))
    // Only these statuses concern the whole domain; Retry-After with any other status concerns this one answer.
    const asks = isLimited || status === 503
    const waits = asks ? [parseRetryAfter(header(headers, 'retry-after'), now()), parseRateLimit(headers, now())] : []
    const known = waits.filter(wait => wait !== undefined)
    return new Failure(
      'status',
      `the server answered ${status}${isLimited && status === 403 ? ', which here means too many requests' : ''}`,
      {
        status,
        ...(isLimited ? { isLimited } : {}),
        ...(known.length > 0 ? { retryAfter: Math.max(...known) } : {}),
      },
    )
  }

  const fetchOnce = async (wish: FetchRequest, deadline: Deadline): Promise<FetchOutcome> => {
    const { validators, isConditional = true } = wish
    const headers = { accept: ACCEPT, ...(isConditional ? conditions(validators) : {}) }
    const arrived = await arrive({ url: wish.url, headers, deadline, onHop: wish.onHop })
    if ('wait' in arrived) return { kind: 'held', ...arrived }
    const { response, url, movedTo } = arrived
    const { statusCode: status, headers: answer } = response
    const limit = parseRateLimit(answer, now())
    const pace = parsePace(answer, now())
    const answered = {
      status,
      url: url.href,
      freshFor: parseFreshFor(answer, now()),
      movedTo,
      ...(limit === undefined ? {} : { retryAfter: limit }),
      ...(pace === undefined ? {} : { pace }),
    }
    if (status === 304 && validators && isConditional) {
      await response.body.dump()
      const revalidated = revalidatedBy(answer, validators)
      return { kind: 'unchanged', by: 'status', validators: revalidated, saysFresh: saysFresh(answer), ...answered }
    }
    if (status < 200 || status > 299) {
      await response.body.dump({ limit: MOST_DUMPED, signal: deadline.signal })
      throw buildFailure(url, status, answer)
    }
    const { maxTransfer, maxBody } = settings()
    const body = await readBody(response.body, answer, { most: maxTransfer, mostUnpacked: maxBody })
    const hash = bodyHash(body)
    const fresh = {
      etag: header(answer, 'etag') || null,
      lastModified: header(answer, 'last-modified') || null,
      bodyHash: hash,
    }
    if (validators?.bodyHash === hash)
      return { kind: 'unchanged', by: 'body', validators: fresh, saysFresh: true, ...answered }
    return {
      kind: 'changed',
      body,
      contentType: header(answer, 'content-type'),
      validators: fresh,
      links: headerList(answer, 'link'),
      ...answered,
    }
  }

  /** Returns failures as values; throws only if the caller itself aborted the fetch. */
  const guardedly = async <Value>(outer: AbortSignal | undefined, run: (deadline: Deadline) => Promise<Value>) => {
    const deadline = createDeadline(settings().totalTimeout, outer)
    try {
      return await run(deadline)
    } catch (error) {
      if (outer?.aborted) throw error
      const known = deadline.signal.reason instanceof Failure ? deadline.signal.reason : classifyFailure(error)
      return { kind: 'failed', reason: known.reason, detail: known.message, ...known.extra } satisfies Failed
    } finally {
      deadline.clear()
    }
  }

  return {
    fetchFeed: wish => guardedly(wish.signal, deadline => fetchOnce(wish, deadline)),
    fetchText: (url, most, signal) =>
      guardedly(signal, async deadline => {
        const arrived = await arrive({ url, headers: { accept: 'text/plain, */*;q=0.5' }, deadline })
        if ('wait' in arrived) throw new Failure('refused', 'held')
        const { statusCode: status, headers, body } = arrived.response
        if (status > 299) {
          await body.dump({ limit: MOST_DUMPED, signal: deadline.signal })
          return { status, text: '' }
        }
        return { status, text: (await readBody(body, headers, { most, mostUnpacked: most })).toString('utf8') }
      }),
    close: () => agent.destroy(),
  }
}
