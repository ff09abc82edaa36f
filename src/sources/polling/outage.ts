/**
 * Detects an outage of our own network, for all replicas together. If most of the domains requested last did not
 * answer, failures do not count against their sources. One source at a time is then fetched as a probe; after the first
 * answer all resume, spread out.
 */

import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { isPlausible } from '../../util/plausible-time.ts'
import { type Heard, MAX_AGE, MAX_DOMAINS, type Reached, writeReached, writeUnreached } from './network-results.ts'

const turnScript = loadScript(new URL('./outage.lua', import.meta.url))

export type NetworkMode = 'up' | 'down' | 'back'

export interface NetworkState {
  readonly mode: NetworkMode
  /** ms since the epoch at which it entered this mode. */
  readonly since: number
}

/** Fewer unreachable domains than this are no evidence. */
const MIN_UNREACHED = 5
const SHARE = 0.8

/** Whether so many domains failed at once that our own network must be down. */
export const looksDown = (heard: readonly Heard[], now: number): boolean => {
  const latest = heard
    .filter(({ at }) => at > now - MAX_AGE && isPlausible(at, now))
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_DOMAINS)
  const unreached = latest.filter(({ isReached }) => !isReached).length
  return unreached >= MIN_UNREACHED && unreached >= latest.length * SHARE
}

const MAX_PROBE_GAP = 120_000

/** Gap between probes, ms: 10 s at first, growing with the outage to 2 minutes. */
export const probeGap = (downFor: number): number => Math.min(Math.max(10_000, downFor / 10), MAX_PROBE_GAP)

/** How long it takes until all sources have resumed, ms. */
export const RESUME = 120_000

/**
 * How many due sources may be crawled now: only a probe while the network is down, and a growing share while it is just
 * back.
 * @param most the limit while the network is up
 */
export const allowance = ({ mode, since }: NetworkState, now: number, most: number): number => {
  if (mode === 'up') return most
  if (mode === 'down') return 1
  return Math.max(1, Math.ceil(most * Math.min(1, Math.max(0, now - since) / RESUME)))
}

export interface OutageDetector {
  state(): Promise<NetworkState>
  /**
   * To be called before a fetch: null to go ahead, or ms to wait. While the network is down, one fetch passes at a
   * time.
   */
  gate(): Promise<number | null>
  /**
   * A domain requested at `askedAt` answered, with whatever status. Kept in memory, and written to Redis at most once a
   * second.
   */
  reached(domain: string, askedAt: number): void
  /**
   * A domain requested at `askedAt` did not answer.
   * @param wasFailing the source failed the last time as well, so that another failure says nothing about our network.
   *                   Such sources are crawled after all others that are due, so their results would be the latest
   *                   ones and look like an outage.
   * @returns whether our own network is at fault, so that the failure does not count
   */
  unreached(domain: string, sourceId: string, askedAt: number, wasFailing: boolean): Promise<boolean>
  /** Writes the results not yet written to Redis. */
  flush(): Promise<void>
}

export interface OutageDetectorParts extends Store {
  /** ms since the epoch. */
  readonly now: () => number
  readonly random?: () => number
  /** Called when the network is back, with the sources that failed during the outage: retry them within `within` ms. */
  readonly onBack: (sourceIds: readonly string[], within: number) => Promise<void>
  readonly say?: (mode: NetworkMode) => void
}

/** For how long this process uses the state it read last, ms: polls in between need no command. */
const STALE = 1_000

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
  const heardDomains = new Map<string, Reached>()

  const read = async (): Promise<NetworkState> => {
    const [mode, since] = await redis.hmget(keys.network(), 'mode', 'since')
    const turnedAt = Number(since ?? 0)
    // Changed while the clock was ahead: treated as so long ago that nothing waits for it any more.
    known = { mode: (mode ?? 'up') as NetworkMode, since: isPlausible(turnedAt, now()) ? turnedAt : 0 } // written by turn() only
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
    await redis.del(keys.networkHeard('unreached'), keys.networkSuspects(), keys.networkProbe())
    if (suspects.length > 0) await onBack(suspects, RESUME)
  }

  const flush = async (): Promise<void> => {
    const answeredAt = Math.max(...[...heardDomains.values()].map(({ at }) => at))
    const results = [...heardDomains]
    heardDomains.clear()
    await writeReached(redis, keys, results)
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
      if (!isPlausible(await redis.pttl(keys.networkProbe()), 0, MAX_PROBE_GAP)) await redis.del(keys.networkProbe())
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
      const heard = await writeUnreached(redis, keys, { domain, sourceId, askedAt, at, isDown: known.mode === 'down' })
      if (known.mode === 'down') return true
      if (!looksDown(heard, at)) return false
      await turn(known.mode, 'down')
      return true
    },
  }
}
