/**
 * Fetches a feed over HTTP: conditional, bounded in time and in bytes before and after decompression, every redirect followed by hand
 * and checked. A feed that cannot be fetched is an outcome, not an exception.
 */

import { createHash } from 'node:crypto'
import { lookup as dnsLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Agent, type Dispatcher, request } from 'undici'
import type { CrawlSettings } from '../sources/settings.ts'
import { createGuard, type Guard } from './guard.ts'

/** What to ask with next time, as the server gave it, and a hash of the body beside it. */
export interface Validators {
  readonly etag: string | null
  readonly lastModified: string | null
  readonly bodyHash: string | null
}

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
  | 'encoding'
  | 'not-a-feed'

export type FetchOutcome =
  | {
      readonly kind: 'changed'
      readonly body: Uint8Array
      readonly contentType: string | null
      readonly validators: Validators
      /** Where the body came from, after redirects: what relative links are resolved against. */
      readonly url: string
      readonly status: number
      /** Where the source has moved for good: every redirect on the way there was a permanent one. */
      readonly movedTo: string | null
      /** ms for which the server says its answer stays fresh. */
      readonly freshFor: number | null
      /** The Link headers as they came, joined: where a hub may be named. */
      readonly links: string | null
    }
  | {
      readonly kind: 'unchanged'
      readonly by: 'status' | 'body'
      readonly status: number
      readonly freshFor: number | null
    }
  | {
      readonly kind: 'failed'
      readonly reason: FailureReason
      readonly detail: string
      readonly status?: number
      /** ms to wait, as the server asks (Retry-After). */
      readonly retryAfter?: number
    }

export interface FetchRequest {
  readonly url: string
  /** null asks for the whole document, whatever is known of it. */
  readonly validators: Validators | null
  readonly signal?: AbortSignal
}

export type FetchFeed = (request: FetchRequest) => Promise<FetchOutcome>

export interface Fetcher {
  readonly fetchFeed: FetchFeed
  close(): Promise<void>
}

const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, application/json;q=0.8, text/xml;q=0.8, */*;q=0.5'

/** Known to the callers of request() as a value, inside as an exception that ends the fetch. */
export class Failure extends Error {
  readonly reason: FailureReason
  readonly extra: { status?: number; retryAfter?: number }

  constructor(reason: FailureReason, detail: string, extra: { status?: number; retryAfter?: number } = {}) {
    super(detail)
    this.reason = reason
    this.extra = extra
  }
}

