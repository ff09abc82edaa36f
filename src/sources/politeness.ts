/**
 * One request at a time to a registrable domain, and a gap between two, over all replicas: a token in Redis that only its holder gives
 * back, and that expires should the holder die.
 */

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { getDomain } from 'tldts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'

const releaseScript = loadScript(new URL('./release-host.lua', import.meta.url))

/** The domain whose owner we are polite to. An address, or a name on this machine, counts with its port: those are servers of their own. */
export const politeDomain = (written: string): string => {
  const url = new URL(written)
  return getDomain(url.hostname, { allowPrivateDomains: true }) ?? url.host
}

export interface Politeness {
  /**
   * @returns a function that gives the domain back, leaving a gap; or ms after which to ask again
   */
  enter(url: string): Promise<{ leave: () => Promise<void> } | { wait: number }>
}

export interface PolitenessParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => { readonly hostGap: number; readonly totalTimeout: number }
}

export const createPoliteness = ({ redis, keys, settings }: PolitenessParts): Politeness => ({
  async enter(url) {
    const { hostGap, totalTimeout } = settings()
    const key = keys.host(politeDomain(url))
    const token = randomUUID()
    // A fetch ends by its total time-out; what is held longer was left by a process that died.
    if ((await redis.set(key, token, 'PX', totalTimeout + 5_000, 'NX')) === 'OK') {
      return {
        leave: async () => {
          await runScript(redis, releaseScript, [key], [token, hostGap])
        },
      }
    }
    const left = await redis.pttl(key)
    // While another fetch holds the domain nobody knows for how long: look again soon, but not all at once.
    return { wait: Math.max(50, Math.min(left, hostGap + 250)) + Math.floor(Math.random() * 100) }
  },
})
