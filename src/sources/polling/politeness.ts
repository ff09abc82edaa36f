/**
 * Politeness to registrable domains, over all replicas: limits concurrent requests, keeps a gap between two, and pauses
 * for as long as the server asks. A visit that has to wait gets a reserved turn and the time of it, so that it neither
 * polls nor holds a worker.
 */

import { randomUUID } from 'node:crypto'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { registrableDomain } from '../../domain/registrable-domain.ts'
import { MAX_RETRY_AFTER } from '../../http-client/headers.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'

const enterScript = loadScript(new URL('./enter-domain.lua', import.meta.url))
const leaveScript = loadScript(new URL('./leave-domain.lua', import.meta.url))

/** Pause after a rate-limited answer without Retry-After, doubled each time in a row, ms. */
const FIRST_SILENCE = 5 * 60_000

/**
 * Longest gap between two requests that robots.txt or a rate limit can ask for, ms; only Retry-After can ask for more.
 */
const MAX_PACE = 10 * 60_000

export interface DomainRules {
  readonly gap: number
  readonly concurrency: number
  readonly robots: boolean
}

type RuleSettings = Pick<CrawlSettings, 'hostGap' | 'hostConcurrency' | 'robots' | 'domains'>

/** The settings of a domain: its own, else those for all domains. */
export const rulesFor = (domain: string, { hostGap, hostConcurrency, robots, domains }: RuleSettings): DomainRules => {
  const own = domains[domain] ?? domains[domain.replace(/:\d+$/, '')] ?? {}
  return { gap: own.gap ?? hostGap, concurrency: own.concurrency ?? hostConcurrency, robots: own.robots ?? robots }
}

/** What a server said about further requests. */
export interface Complaint {
  /** ms to pause, if the server says so. */
  readonly retryAfter?: number
  /** Whether the server said that it gets too many requests. */
  readonly isLimited?: boolean
  /** Gap that the server asks for between two requests, ms: by robots.txt, or by what is left of a rate limit. */
  readonly pace?: number
  /** Short reason, such as `429`. */
  readonly why: string
}

/**
 * Try again in `ms`: it is not our turn (`turn`), or the domain is rate-limited by the publisher (`closed`, and why).
 */
export interface Wait {
  readonly ms: number
  readonly kind: 'turn' | 'closed'
  readonly why: string
}

/** One crawl's visit to one or more domains. */
export interface Visit {
  /** @returns null when entered (or entered already), else how long to wait: the turn is kept */
  enter(url: string): Promise<Wait | null>
  /**
   * Releases all domains entered. The complaint applies to the last one entered.
   * @returns ms for which its domain is closed, 0 if it is not
   */
  leave(complaint?: Complaint): Promise<number>
}

export interface Politeness {
  /**
   * @param member identifies the visitor: the same when it comes back, so that it finds its turn
   * @param run identifies the run: the same when it is repeated because its process died, so that what the first run
   *            held is released
   */
  visit(member: string, run?: string): Visit
}

export interface PolitenessParts extends Store {
  readonly settings: () => RuleSettings & Pick<CrawlSettings, 'totalTimeout'>
  /** 0 to 1; spreads visits that wait for the same moment. */
  readonly random?: () => number
  /** Monotonic clock for timing visits, ms. */
  readonly monotonic?: () => number
}

export const createPoliteness = ({
  redis,
  keys,
  settings,
  random = Math.random,
  monotonic = () => performance.now(),
}: PolitenessParts): Politeness => ({
  visit(member, run) {
    const token = run === undefined ? randomUUID() : `${member} ${run}`
    const entered = new Map<string, number>()
    return {
      async enter(url) {
        const domain = registrableDomain(url)
        if (entered.has(domain)) return null
        const { gap, concurrency } = rulesFor(domain, settings())
        // A fetch ends at its total time-out; a domain held longer was held by a process that died.
        const lease = settings().totalTimeout + 5_000
        const host = [keys.host(domain), keys.hostHolders(domain), keys.hostWaiting(domain)]
        const answer = await runScript(redis, enterScript, host, [
          token,
          member,
          lease,
          gap,
          concurrency,
          MAX_RETRY_AFTER,
        ])
        const [isIn, ms = 0, why = ''] = answer as [number, number?, string?] // what the script returns
        if (isIn === 1) {
          entered.set(domain, monotonic())
          return null
        }
        return why === 'turn' ? { ms, kind: 'turn', why } : { ms, kind: 'closed', why: `${domain} ${why}` }
      },
      async leave(complaint) {
        const last = [...entered.keys()].at(-1)
        const closed = await Promise.all(
          [...entered].map(async ([domain, since]) => {
            const heard = domain === last ? complaint : undefined
            const asked = heard?.retryAfter ?? (heard?.isLimited ? -1 : 0)
            const ms = await runScript(
              redis,
              leaveScript,
              [keys.host(domain), keys.hostHolders(domain)],
              [
                token,
                rulesFor(domain, settings()).gap,
                Math.round(monotonic() - since),
                asked,
                FIRST_SILENCE,
                MAX_RETRY_AFTER,
                random(),
                heard?.why ?? '',
                Math.min(Math.ceil(heard?.pace ?? 0), MAX_PACE),
              ],
            )
            return domain === last ? Number(ms) : 0
          }),
        )
        entered.clear()
        return Math.max(0, ...closed)
      },
    }
  },
})
