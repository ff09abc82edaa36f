/**
 * Posts forms to other servers; src/websub/ subscribes at hubs with it. It must not reach private addresses: like
 * fetches, every connection is checked on the actual address, also after redirects. Time and bytes are limited.
 */

import { type Dispatcher, request } from 'undici'
import type { CrawlSettings } from '../config/sections/crawl.ts'
import { takeCredentials } from '../util/redact.ts'
import { createLiveGuard } from './address-guard.ts'
import { checkUrl, createAgent, createResolve, type Resolve } from './connect.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { classifyFailure, Failure, type FailureReason } from './failure.ts'
import { formatUserAgent, isUnder } from './fetch.ts'
import { header, parseRateLimit, parseRetryAfter } from './headers.ts'

export type PostOutcome =
  | { readonly kind: 'answered'; readonly status: number /** Start of the answer. */; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly detail: string }

/** A server's complaint that it gets too many requests, with the ms for which it wants none, if it says so. */
export interface PostComplaint {
  readonly retryAfter?: number
  readonly isLimited: true
  readonly why: string
}

/** Callbacks about redirects to other origins, and about rate limits. */
export interface PostManners {
  /** Called before a redirect to another origin is followed. @returns ms to wait if that origin must wait, else null */
  readonly onHop?: (url: string) => Promise<number | null>
  /** Called if the server complains. */
  readonly onLimited?: (complaint: PostComplaint) => void
}

export type PostForm = (
  url: string,
  fields: Readonly<Record<string, string>>,
  manners?: PostManners & { readonly signal?: AbortSignal },
) => Promise<PostOutcome>

export interface Poster {
  readonly postForm: PostForm
  close(): Promise<void>
}

export interface PosterParts {
  /** ms since the epoch. */
  readonly now?: () => number
  /** Resolves host names. Its results are checked by the guard. */
  readonly resolve?: Resolve
}

/** Maximum bytes read of a response, which at most says what went wrong. */
const MOST_ANSWER = 2_048
const MOST_HEADERS = 32 * 1_024

/**
 * @param settings read again for each request, since a reload may change them
 * @throws RangeError if crawl.allow contains an invalid range
 */
export const createPoster = (
  settings: () => CrawlSettings,
  { now = Date.now, resolve = createResolve() }: PosterParts = {},
): Poster => {
  const guard = createLiveGuard(() => settings().allow)
  const agent = createAgent(guard, resolve, {
    connectTimeout: () => settings().headersTimeout,
    maxHeaderSize: MOST_HEADERS,
  })

  const ask = (url: URL, body: string, authorization: { authorization?: string }, { signal }: Deadline) => {
    const { ports, optOut, headersTimeout, totalTimeout } = settings()
    checkUrl(url, guard(), ports)
    if (isUnder(url.hostname, optOut)) throw new Failure('opted-out', `${url.hostname} is under crawl.optOut`)
    return request(url, {
      method: 'POST',
      dispatcher: agent,
      signal,
      headersTimeout,
      bodyTimeout: totalTimeout,
      headers: {
        'user-agent': formatUserAgent(settings()),
        'content-type': 'application/x-www-form-urlencoded',
        accept: '*/*;q=0.1',
        ...authorization,
      },
      body,
    })
  }

  const answered = async (
    { statusCode: status, headers, body }: Dispatcher.ResponseData,
    onLimited: PostManners['onLimited'],
  ): Promise<PostOutcome> => {
    if (status === 429 || status === 503) {
      const waits = [parseRetryAfter(header(headers, 'retry-after'), now()), parseRateLimit(headers, now())]
      const known = waits.filter(wait => wait !== undefined)
      const retryAfter = known.length > 0 ? { retryAfter: Math.max(...known) } : {}
      // A 503 without a wait concerns this request only.
      if (status === 429 || known.length > 0) onLimited?.({ isLimited: true, why: `answered ${status}`, ...retryAfter })
    }
    return { kind: 'answered', status, text: await readStart(body) }
  }

  const post = async (
    written: string,
    fields: Readonly<Record<string, string>>,
    { onHop, onLimited }: PostManners,
    deadline: Deadline,
  ): Promise<PostOutcome> => {
    const { maxRedirects } = settings()
    const form = new URLSearchParams(fields).toString()
    let url = new URL(written)
    let authorization = takeCredentials(url)
    for (let hops = 0; ; hops += 1) {
      const response = await ask(url, form, authorization, deadline)
      const { statusCode, headers, body } = response
      // Only 307 and 308 keep the method (WebSub, section 5.1); other redirects are not followed.
      const location = statusCode === 307 || statusCode === 308 ? header(headers, 'location') : null
      if (location === null) return answered(response, onLimited)
      await body.dump({ limit: MOST_ANSWER, signal: deadline.signal })
      if (hops >= maxRedirects) throw new Failure('too-many-redirects', `more than ${maxRedirects} redirects`)
      if (!URL.canParse(location, url.href))
        throw new Failure('status', `redirected to ${JSON.stringify(location.slice(0, 200))}, which is no URL`)
      const next = new URL(location, url)
      next.username = next.password = ''
      if (next.origin !== url.origin) {
        authorization = {}
        checkUrl(next, guard(), settings().ports)
        if (((await onHop?.(next.href)) ?? null) !== null)
          throw new Failure('refused', `redirected to ${next.host}, which may not be asked now`)
      }
      url = next
    }
  }

  return {
    async postForm(url, fields, { signal, ...manners } = {}) {
      const deadline = createDeadline(settings().totalTimeout, signal)
      try {
        return await post(url, fields, manners, deadline)
      } catch (error) {
        if (signal?.aborted) throw error
        const known = deadline.signal.reason instanceof Failure ? deadline.signal.reason : classifyFailure(error)
        return { kind: 'failed', reason: known.reason, detail: known.message }
      } finally {
        deadline.clear()
      }
    },
    close: () => agent.destroy(),
  }
}

const readStart = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop discards the rest.
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= MOST_ANSWER) break
  }
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER).toString('utf8')
}
