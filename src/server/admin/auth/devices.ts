/**
 * Browsers and networks in which a user logged in before. They prove nothing by themselves, but their log-in attempts
 * are counted separately, so that strangers cannot keep the user out. (OWASP: device cookies)
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../../../redis/keys.ts'
import { hashSecret } from '../../../util/hash.ts'
import { newSecret } from './passwords.ts'

/** ms for which one is remembered after its last log-in. */
export const DEVICE_LASTS = 90 * 86_400_000
/** Devices, and networks, remembered per user: those used longest ago are dropped first. */
const MAX_REMEMBERED = 20

export interface Devices {
  /** @param device the value of the browser's cookie */
  known(
    user: string,
    device: string | undefined,
    network: string,
  ): Promise<{ readonly isDevice: boolean; readonly isNetwork: boolean }>
  /** Records a log-in. @returns the secret for the browser's cookie: its own, or a new one */
  remember(user: string, device: string | undefined, network: string): Promise<string>
}

export interface DevicesParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms since the epoch. */
  readonly now: () => number
}

export const createDevices = ({ redis, keys, now }: DevicesParts): Devices => {
  const buildKey = (of: 'devices' | 'networks', user: string) => keys.admin(`${of}:${hashSecret(user)}`)
  const isFresh = (at: string | null): boolean => at !== null && now() - Number(at) < DEVICE_LASTS

  const known: Devices['known'] = async (user, device, network) => {
    const [ofDevice, ofNetwork] = await Promise.all([
      device === undefined ? null : redis.zscore(buildKey('devices', user), hashSecret(device)),
      redis.zscore(buildKey('networks', user), hashSecret(network)),
    ])
    return { isDevice: isFresh(ofDevice), isNetwork: isFresh(ofNetwork) }
  }

  return {
    known,
    async remember(user, device, network) {
      // A secret that was planted in the browser by somebody else is not reused.
      const secret = device !== undefined && (await known(user, device, network)).isDevice ? device : newSecret()
      const write = (of: 'devices' | 'networks', member: string) => {
        const key = buildKey(of, user)
        return redis
          .multi()
          .zadd(key, now(), hashSecret(member))
          .zremrangebyrank(key, 0, -MAX_REMEMBERED - 1)
          .pexpire(key, DEVICE_LASTS)
          .exec()
      }
      await Promise.all([write('devices', secret), write('networks', network)])
      return secret
    },
  }
}
