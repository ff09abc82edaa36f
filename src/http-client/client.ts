/**
 * Sends requests to servers of others and follows their redirects, one by one: every address is checked before anything
 * connects to it, and the time for headers, the number of redirects and the size of headers are limited.
 */

import { type Agent, request } from 'undici'
import type { CrawlSettings } from '../config/sections/crawl.ts'
import { isUnder } from '../util/host.ts'
import { createLruCache } from '../util/lru.ts'
import { takeCredentials } from '../util/redact.ts'
import { createLiveGuard } from './address-guard.ts'
import { type Connect, checkUrl, createAgent, createConnect, createResolve, type Resolve } from './connect.ts'
import { createFetchCookies } from './cookies.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { classifyFailure, type Failed, Failure, isMalformed } from './failure.ts'
import { type Headers, header, parseRateLimit, parseRetryAfter } from './headers.ts'
import { isAmbiguous } from './lenient/head.ts'
import { requestLeniently } from './lenient/request.ts'

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

/** An answer of a server, its body not read yet. */
export interface Response {
  readonly statusCode: number
  readonly headers: Headers
  readonly body: AsyncIterable<Uint8Array> & {
    /** Discards the body; reads up to `limit` bytes if the connection can then be used again. */
    dump(options?: { readonly limit: number; readonly signal?: AbortSignal }): Promise<unknown>
  }
}

/** The answer at the end of the redirects. */
export interface FinalResponse {
  readonly response: Response
  readonly url: URL
  /** The target of the permanent redirects that came before any other. */
  readonly movedTo: string | null
  /** Sends the last request once more and reads the answer leniently; null if that must not or need not be. */
  readonly again: (() => Promise<Response>) | null
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

/**
 * The longest pause that an answer asks for, by Retry-After or by its rate limit, ms; undefined if for none. A time that
 * is over by now, such as `Retry-After: 0`, is no pause.
 */
export const findPause = (headers: Headers, now: number): number | undefined => {
  const waits = [parseRetryAfter(header(headers, 'retry-after'), now), parseRateLimit(headers, now)]
  const known = waits.filter(wait => wait !== undefined && wait > 0) as number[] // the filter leaves numbers
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

/** One request, without what its answer redirects to. */
interface Hop {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

type SendHop = (hop: Hop, deadline: Deadline) => Promise<Pick<FinalResponse, 'response' | 'again'>>

/** Maximum number of origins remembered as needing lenient reading. */
const MAX_LENIENT = 1_000

/** Sends single requests: strictly at first, then leniently, and at once so to servers that needed it before. */
const createSendHop = (settings: () => CrawlSettings, agent: Agent, connect: Connect): SendHop => {
  const lenientOrigins = createLruCache<string, true>(MAX_LENIENT)
  const runUntilHeaders = async <Value>(deadline: Deadline, run: (timeout: number) => Promise<Value>) => {
    const { headersTimeout } = settings()
    const timer = setTimeout(() => deadline.late(`no headers within ${headersTimeout} ms`), headersTimeout)
    try {
      return await run(headersTimeout)
    } finally {
      clearTimeout(timer)
    }
  }
  const sendStrictly = ({ url, headers, body }: Hop, deadline: Deadline) =>
    runUntilHeaders(deadline, timeout =>
      request(url, {
        method: body === undefined ? 'GET' : 'POST',
        dispatcher: agent,
        signal: deadline.signal,
        // Our own timers are exact; undici's are coarse and only back them up.
        headersTimeout: timeout + 5_000,
        bodyTimeout: settings().totalTimeout,
        headers,
        ...(body === undefined ? {} : { body }),
      }),
    )
  const sendLeniently = async ({ url, headers }: Hop, deadline: Deadline): Promise<Response> => {
    const wish = { url, headers, signal: deadline.signal }
    const response = await runUntilHeaders(deadline, () => requestLeniently(connect, wish, MAX_HEADERS))
    lenientOrigins.set(url.origin, true)
    return response
  }
  return async (hop, deadline) => {
    // A POST may have been acted on: it is not sent twice.
    if (hop.body !== undefined) return { response: await sendStrictly(hop, deadline), again: null }
    const again = () => sendLeniently(hop, deadline)
    if (lenientOrigins.get(hop.url.origin)) return { response: await again(), again: null }
    try {
      const response = await sendStrictly(hop, deadline)
      if (!isAmbiguous(response.headers)) return { response, again }
      response.body.on('error', () => undefined).destroy()
    } catch (error) {
      if (!isMalformed(error)) throw error
    }
    return { response: await again(), again: null }
  }
}

/**
 * Reads an answer with `read`; if its body turns out malformed, it is requested once more and read leniently.
 * @throws whatever `read` throws
 */
export const receive = async <Value>(
  arrived: FinalResponse,
  read: (arrived: FinalResponse) => Promise<Value>,
): Promise<Value> => {
  try {
    return await read(arrived)
  } catch (error) {
    if (!arrived.again || !isMalformed(error)) throw error
    return read({ ...arrived, response: await arrived.again(), again: null })
  }
}

/**
 * @param settings read at each request, since they may change
 * @throws RangeError if crawl.allow holds an invalid range
 */
export const createHttpClient = (settings: () => CrawlSettings, resolve: Resolve = createResolve()): HttpClient => {
  const guard = createLiveGuard(() => settings().allow)
  const connect = createConnect(guard, resolve, () => settings().headersTimeout)
  const agent = createAgent(connect, MAX_HEADERS)
  const sendHop = createSendHop(settings, agent, connect)

  const checkHop = (url: URL) => {
    const { ports, optOut } = settings()
    checkUrl(url, guard(), ports)
    if (isUnder(url.hostname, optOut)) throw new Failure('opted-out', `${url.hostname} is under crawl.optOut`)
  }

  return {
    async send({ url: first, headers: wanted, body, onHop }, deadline) {
      const { maxRedirects } = settings()
      const redirects = body === undefined ? REDIRECTS : POST_REDIRECTS
      const cookies = createFetchCookies()
      let url = new URL(first)
      let authorization = takeCredentials(url)
      let movedTo: string | null = null
      let isLeading = true
      for (let hops = 0; ; hops += 1) {
        checkHop(url)
        const own = { 'user-agent': formatUserAgent(settings()), ...cookies.headersFor(url), ...authorization }
        const { response, again } = await sendHop({ url, headers: { ...own, ...wanted }, body }, deadline)
        const { statusCode: status } = response
        const location = header(response.headers, 'location')
        if (!redirects.has(status) || location === null) return { response, url, movedTo, again }
        await response.body.dump({ limit: MAX_DUMPED, signal: deadline.signal })
        if (hops >= maxRedirects)
          throw new Failure('too-many-redirects', `more than ${maxRedirects} redirects, the last to ${location}`)
        cookies.keep(url, response.headers)
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
