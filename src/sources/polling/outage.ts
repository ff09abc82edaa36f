/**
 * Detects an outage of our own network, for all replicas together. If most of the domains requested last did not
 * answer, failures do not count against their sources. One source at a time is then fetched as a probe; after the first
 * answer all resume, spread out.
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../../redis/keys.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { CLOCK_SLACK, isPlausible } from '../../util/plausible-time.ts'

const turnScript = loadScript(new URL('./outage.lua', import.meta.url))

export type NetworkMode = 'up' | 'down' | 'back'

export interface NetworkState {
  readonly mode: NetworkMode
  /** ms since the epoch at which it entered this mode. */
  readonly since: number
}

/** The latest result for one domain. */
export interface Heard {
  /**
   * When it was asked: a time-out is told long after the answers of those asked beside it, and says no more of now than
   * they do.
   */
  readonly at: number
  readonly isReached: boolean
}

/** How many of the latest domains are considered. */
const LATEST = 20
/** Fewer unreachable domains than this are no evidence. */
const FEWEST = 5
const SHARE = 0.8
/** Older results are ignored, ms. */
const WINDOW = 15 * 60_000

/** Whether so many domains failed at once that our own network must be down. */
export const looksDown = (heard: readonly Heard[], now: number): boolean => {
  const latest = heard
    .filter(({ at }) => at > now - WINDOW && isPlausible(at, now))
    .sort((a, b) => b.at - a.at)
    .slice(0, LATEST)
  const unreached = latest.filter(({ isReached }) => !isReached).length
  return unreached >= FEWEST && unreached >= latest.length * SHARE
}

const LONGEST_PROBE_GAP = 120_000

/** Between probes: 10 s at first, growing with the outage to 2 minutes, ms. */
export const probeGap = (downFor: number): number => Math.min(Math.max(10_000, downFor / 10), LONGEST_PROBE_GAP)

/** How long it takes until all sources have resumed, ms. */
export const RESUME = 120_000

/**
 * Returns how many due sources may be claimed now: only a probe while our network is down, and a growing share after it
 * has come back.
 * @param most number that would be claimed otherwise
 */
export const allowance = ({ mode, since }: NetworkState, now: number, most: number): number => {
  if (mode === 'up') return most
  if (mode === 'down') return 1
  return Math.max(1, Math.ceil(most * Math.min(1, Math.max(0, now - since) / RESUME)))
}

export interface OutageDetector {
  state(): Promise<NetworkState>
  /** Before a fetch: null to go ahead, or ms to wait. While down, one passes at a time. */
  gate(): Promise<number | null>
  /** A domain asked at `askedAt` answered, whatever it said. Costs nothing but memory until told on, once a second. */
  reached(domain: string, askedAt: number): void
  /**
   * A domain asked at `askedAt` did not answer.
   * @param wasFailing the source failed the last time, too: that it fails again says nothing of our network. Those are
   * asked last of all that is due, so at the end of a round they are the latest.
   * @returns whether that is our own network's fault, so that it does not count
   */
  unreached(domain: string, sourceId: string, askedAt: number, wasFailing: boolean): Promise<boolean>
  /** Writes the results not yet written to Redis. */
  flush(): Promise<void>
}

export interface OutageDetectorParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms since the epoch. */
  readonly now: () => number
  readonly random?: () => number
  /** The network is back: these sources failed while it went, `within` ms they should be tried again. */
  readonly onBack: (sourceIds: readonly string[], within: number) => Promise<void>
  readonly say?: (mode: NetworkMode) => void
}

/** For how long this process uses the state it read last, ms: polls in between need no command. */
const STALE = 1_000
const MOST_SUSPECTS = 10_000

