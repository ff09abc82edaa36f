/**
 * Evaluates robots.txt (RFC 9309) for the URL of a feed, if configured to be obeyed. Fetched under the address guard,
 * and cached in Redis for a day.
 */

import { gunzipSync, gzipSync } from 'node:zlib'
import robotsModule from 'robots-parser'
import type { Fetcher } from '../../http-client/fetch.ts'
import type { Store } from '../../redis/store.ts'
import { isPlausible } from '../../util/plausible-time.ts'
import { withoutUserinfo } from '../../util/redact.ts'

// Its types describe an ES module, but it is CommonJS: the import is the function itself.
const robotsParser = robotsModule as unknown as typeof robotsModule.default

/** RFC 9309, 2.5: at least 500 KiB must be parsed; the rest is ignored. */
const MAX_BYTES = 500 * 1_024
/** RFC 9309, 2.4: not cached longer than a day, ms. */
const KEPT = 24 * 3_600_000
/** Rules that could not be read are requested again sooner, ms. */
const KEPT_UNKNOWN = 3_600_000
/** Largest compressed file that is cached, bytes; a larger one is fetched each time. */
const MAX_STORED_BYTES = 64 * 1_024

export interface RobotsAnswer {
  /** Why a URL may not be fetched, or null if it may. */
  readonly refusal: string | null
  /** Gap between two requests, ms (`Crawl-delay`, which RFC 9309 omits and many files have); 0 if it is absent. */
  readonly delay: number
}

export interface Robots {
  ask(url: string, signal?: AbortSignal): Promise<RobotsAnswer>
}

export interface RobotsParts extends Store {
  readonly fetchText: Fetcher['fetchText']
  readonly userAgent: () => string
  /** ms since the epoch. */
  readonly now?: () => number
}

type Rules = { readonly text: string } | { readonly unknown: string }

/** The product token that rules match: the user agent up to its version. */
const parseProductToken = (userAgent: string): string => userAgent.split(/[/\s]/)[0] ?? userAgent

export const createRobots = ({ redis, keys, fetchText, userAgent, now = Date.now }: RobotsParts): Robots => {
  const fetchRules = async (origin: string, signal: AbortSignal | undefined): Promise<Rules> => {
    const answer = await fetchText(`${origin}/robots.txt`, MAX_BYTES, signal)
    if ('kind' in answer) {
      // A file that is too large counts as absent. Any other failure means the server could not answer.
      return answer.reason === 'too-large' ? { text: '' } : { unknown: `${answer.reason}: ${answer.detail}` }
    }
    // RFC 9309, 2.3.1: a missing file (4xx) allows everything; a server error (5xx) forbids everything, and so does a
    // 429.
    if (answer.status >= 500 || answer.status === 429) return { unknown: `the server answered ${answer.status}` }
    return { text: answer.status > 299 ? '' : answer.text }
  }

  const loadRules = async (origin: string, signal: AbortSignal | undefined): Promise<Rules> => {
    const kept = await redis.getBuffer(keys.robots(origin))
    if (kept) {
      const rules = JSON.parse(gunzipSync(kept, { maxOutputLength: MAX_BYTES * 2 }).toString()) as Rules & {
        at?: number
      } // written below
      // Rules cached while the clock was ahead would be kept for more than a day.
      if (isPlausible(rules.at ?? 0, now())) return rules
    }
    const rules = await fetchRules(origin, signal)
    const packed = gzipSync(JSON.stringify({ ...rules, at: now() }))
    if (packed.length <= MAX_STORED_BYTES)
      await redis.set(keys.robots(origin), packed, 'PX', 'unknown' in rules ? KEPT_UNKNOWN : KEPT)
    return rules
  }

  return {
    async ask(written, signal) {
      const url = withoutUserinfo(written)
      const { origin, pathname } = new URL(url)
      if (pathname === '/robots.txt') return { refusal: null, delay: 0 }
      const rules = await loadRules(origin, signal)
      if ('unknown' in rules) return { refusal: `robots.txt of ${origin} cannot be read (${rules.unknown})`, delay: 0 }
      const parsed = robotsParser(`${origin}/robots.txt`, rules.text)
      const product = parseProductToken(userAgent())
      return {
        refusal: parsed.isDisallowed(url, product) ? `robots.txt of ${origin} does not allow ${pathname}` : null,
        delay: Math.max(0, (parsed.getCrawlDelay(product) ?? 0) * 1_000) || 0,
      }
    },
  }
}
