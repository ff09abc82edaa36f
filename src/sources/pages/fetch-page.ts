/**
 * Fetches the page of an article as politely as feeds: in its turn at the domain, under the address guard and the
 * limits of `crawl`, and never what robots.txt forbids, whatever `crawl.robots` says of feeds.
 */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { registrableDomain } from '../../domain/registrable-domain.ts'
import type { FetchFeed } from '../../http-client/fetch.ts'
import { isUnder } from '../../util/host.ts'
import type { OutageDetector } from '../polling/outage.ts'
import type { Complaint, Politeness, Visit, Wait } from '../polling/politeness.ts'
import type { Robots } from '../polling/robots.ts'

export type FetchedPage =
  | {
      readonly kind: 'page'
      readonly body: Uint8Array
      readonly contentType: string | null
      /** After redirects. */
      readonly url: string
    }
  | { readonly kind: 'postponed'; readonly ms: number }
  | {
      readonly kind: 'failed'
      readonly reason: string
      readonly detail: string
      readonly status?: number
      /** Whether another attempt is of use. */
      readonly isPassing: boolean
    }

export interface PageRequest {
  readonly url: string
  /** Identifies this run: the same when it is repeated because its process died. */
  readonly run: string
  readonly signal: AbortSignal
}

export type FetchArticlePage = (request: PageRequest) => Promise<FetchedPage>

export interface FetchArticlePageParts {
  readonly politeness: Politeness
  readonly network: Pick<OutageDetector, 'gate'>
  readonly robots: Robots
  readonly fetchFeed: FetchFeed
  readonly settings: () => Pick<CrawlSettings, 'optOut'>
}

/** Failures of a moment. Of statuses, those that say that the server has a problem or too many requests. */
const PASSING = new Set(['dns', 'refused', 'timeout', 'reset', 'cut-off'])
const isPassing = (reason: string, status: number | undefined): boolean =>
  PASSING.has(reason) || status === 408 || status === 425 || status === 429 || (status ?? 0) >= 500

const HTML = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i

export const createFetchArticlePage = ({
  politeness,
  network,
  robots,
  fetchFeed,
  settings,
}: FetchArticlePageParts): FetchArticlePage => {
  const fetchInTurn = async ({ url, signal }: PageRequest, visit: Visit) => {
    let complaint: Complaint | undefined
    const fetchAllowed = async (): Promise<FetchedPage> => {
      const turn = await visit.enter(url)
      if (turn) return { kind: 'postponed', ms: turn.ms }
      if (!isUnder(new URL(url).hostname, settings().optOut)) {
        const { refusal, delay } = await robots.ask(url, signal)
        complaint = { pace: delay, why: '' }
        if (refusal !== null) return { kind: 'failed', reason: 'robots', detail: refusal, isPassing: false }
      }
      let wait: Wait | null = null
      const fetched = await fetchFeed({
        ...{ url, validators: null, signal, as: 'page' },
        onHop: async next => {
          wait = await visit.enter(next)
          return wait?.ms ?? null
        },
      })
      if (fetched.kind === 'held') return { kind: 'postponed', ms: fetched.wait }
      if (fetched.kind === 'failed') {
        const { reason, detail, status } = fetched
        complaint = { ...complaint, ...fetched, why: `answered ${status ?? reason}` }
        return {
          ...{ kind: 'failed', reason, detail },
          ...(status ? { status } : {}),
          isPassing: isPassing(reason, status),
        }
      }
      if (fetched.kind === 'unchanged') throw new Error('a request without validators was answered as unchanged')
      const { body, contentType, url: finalUrl, retryAfter, pace } = fetched
      complaint = {
        ...(retryAfter === undefined ? {} : { retryAfter }),
        ...{ pace: Math.max(complaint?.pace ?? 0, pace ?? 0), why: 'has no requests left for us' },
      }
      if (contentType !== null && !HTML.test(contentType))
        return { kind: 'failed', reason: 'not-html', detail: contentType.slice(0, 100), isPassing: false }
      return { kind: 'page', body, contentType, url: finalUrl }
    }
    try {
      return await fetchAllowed()
    } finally {
      await visit.leave(complaint)
    }
  }

  return async request => {
    const wait = await network.gate()
    if (wait !== null) return { kind: 'postponed', ms: wait }
    // All pages of a domain share one turn, so that feeds of the domain never wait for more than one of them.
    return fetchInTurn(request, politeness.visit(`pages:${registrableDomain(request.url)}`, request.run))
  }
}
