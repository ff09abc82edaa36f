/**
 * Sends a form or a text to an external server (a WebSub hub, a webhook) under the same guard as every fetch: private addresses are refused
 * on the address connected to, also after redirects, and time and bytes are limited.
 */

import type { CrawlSettings } from '../config/sections/crawl.ts'
import { type ClientParts, createHttpClient, findPause, type OnHop } from './client.ts'
import { Failure, type FailureReason } from './failure.ts'

export type PostOutcome =
  | { readonly kind: 'answered'; readonly status: number /** Start of the answer. */; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly detail: string }

/** A report of too many requests, with the ms for which the server asks for a pause, if it says so. */
export interface PostComplaint {
  readonly retryAfter?: number
  readonly isLimited: true
  readonly why: string
}

/** Callbacks for redirects to other origins and for rate limits. */
export interface PostManners {
  readonly onHop?: OnHop
  /** Called when the server reports too many requests. */
  readonly onLimited?: (complaint: PostComplaint) => void
}

export type PostForm = (
  url: string,
  fields: Readonly<Record<string, string>>,
  manners?: PostManners & { readonly signal?: AbortSignal },
) => Promise<PostOutcome>

/** @param headers its content type among them */
export type PostText = (
  url: string,
  body: string,
  manners: PostManners & { readonly headers: Readonly<Record<string, string>>; readonly signal?: AbortSignal },
) => Promise<PostOutcome>

export interface Poster {
  readonly postForm: PostForm
  readonly postText: PostText
  close(): Promise<void>
}

/** Maximum bytes read of an answer, which only helps to explain failures. */
const MAX_ANSWER = 2_048

const ACCEPT = { accept: '*/*;q=0.1' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

const readStart = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop discards the rest.
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= MAX_ANSWER) break
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER).toString('utf8')
}

/**
 * @param settings read at each request, since they may change
 * @throws RangeError if crawl.allow holds an invalid range
 */
export const createPoster = (settings: () => CrawlSettings, { now = Date.now, resolve }: ClientParts = {}): Poster => {
  const client = createHttpClient(settings, resolve)
  const postText: PostText = async (url, body, { headers: given, signal, onHop, onLimited }) => {
    const outcome = await client.runInTime(signal, async deadline => {
      const headers = { ...ACCEPT, ...given }
      const arrived = await client.send({ url, headers, body, ...(onHop ? { onHop } : {}) }, deadline)
      if ('wait' in arrived)
        throw new Failure('refused', `redirected to ${new URL(arrived.url).host}, which may not be requested now`)
      const { statusCode: status, headers: answered, body: answer } = arrived.response
      const pause = status === 429 || status === 503 ? findPause(answered, now()) : undefined
      // A 503 without a pause concerns this one answer.
      if (status === 429 || pause !== undefined)
        onLimited?.({
          ...{ isLimited: true, why: `answered ${status}` },
          ...(pause === undefined ? {} : { retryAfter: pause }),
        })
      return { kind: 'answered' as const, status, text: await readStart(answer) }
    })
    return outcome.kind === 'answered' ? outcome : { kind: 'failed', reason: outcome.reason, detail: outcome.detail }
  }
  return {
    postText,
    postForm: (url, fields, manners = {}) =>
      postText(url, new URLSearchParams(fields).toString(), { ...manners, headers: FORM }),
    close: client.close,
  }
}