const header = (headers: Dispatcher.ResponseData['headers'], name: string): string | null => {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** Seconds or an HTTP date -> ms from now, never negative. */
export const retryAfterOf = (written: string | null, now: number): number | undefined => {
  if (written === null) return undefined
  const seconds = /^\s*(\d{1,9})\s*$/.exec(written)?.[1]
  if (seconds !== undefined) return Number(seconds) * 1_000
  const at = Date.parse(written)
  return Number.isFinite(at) ? Math.max(0, at - now) : undefined
}

/** Cache-Control max-age less Age, else Expires -> ms, or null. */
export const freshForOf = (headers: Dispatcher.ResponseData['headers'], now: number): number | null => {
  const maxAge = /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(header(headers, 'cache-control') ?? '')?.[1]
  if (maxAge !== undefined) return Math.max(0, Number(maxAge) - Number(header(headers, 'age') ?? 0)) * 1_000
  const expires = Date.parse(header(headers, 'expires') ?? '')
  return Number.isFinite(expires) ? Math.max(0, expires - now) : null
}

/** What went wrong below HTTP, in terms of reasons. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof Failure) return error
  const { code = '', message = String(error), cause } = error as NodeJS.ErrnoException & { cause?: unknown }
  if (cause instanceof Failure) return cause
  const detail = message || code
  if (/ENOTFOUND|EAI_AGAIN|ENODATA/.test(code)) return new Failure('dns', `its name cannot be resolved (${code})`)
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/.test(code)) return new Failure('refused', `no connection (${code})`)
  if (/TIMEOUT|ETIMEDOUT/.test(code) || /aborted due to timeout/i.test(message))
    return new Failure('timeout', `no answer in time (${detail})`)
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO_/.test(code))
    return new Failure('tls', `no secure connection (${code}: ${detail})`)
  if (/UND_ERR_RES_EXCEEDED_MAX_SIZE|HEADERS_OVERFLOW/.test(code)) return new Failure('too-large', detail)
  if (
    /UND_ERR_SOCKET|ECONNRESET|EPIPE|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_ABORTED/.test(
      code,
    )
  ) {
    return new Failure(
      /CONTENT_LENGTH|other side closed|premature/i.test(`${code} ${message}`) ? 'cut-off' : 'reset',
      `the connection ended in mid-answer (${detail})`,
    )
  }
  if (/^(Z_|ERR_BROTLI|ERR__ERROR)|BROTLI/.test(code))
    return new Failure(/Z_BUF_ERROR/.test(code) ? 'cut-off' : 'encoding', `the body cannot be decompressed (${detail})`)
  if (/HPE_|UND_ERR_INVALID|HTTPParserError/.test(`${code} ${(error as Error).name}`))
    return new Failure('reset', `the answer is no HTTP (${detail})`)
  return new Failure('reset', detail)
}

/** Checks what a name resolves to before anything connects: one private answer among many refuses all. */
export const guardedLookup =
  (guard: Guard): LookupFunction =>
  (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const refusal = addresses.map(({ address }) => guard.refuses(address)).find(Boolean)
      if (refusal)
        return callback(Object.assign(new Failure('blocked', `${hostname}: ${refusal}`), { code: 'BLOCKED' }), '', 0)
      if (options.all) return callback(null, addresses)
      const [first] = addresses
      return first
        ? callback(null, first.address, first.family)
        : callback(Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' }), '', 0)
    })
  }

/** Checks a URL before it is asked for, and what a literal address in it names: those are never looked up. */
export const checkUrl = (url: URL, guard: Guard, ports: readonly number[]): void => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Failure('blocked', `${url.protocol} is neither http nor https`)
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  if (ports.length > 0 && !ports.includes(port)) throw new Failure('blocked', `port ${port} is not among crawl.ports`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const refusal = isIP(host) ? guard.refuses(host) : null
  if (refusal) throw new Failure('blocked', refusal)
}

/** Reads a body through its encodings, at most `most` bytes before and after. */
const readBody = async (response: Dispatcher.ResponseData, most: number): Promise<Uint8Array> => {
  const encodings = (header(response.headers, 'content-encoding') ?? '')
    .toLowerCase()
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '' && each !== 'identity')
  if (encodings.length > 3) throw new Failure('encoding', `${encodings.length} encodings one around another`)
  const declared = Number(header(response.headers, 'content-length') ?? Number.NaN)
  if (declared > most) throw new Failure('too-large', `the body is declared as ${declared} bytes, more than ${most}`)
  const decoders = encodings.reverse().map(encoding => {
    if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip()
    if (encoding === 'deflate') return createInflate()
    if (encoding === 'br') return createBrotliDecompress()
    throw new Failure('encoding', `the body is encoded as ${JSON.stringify(encoding)}, which was not asked for`)
  })
  // An error anywhere in the chain ends the last stream with it, and so reaches the loop below.
  const decoded: Readable =
    decoders.length === 0
      ? response.body
      : (pipeline([response.body, ...decoders], () => undefined) as unknown as Readable)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of decoded as AsyncIterable<Uint8Array>) {
    size += chunk.length
    // Leaving the loop destroys the streams: nothing more is read or decompressed.
    if (size > most) throw new Failure('too-large', `the body is larger than ${most} bytes`)
    chunks.push(chunk)
  }
  if (decoders.length === 0 && Number.isFinite(declared) && size < declared)
    throw new Failure('cut-off', `${size} of ${declared} bytes came`)
  return Buffer.concat(chunks, size)
}

export const bodyHash = (body: Uint8Array): string => createHash('sha256').update(body).digest('base64url').slice(0, 22)

