/** robots.txt (RFC 9309) for the path of a feed, where it is configured to be obeyed: read through the guard, kept in Redis for a day. */

import { gunzipSync, gzipSync } from 'node:zlib'
import type { Redis } from 'ioredis'
import robotsModule from 'robots-parser'
import type { Fetcher } from '../../http-client/fetch.ts'
import type { Keys } from '../../redis/keys.ts'
import { isPlausible } from '../../util/plausible-time.ts'
import { withoutUserinfo } from '../../util/redact.ts'

// Its types tell of an ES module; it is CommonJS, and what is imported is the function itself.
const robotsParser = robotsModule as unknown as typeof robotsModule.default

/** RFC 9309, 2.5: at least 500 KiB are read; what is more is left out. */
const MOST = 500 * 1_024
/** RFC 9309, 2.4: not kept longer than a day. */
const KEPT = 24 * 3_600_000
/** A server that cannot answer for its rules is asked again sooner, ms. */
const KEPT_UNKNOWN = 3_600_000
/** What is kept, compressed; a longer one is read anew each time. */
const MOST_KEPT = 64 * 1_024

export interface RobotsAnswer {
  /** Why a URL may not be fetched, or null where it may. */
  readonly refusal: string | null
  /** ms it wants between two requests (`Crawl-delay`, which RFC 9309 leaves out and many files have); 0 where it does not say. */
  readonly delay: number
}

export interface Robots {
  ask(url: string, signal?: AbortSignal): Promise<RobotsAnswer>
}

export interface RobotsParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly fetchText: Fetcher['fetchText']
  readonly userAgent: () => string
  /** ms since the epoch. */
  readonly now?: () => number
}

type Rules = { readonly text: string } | { readonly unknown: string }

/** The name that rules are written for: what stands before the version. */
const productOf = (userAgent: string): string => userAgent.split(/[/\s]/)[0] ?? userAgent

export const createRobots = ({ redis, keys, fetchText, userAgent, now = Date.now }: RobotsParts): Robots => {
  const fetchRules = async (origin: string, signal: AbortSignal | undefined): Promise<Rules> => {
    const answer = await fetchText(`${origin}/robots.txt`, MOST, signal)
    if ('kind' in answer) {
      // Larger than anyone has to read: as if there were none. Anything else is a server that could not answer.
      return answer.reason === 'too-large' ? { text: '' } : { unknown: `${answer.reason}: ${answer.detail}` }
    }
    // RFC 9309, 2.3.1: none there (4xx) allows all; a server in trouble (5xx) forbids all, and so does one that says it is asked too often.
    if (answer.status >= 500 || answer.status === 429) return { unknown: `the server answered ${answer.status}` }
    return { text: answer.status > 299 ? '' : answer.text }
  }

  const rulesOf = async (origin: string, signal: AbortSignal | undefined): Promise<Rules> => {
    const kept = await redis.getBuffer(keys.robots(origin))
    if (kept) {
      const rules = JSON.parse(gunzipSync(kept, { maxOutputLength: MOST * 2 }).toString()) as Rules & { at?: number } // written below
      // Read while the clock was ahead, they would be kept for longer than anybody's may be.
      if (isPlausible(rules.at ?? 0, now())) return rules
    }
    const rules = await fetchRules(origin, signal)
    const packed = gzipSync(JSON.stringify({ ...rules, at: now() }))
    if (packed.length <= MOST_KEPT)
      await redis.set(keys.robots(origin), packed, 'PX', 'unknown' in rules ? KEPT_UNKNOWN : KEPT)
    return rules
  }

  return {
    async ask(written, signal) {
      const url = withoutUserinfo(written)
      const { origin, pathname } = new URL(url)
      if (pathname === '/robots.txt') return { refusal: null, delay: 0 }
      const rules = await rulesOf(origin, signal)
      if ('unknown' in rules) return { refusal: `robots.txt of ${origin} cannot be read (${rules.unknown})`, delay: 0 }
      const parsed = robotsParser(`${origin}/robots.txt`, rules.text)
      const product = productOf(userAgent())
      return {
        refusal: parsed.isDisallowed(url, product) ? `robots.txt of ${origin} does not allow ${pathname}` : null,
        delay: Math.max(0, (parsed.getCrawlDelay(product) ?? 0) * 1_000) || 0,
      }
    },
  }
}
