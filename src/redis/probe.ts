/**
 * Probes Redis once at startup, so that problems that waiting does not fix (a wrong password, an untrusted certificate,
 * a cluster without slots) are reported immediately, with the fix. A Redis that is merely away is not such a problem:
 * newsdesk waits for it.
 */

import type { Redis } from 'ioredis'
import { type Access, type Host, type RedisAddress, showAddress } from '../config/redis-address.ts'
import { openRedis } from './connect.ts'
import { authenticationProblem } from './setup.ts'

const WITHIN = 3_000
const SLOTS = 16_384

/** The problem that CLUSTER INFO shows, if any. (pure) */
export const clusterProblem = (info: string): string | null => {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? ''
  const assigned = Number(field('cluster_slots_assigned'))
  if (assigned === 0) return 'the cluster has no slots yet: make it with `redis-cli --cluster create`'
  if (assigned < SLOTS)
    return `${SLOTS - assigned} of the cluster's ${SLOTS} slots belong to nobody: \`redis-cli --cluster fix\` assigns them`
  return null
}

const within = <T>(work: Promise<T>, ms: number): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(() => resolve(null), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** @returns the result of the work, or the error of the connection; null if Redis is away */
const askOnce = async (
  address: RedisAddress,
  ask: (redis: Redis) => Promise<string | null>,
  ms: number,
  isSentinel = false,
): Promise<string | null> => {
  let redis: Redis | undefined
  let failed: Error | null = null
  try {
    redis = openRedis(address, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
    redis.on('error', (error: Error) => {
      failed ??= error
    })
    const open = redis
    return await within(
      open.connect().then(() => ask(open)),
      ms,
    )
  } catch (error) {
    // The connection's own error says more than that of the command that hit it.
    return (
      authenticationProblem(failed ?? (error as Error), isSentinel) ?? authenticationProblem(error as Error, isSentinel)
    )
  } finally {
    redis?.disconnect()
  }
}

/** If ACL rules forbid the command, it proves nothing: the commands that matter will fail by themselves. */
const unlessForbidden = (said: Promise<unknown>): Promise<string> =>
  said.then(String, (error: Error) => {
    if (error.message.startsWith('NOPERM')) return ''
    throw error
  })

const ofSingle = (redis: Redis): Promise<string | null> =>
  unlessForbidden(redis.info('cluster')).then(info =>
    /^cluster_enabled:1/m.test(info) ? 'it is a node of a cluster: write redis-cluster:// and its hosts' : null,
  )

const ofCluster = async (redis: Redis): Promise<string | null> => {
  try {
    return clusterProblem(String(await redis.call('CLUSTER', 'INFO')))
  } catch (error) {
    if (/cluster support disabled/.test((error as Error).message))
      return 'it is no cluster: write redis:// and its host'
    throw error
  }
}

const ofSentinel =
  (name: string) =>
  async (redis: Redis): Promise<string | null> => {
    try {
      if ((await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) !== null) return null
      const masters = (await redis.call('SENTINEL', 'MASTERS')) as string[][]
      const known = masters.map(fields => fields[fields.indexOf('name') + 1]).join(', ')
      return `the sentinels know no master ${JSON.stringify(name)}; they know: ${known || 'none'}`
    } catch (error) {
      if (/unknown command/i.test((error as Error).message)) return 'it is no sentinel: write redis:// and its host'
      throw error
    }
  }

const buildSingleAddress = (
  { host, port }: Host,
  isTls: boolean,
  { username, password }: { readonly username?: string; readonly password?: string },
  access: Access | undefined,
): RedisAddress => {
  const shown = host.includes(':') ? `[${host}]` : host
  const who = username || password ? `${encodeURIComponent(username ?? '')}:${encodeURIComponent(password ?? '')}@` : ''
  return { url: `redis${isTls ? 's' : ''}://${who}${shown}:${port}`, ...(access ? { access } : {}) }
}

/**
 * @param ms timeout for all hosts together: what does not answer by then is away
 * @returns why Redis cannot be used however long one waits, and how to fix it; null if it can be used, or is away
 */
export const probeRedis = async (address: RedisAddress, ms = WITHIN): Promise<string | null> => {
  const said = async (): Promise<string | null> => {
    if (!('cluster' in address) && !('sentinel' in address)) return askOnce(address, ofSingle, ms)
    const several = 'cluster' in address ? address.cluster : address.sentinel
    const { sentinelUser, sentinelPassword } = address.access ?? {}
    const credentials =
      'cluster' in address
        ? several
        : {
            ...(sentinelUser ? { username: sentinelUser } : {}),
            ...(sentinelPassword ? { password: sentinelPassword } : {}),
          }
    const ask = 'cluster' in address ? ofCluster : ofSentinel(address.sentinel.name)
    // In parallel: otherwise the timeouts of hosts that are away would add up.
    const troubles = await Promise.all([
      ...several.hosts.map(host =>
        askOnce(buildSingleAddress(host, several.isTls, credentials, address.access), ask, ms, 'sentinel' in address),
      ),
      // The servers behind the sentinels may refuse as well.
      ...('sentinel' in address ? [askOnce(address, ofSingle, ms)] : []),
    ])
    return troubles.find(trouble => trouble !== null) ?? null
  }
  const trouble = await said()
  return trouble === null ? null : `Redis at ${showAddress(address)}: ${trouble}`
}
