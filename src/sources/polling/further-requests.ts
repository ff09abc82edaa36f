/** Requests beside that for the feed itself: robots.txt, further documents of a source, and a test of validators. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { registrableDomain } from '../../domain/registrable-domain.ts'
import type { SourceId } from '../../domain/source.ts'
import type { FetchFeed, FetchOutcome, Validators } from '../../http-client/fetch.ts'
import { isUnder } from '../../util/host.ts'
import { withoutCredentials } from '../../util/redact.ts'
import type { PollFailure } from '../schedule/backoff.ts'
import type { Sources } from '../store/sources.ts'
import { rulesFor } from './politeness.ts'
import type { Robots } from './robots.ts'

export type Changed = Extract<FetchOutcome, { kind: 'changed' }>

export interface FurtherRequests {
  /** Evaluates robots.txt for a document if it is configured to be obeyed: its refusal, and the gap it asks for, ms. */
  askRobots(url: string, signal: AbortSignal): Promise<{ readonly refusal: PollFailure | null; readonly delay: number }>
  /**
   * Fetches another document, without validators, after the gap of the domain, and from no domain but that of `from`.
   */
  fetchMore(from: string, url: string, signal: AbortSignal): Promise<Changed | PollFailure>
  /**
   * To be called after a request without validators brought new items: checks whether the server would have answered
   * 304 to these validators.
   * @returns what to tell people about it
   */
  testValidators(id: SourceId, url: string, validators: Validators | null, signal: AbortSignal): Promise<string[]>
}

export interface FurtherRequestsParts {
  readonly sources: Pick<Sources, 'distrust'>
  readonly robots: Robots
  readonly fetchFeed: FetchFeed
  readonly settings: () => CrawlSettings
}

export const createFurtherRequests = ({
  sources,
  robots,
  fetchFeed,
  settings,
}: FurtherRequestsParts): FurtherRequests => {
  const rulesAt = (url: string) => rulesFor(registrableDomain(url), settings())

  const askRobots: FurtherRequests['askRobots'] = async (url, signal) => {
    if (!rulesAt(url).robots || isUnder(new URL(url).hostname, settings().optOut)) return { refusal: null, delay: 0 }
    const { refusal, delay } = await robots.ask(url, signal)
    return { refusal: refusal === null ? null : { reason: 'robots', detail: refusal }, delay }
  }

  return {
    askRobots,

    async fetchMore(from, url, signal) {
      const isElsewhere = (other: string): boolean => registrableDomain(other) !== registrableDomain(from)
      const refuse = (detail: string): PollFailure => ({ reason: 'not-a-feed', detail })
      const shown = withoutCredentials(url)
      if (isElsewhere(url)) return refuse(`${shown} lies at another domain: add it as a source of its own`)
      const { refusal, delay } = await askRobots(url, signal)
      if (refusal) return refusal
      await sleep(Math.max(delay, rulesAt(url).gap), undefined, { signal })
      const onHop = async (next: string) => (isElsewhere(next) ? 0 : null)
      const fetched = await fetchFeed({ url, validators: null, signal, onHop })
      if (fetched.kind === 'changed' || fetched.kind === 'failed') return fetched
      return refuse(`${shown} leads to another domain: add where it leads as a source of its own`)
    },

    async testValidators(id, url, validators, signal) {
      await sleep(rulesAt(url).gap, undefined, { signal })
      const again = await fetchFeed({ url, validators, signal })
      if (again.kind !== 'unchanged' || again.by !== 'status') return []
      const how = 'answered 304 though its feed had new items'
      await sources.distrust(id, how)
      return [`its validators are unreliable (its server ${how}): not used for 30 days`]
    },
  }
}
