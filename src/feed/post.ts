/**
 * Sends a form to a server outside, under the same guard as every fetch: private addresses are refused on the address connected to, also
 * behind redirects; times and bytes are bounded. (WebSub hubs are asked so.)
 */

import { Agent, request } from 'undici'
import type { CrawlSettings } from '../sources/settings.ts'
import { checkUrl, Failure, type FailureReason, failureOf, guardedLookup, userAgentOf } from './fetch.ts'
import { createGuard } from './guard.ts'

export type PostOutcome =
  | { readonly kind: 'answered'; readonly status: number /** Start of the answer. */; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly detail: string }

export type PostForm = (
  url: string,
  fields: Readonly<Record<string, string>>,
  signal?: AbortSignal,
) => Promise<PostOutcome>

export interface Poster {
  readonly postForm: PostForm
  close(): Promise<void>
}

/** Of an answer, this much is read: it is only ever a word on what went wrong. */
const MOST_ANSWER = 2_048

/** @throws RangeError where crawl.allow holds what is no range */
export const createPoster = (settings: CrawlSettings): Poster => {
  const guard = createGuard(settings.allow)
  const agent = new Agent({
    connect: { lookup: guardedLookup(guard), timeout: settings.headersTimeout },
    headersTimeout: settings.headersTimeout,
    bodyTimeout: settings.headersTimeout,
    maxHeaderSize: 32 * 1_024,
    connections: 2,
    keepAliveTimeout: 4_000,
  })

  const post: PostForm = async (written, fields, signal) => {
    let url = new URL(written)
    const deadline = AbortSignal.timeout(settings.totalTimeout)
    for (let hops = 0; ; hops += 1) {
      checkUrl(url, guard, settings.ports)
      const { statusCode, headers, body } = await request(url, {
        method: 'POST',
        dispatcher: agent,
        signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        headers: {
          'user-agent': userAgentOf(settings),
          'content-type': 'application/x-www-form-urlencoded',
          accept: '*/*;q=0.1',
        },
        body: new URLSearchParams(fields).toString(),
      })
      // Only these two keep the method (WebSub, section 5.1): others are no answer to a form.
      const location = statusCode === 307 || statusCode === 308 ? headers.location : undefined
      if (typeof location !== 'string') return { kind: 'answered', status: statusCode, text: await startOf(body) }
      await body.dump({ limit: MOST_ANSWER })
      if (hops >= settings.maxRedirects)
        throw new Failure('too-many-redirects', `more than ${settings.maxRedirects} redirects`)
      if (!URL.canParse(location, url.href)) throw new Failure('status', `redirected to ${JSON.stringify(location)}`)
      url = new URL(location, url)
    }
  }

  return {
    async postForm(url, fields, signal) {
      try {
        return await post(url, fields, signal)
      } catch (error) {
        if (signal?.aborted) throw error
        const { reason, message } = failureOf(error)
        return { kind: 'failed', reason, detail: message }
      }
    },
    close: () => agent.destroy(),
  }
}

const startOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop lets go of the rest.
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= MOST_ANSWER) break
  }
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER).toString('utf8')
}