export const createOutageDetector = ({
  redis,
  keys,
  now,
  random = Math.random,
  onBack,
  say,
}: OutageDetectorParts): OutageDetector => {
  let known: NetworkState = { mode: 'up', since: 0 }
  let readAt = Number.NEGATIVE_INFINITY
  const heardDomains = new Map<string, { readonly askedAt: number; readonly at: number }>()
  const [reachedKey, unreachedKey] = [keys.networkHeard('reached'), keys.networkHeard('unreached')]

  const read = async (): Promise<NetworkState> => {
    const [mode, since] = await redis.hmget(keys.network(), 'mode', 'since')
    const turnedAt = Number(since ?? 0)
    // Turned while the clock was ahead: so long ago that nobody waits for it any more.
    known = { mode: (mode ?? 'up') as NetworkMode, since: isPlausible(turnedAt, now()) ? turnedAt : 0 } // written by turn() alone
    readAt = performance.now()
    return known
  }

  /** Changes the mode in one replica only, even if several see the reason. */
  const turn = async (from: NetworkMode, to: NetworkMode): Promise<boolean> => {
    const isOurs = (await runScript(redis, turnScript, [keys.network()], [from, to, now()])) === 1
    await read()
    if (isOurs) say?.(to)
    return isOurs
  }

  const comeBack = async (): Promise<void> => {
    if (!(await turn('down', 'back'))) return
    const suspects = await redis.zrange(keys.networkSuspects(), 0, '-1')
    await redis.del(unreachedKey, keys.networkSuspects(), keys.networkProbe())
    if (suspects.length > 0) await onBack(suspects, RESUME)
  }

  const flush = async (): Promise<void> => {
    const told = [...heardDomains].sort(([, a], [, b]) => a.askedAt - b.askedAt).slice(-LATEST)
    const answeredAt = Math.max(...[...heardDomains.values()].map(({ at }) => at))
    heardDomains.clear()
    if (told.length > 0) {
      const domains = told.map(([domain]) => domain)
      await Promise.all([
        redis.zadd(reachedKey, ...told.flatMap(([domain, { askedAt }]) => [String(askedAt), domain])),
        redis.zrem(unreachedKey, ...domains),
        redis.zremrangebyrank(reachedKey, 0, -LATEST - 1),
        redis.pexpire(reachedKey, WINDOW),
      ])
    }
    const { mode, since } = await read()
    if (mode === 'down' && answeredAt >= since) await comeBack()
    if (mode === 'back' && now() - since > RESUME) await turn('back', 'up')
  }

  /** Reads the state at most once a second. */
  let reading: Promise<void> | null = null
  const fresh = async (): Promise<NetworkState> => {
    if (performance.now() - readAt > STALE) {
      reading ??= flush().finally(() => {
        reading = null
      })
      await reading
    }
    return known
  }

  return {
    state: fresh,
    flush,
    async gate() {
      const { mode, since } = await fresh()
      if (mode !== 'down') return null
      const gap = Math.round(probeGap(now() - since))
      if ((await redis.set(keys.networkProbe(), '1', 'PX', gap, 'NX')) === 'OK') return null
      if (!isPlausible(await redis.pttl(keys.networkProbe()), 0, LONGEST_PROBE_GAP))
        await redis.del(keys.networkProbe())
      return Math.round(gap * (1 + random() * 3))
    },
    reached(domain, askedAt) {
      heardDomains.set(domain, { askedAt, at: now() })
      // An answer to the probe ends the outage: read the state again at once.
      if (known.mode === 'down') readAt = Number.NEGATIVE_INFINITY
    },
    async unreached(domain, sourceId, askedAt, wasFailing) {
      await flush()
      if (wasFailing && known.mode !== 'down') return false
      const at = now()
      const answers = await redis
        .multi()
        .zadd(unreachedKey, askedAt, domain)
        .zrem(reachedKey, domain)
        .zremrangebyscore(unreachedKey, at + CLOCK_SLACK, '+inf')
        .zremrangebyscore(reachedKey, at + CLOCK_SLACK, '+inf')
        .zremrangebyrank(unreachedKey, 0, -LATEST - 1)
        .pexpire(unreachedKey, WINDOW)
        .zrange(unreachedKey, 0, '-1', 'WITHSCORES')
        .zrange(reachedKey, 0, '-1', 'WITHSCORES')
        .zadd(keys.networkSuspects(), at, sourceId)
        .zremrangebyscore(keys.networkSuspects(), '-inf', known.mode === 'down' ? 0 : at - WINDOW)
        .zremrangebyrank(keys.networkSuspects(), 0, -MOST_SUSPECTS - 1)
        .pexpire(keys.networkSuspects(), 86_400_000)
        .exec()
      const scores = (index: number): number[] =>
        ((answers?.[index]?.[1] ?? []) as string[]).filter((_, place) => place % 2 === 1).map(Number)
      const heard = [
        ...scores(6).map(score => ({ at: score, isReached: false })),
        ...scores(7).map(score => ({ at: score, isReached: true })),
      ]
      if (known.mode === 'down') return true
      if (!looksDown(heard, at)) return false
      await turn(known.mode, 'down')
      return true
    },
  }
}
