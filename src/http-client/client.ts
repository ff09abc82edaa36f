/**
 * Sends requests to servers of others and follows their redirects, one by one: every address is checked before anything
 * connects to it, and the time for headers, the number of redirects and the size of headers are limited.
 */

import { type Dispatcher, request } from 'undici'
import type { CrawlSettings } from '../config/sections/crawl.ts'
import { takeCredentials } from '../util/redact.ts'
import { createLiveGuard } from './address-guard.ts'
import { checkUrl, createAgent, createResolve, type Resolve } from './connect.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { classifyFailure, type Failed, Failure } from './failure.ts'
import { header, parseRateLimit, parseRetryAfter } from './headers.ts'

/**
 * Called before a redirect to another origin is followed. Returns ms to wait if that origin may not be requested now,
 * else null.
 */
export type OnHop = (url: string) => Promise<number | null>

export interface Outgoing {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The body of a POST; without it, the request is a GET. */
  readonly body?: string
  readonly onHop?: OnHop
}

/** The answer at the end of the redirects, its body not read yet. */
export interface FinalResponse {
  readonly response: Dispatcher.ResponseData
  readonly url: URL
  /** The target of the permanent redirects that came before any other. */
  readonly movedTo: string | null
}

/** A redirect led to an origin that may be requested only after `wait` ms. */
export interface HeldRedirect {
  readonly wait: number
  readonly url: string
}

export interface ClientParts {
  /** ms since the epoch. */
  readonly now?: () => number
  /** Resolves names; the guard checks its answers as well. */
  readonly resolve?: Resolve
}

export interface HttpClient {
  /** @throws Failure; a status is none */
  send(outgoing: Outgoing, deadline: Deadline): Promise<FinalResponse | HeldRedirect>
  /** Runs a request within `crawl.totalTimeout`. Returns failures as values; throws only if `signal` is aborted. */
  runInTime<Value>(
    signal: AbortSignal | undefined,
    run: (deadline: Deadline) => Promise<Value>,
  ): Promise<Value | Failed>
  close(): Promise<void>
}

const MAX_HEADERS = 32 * 1_024
/** Maximum bytes read of an answer that is discarded, so that its connection can be used again. */
export const MAX_DUMPED = 65_536
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Only these keep the method and the body (WebSub, section 5.1); a POST gets any other redirect as its answer. */
const POST_REDIRECTS = new Set([307, 308])

/** Our User-Agent, with a way to reach the operator. */
const formatUserAgent = ({ userAgent, contact }: Pick<CrawlSettings, 'userAgent' | 'contact'>): string =>
  contact ? `${userAgent} (+${contact})` : userAgent

/** Whether a host is one of the domains or a subdomain of one. */
export const isUnder = (hostname: string, domains: readonly string[]): boolean => {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  return domains.some(domain => host === domain.toLowerCase() || host.endsWith(`.${domain.toLowerCase()}`))
}

/** The longest pause that an answer asks for, by Retry-After or by its rate limit, ms; undefined if for none. */
export const findPause = (headers: Dispatcher.ResponseData['headers'], now: number): number | undefined => {
  const waits = [parseRetryAfter(header(headers, 'retry-after'), now), parseRateLimit(headers, now)]
  const known = waits.filter(wait => wait !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}

/** @throws Failure if the redirect leads to no URL */
const parseLocation = (location: string, from: URL, status: number): URL => {
  if (!URL.canParse(location, from.href))
    throw new Failure('status', `redirected to ${JSON.stringify(location.slice(0, 200))}, which is no URL`, { status })
  const next = new URL(location, from)
  // Credentials in the URL of a redirect are ignored.
  next.username = next.password = ''
  return next
}

/**
 * @param settings read at each request, since they may change
 * @throws RangeError if crawl.allow holds an invalid range
 */
export const createHttpClient = (settings: () => CrawlSettings, resolve: Resolve = createResolve()): HttpClient => {
  const guard = createLiveGuard(() => settings().allow)
  const agent = createAgent(guard, resolve, {
    connectTimeout: () => settings().headersTimeout,
    maxHeaderSize: MAX_HEADERS,
  })

  const sendOnce = async (url: URL, headers: Outgoing['headers'], body: string | undefined, deadline: Deadline) => {
    const { headersTimeout, totalTimeout, ports, optOut } = settings()
    checkUrl(url, guard(), ports)
    if (isUnder(url.hostname, optOut)) throw new Failure('opted-out', `${url.hostname} is under crawl.optOut`)
    const timer = setTimeout(() => deadline.late(`no headers within ${headersTimeout} ms`), headersTimeout)
    try {
      return await request(url, {
        method: body === undefined ? 'GET' : 'POST',
        dispatcher: agent,
        signal: deadline.signal,
        // Our own timers are exact; undici's are coarse and only back them up.
        headersTimeout: headersTimeout + 5_000,
        bodyTimeout: totalTimeout,
        headers: { 'user-agent': formatUserAgent(settings()), ...headers },
        ...(body === undefined ? {} : { body }),
      })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async send({ url: first, headers, body, onHop }, deadline) {
      const { maxRedirects } = settings()
      const redirects = body === undefined ? REDIRECTS : POST_REDIRECTS
      let url = new URL(first)
      let authorization = takeCredentials(url)
      let movedTo: string | null = null
      let isLeading = true
      for (let hops = 0; ; hops += 1) {
        const response = await sendOnce(url, { ...headers, ...authorization }, body, deadline)
        const { statusCode: status } = response
        const location = header(response.headers, 'location')
        if (!redirects.has(status) || location === null) return { response, url, movedTo }
        await response.body.dump({ limit: MAX_DUMPED, signal: deadline.signal })
        if (hops >= maxRedirects)
          throw new Failure('too-many-redirects', `more than ${maxRedirects} redirects, the last to ${location}`)
        const next = parseLocation(location, url, status)
        if (next.origin !== url.origin) {
          // Credentials for one host are not sent to another.
          authorization = {}
          checkUrl(next, guard(), settings().ports)
          const wait = (await onHop?.(next.href)) ?? null
          if (wait !== null) return { wait, url: next.href }
        }
        isLeading &&= status === 301 || status === 308
        if (isLeading) movedTo = next.href
        url = next
      }
    },

    async runInTime(signal, run) {
      const deadline = createDeadline(settings().totalTimeout, signal)
      try {
        return await run(deadline)
      } catch (error) {
        if (signal?.aborted) throw error
        const known = deadline.signal.reason instanceof Failure ? deadline.signal.reason : classifyFailure(error)
        return { kind: 'failed', reason: known.reason, detail: known.message, ...known.extra } satisfies Failed
      } finally {
        deadline.clear()
      }
    },

    close: () => agent.destroy(),
  }
}