/** Who we are, with a way to reach the operator. */
export const userAgentOf = ({ userAgent, contact }: Pick<CrawlSettings, 'userAgent' | 'contact'>): string =>
  contact ? `${userAgent} (+${contact})` : userAgent

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** @throws RangeError where crawl.allow holds what is no range */
export const createFetcher = (settings: CrawlSettings, now: () => number = Date.now): Fetcher => {
  const guard = createGuard(settings.allow)
  const agent = new Agent({
    connect: { lookup: guardedLookup(guard), timeout: settings.headersTimeout },
    headersTimeout: settings.headersTimeout,
    bodyTimeout: settings.headersTimeout,
    maxResponseSize: settings.maxBody,
    maxHeaderSize: 32 * 1_024,
    connections: 2,
    keepAliveTimeout: 4_000,
    pipelining: 1,
  })
  const userAgent = userAgentOf(settings)

  const conditions = (validators: Validators | null): Record<string, string> => ({
    ...(validators?.etag ? { 'if-none-match': validators.etag } : {}),
    ...(validators?.lastModified ? { 'if-modified-since': validators.lastModified } : {}),
  })

  const fetchOnce = async ({ url: written, validators, signal }: FetchRequest): Promise<FetchOutcome> => {
    let url = new URL(written)
    let movedTo: string | null = null
    let leading = true
    const deadline = AbortSignal.timeout(settings.totalTimeout)
    for (let hops = 0; ; hops += 1) {
      checkUrl(url, guard, settings.ports)
      const credentials = url.username
        ? {
            authorization: `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`,
          }
        : {}
      const response = await request(url, {
        dispatcher: agent,
        signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        headers: {
          'user-agent': userAgent,
          accept: ACCEPT,
          'accept-encoding': 'gzip, deflate, br',
          ...credentials,
          ...conditions(validators),
        },
      })
      const { statusCode: status, headers } = response
      const location = header(headers, 'location')
      if (REDIRECTS.has(status) && location !== null) {
        await response.body.dump({ limit: 65_536 })
        if (hops >= settings.maxRedirects)
          throw new Failure(
            'too-many-redirects',
            `more than ${settings.maxRedirects} redirects, the last to ${location}`,
          )
        if (!URL.canParse(location, url.href))
          throw new Failure('status', `redirected to ${JSON.stringify(location)}, which is no URL`, { status })
        const next = new URL(location, url)
        leading &&= status === 301 || status === 308
        // What one host was given is not for another to read.
        if (next.origin !== url.origin) next.username = next.password = ''
        if (leading) movedTo = next.href
        url = next
        continue
      }
      if (status === 304 && validators) {
        await response.body.dump()
        return { kind: 'unchanged', by: 'status', status, freshFor: freshForOf(headers, now()) }
      }
      if (status < 200 || status > 299) {
        await response.body.dump({ limit: 65_536 })
        const retryAfter = retryAfterOf(header(headers, 'retry-after'), now())
        throw new Failure('status', `the server answered ${status}`, {
          status,
          ...(retryAfter === undefined ? {} : { retryAfter }),
        })
      }
      const body = await readBody(response, settings.maxBody)
      const hash = bodyHash(body)
      const freshFor = freshForOf(headers, now())
      if (validators?.bodyHash === hash) return { kind: 'unchanged', by: 'body', status, freshFor }
      return {
        kind: 'changed',
        body,
        contentType: header(headers, 'content-type'),
        validators: { etag: header(headers, 'etag'), lastModified: header(headers, 'last-modified'), bodyHash: hash },
        url: url.href,
        status,
        movedTo,
        freshFor,
        links: [headers.link ?? []].flat().join(', ') || null,
      }
    }
  }

  return {
    async fetchFeed(wanted) {
      try {
        return await fetchOnce(wanted)
      } catch (error) {
        if (wanted.signal?.aborted) throw error
        const { reason, message, extra } = failureOf(error)
        return { kind: 'failed', reason, detail: message, ...extra }
      }
    },
    close: () => agent.destroy(),
  }
}
