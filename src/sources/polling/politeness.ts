/**
 * Politeness to registrable domains, shared by all daemons: limits concurrent requests, keeps a gap between two, and
 * pauses for as long as the server asks. A visit that must wait gets a reserved turn and its time, so that its job can
 * be postponed and does not occupy a worker.
 */

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { registrableDomain } from '../../domain/registrable-domain.ts'
import { LONGEST_ASKED } from '../../http-client/headers.ts'
import type { Keys } from '../../redis/keys.ts'
import { loadScript, runScript } from '../../redis/script.ts'

const enterScript = loadScript(new URL('./enter-domain.lua', import.meta.url))
const leaveScript = loadScript(new URL('./leave-domain.lua', import.meta.url))

/** Pause after a rate-limited answer without Retry-After, doubled each time in a row, ms. */
const FIRST_SILENCE = 5 * 60_000

/**
 * Longest gap between two requests that robots.txt or a rate limit can ask for, ms; only Retry-After can ask for more.
 */
const LONGEST_PACE = 10 * 60_000

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
  /** ms it wants between two requests, by robots.txt or by what is left of an allowance. */
  readonly pace?: number
  /** Shorter word for it, such as `429`. */
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
   * Gives back all domains entered. The last one entered gets the complaint. @returns ms its domain is closed for, 0
   * where it is not
   */
  leave(complaint?: Complaint): Promise<number>
}

export interface Politeness {
  /**
   * @param member who visits: the same again when it comes back, so that it finds its turn
   * @param run the same again where the visit is made again because its process died: what the dead one held is let go
   */
  visit(member: string, run?: string): Visit
}

export interface PolitenessParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => RuleSettings & Pick<CrawlSettings, 'totalTimeout'>
  /** 0 to 1, spreads those who wait for the same moment. */
  readonly random?: () => number
  /** ms, by which visits are timed. */
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
        // A fetch ends by its total time-out; what is held longer was left by a process that died.
        const lease = settings().totalTimeout + 5_000
        const host = [keys.host(domain), keys.hostHolders(domain), keys.hostWaiting(domain)]
        const answer = await runScript(redis, enterScript, host, [
          token,
          member,
          lease,
          gap,
          concurrency,
          LONGEST_ASKED,
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
                LONGEST_ASKED,
                random(),
                heard?.why ?? '',
                Math.min(Math.ceil(heard?.pace ?? 0), LONGEST_PACE),
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
