/** Creates every connection to Redis, so that all behave alike when Redis goes away and comes back. */

import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { Cluster, type Redis } from 'ioredis'
import type { Logger } from 'pino'
import { type Access, type RedisAddress, showAddress } from '../config/redis-address.ts'
import { authenticationProblem, CheckedRedis } from './setup.ts'

const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000)

/** Delay between two tries while a node is away or has no slots, ms: such a state is over in seconds, or lasts. */
const RETRY_DELAY = 200
/** How often the slot map is refreshed, ms. */
const REFRESH_EVERY = 3_000
/**
 * Redirections and retries a command may take on a cluster: as on a single Redis, it waits however long its node is
 * away.
 */
const TRIES = 1_000_000_000

const buildTlsOptions = ({ tlsCa, tlsCert, tlsKey, tlsServerName }: Access = {}): ConnectionOptions => ({
  ...(tlsCa ? { ca: readFileSync(tlsCa) } : {}),
  ...(tlsCert ? { cert: readFileSync(tlsCert) } : {}),
  ...(tlsKey ? { key: readFileSync(tlsKey) } : {}),
  ...(tlsServerName ? { servername: tlsServerName } : {}),
})

/** How a connection behaves, whatever it connects to. */
export interface Manners {
  readonly connectionName?: string
  readonly maxRetriesPerRequest: number | null
  readonly enableAutoPipelining?: boolean
  readonly retryStrategy: (attempt: number) => number | null
  readonly lazyConnect?: boolean
  /** ms. */
  readonly socketTimeout?: number
}

/**
 * A client for a single Redis, for the master that sentinels name, or for a cluster. All take the same commands as long
 * as the keys of each share a slot, so a cluster is passed around under the type of a single one.
 */
export const openRedis = (address: RedisAddress, some: Manners): Redis => {
  if ('socket' in address) return new CheckedRedis({ ...some, path: address.socket })
  const tls = buildTlsOptions(address.access)
  if ('url' in address)
    return new CheckedRedis(address.url, address.url.startsWith('rediss:') ? { ...some, tls } : some)
  const { hosts, username, password, isTls } = 'cluster' in address ? address.cluster : address.sentinel
  const own = {
    ...some,
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(isTls ? { tls } : {}),
  }
  if ('sentinel' in address) {
    const { name, db } = address.sentinel
    const { sentinelUser, sentinelPassword } = address.access ?? {}
    return new CheckedRedis({
      ...own,
      ...{ sentinels: hosts.map(each => ({ ...each })), name, db },
      sentinelRetryStrategy: retryStrategy,
      // A new master is reachable a moment before it accepts writes: retry on READONLY.
      reconnectOnError: error => (error.message.startsWith('READONLY') ? 2 : false),
      ...(sentinelUser ? { sentinelUsername: sentinelUser } : {}),
      ...(sentinelPassword ? { sentinelPassword } : {}),
      ...(isTls ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
    })
  }
  const { enableAutoPipelining = false, lazyConnect = false, ...redisOptions } = own
  const cluster = new Cluster(
    hosts.map(each => ({ ...each })),
    {
      ...{ enableAutoPipelining, lazyConnect, redisOptions },
      clusterRetryStrategy: retryStrategy,
      ...{ maxRedirections: TRIES, retryDelayOnFailover: RETRY_DELAY, retryDelayOnClusterDown: RETRY_DELAY },
      slotsRefreshTimeout: 2_000,
      // ioredis rejects pipelined commands that were redirected to different nodes without refreshing its slot map.
      slotsRefreshInterval: REFRESH_EVERY,
      // Certificates bear host names while nodes announce addresses: do not resolve names, so that they are not lost.
      ...(isTls ? { dnsLookup: (name: string, done: (error: null, address: string) => void) => done(null, name) } : {}),
    },
  )
  return cluster as unknown as Redis
}

/**
 * ms without an answer after which a connection is replaced: a router or firewall may have dropped it silently. Longer
 * than any blocking command; unanswered commands are sent again, as after any other disconnect.
 */
const SOCKET_TIMEOUT = 15_000

export interface ConnectionWanted {
  /** false for connections that block, or whose batching BullMQ does itself. */
  readonly pipelined?: boolean
  /** Called with an explanation if Redis refuses the connection's set-up, which waiting does not fix. */
  readonly onRefused?: (why: string) => void
}

/**
 * Opens a connection that waits for Redis however long it is away: commands queue, and one line is logged when it goes
 * away and one when it is back, not one per attempt. If Redis refuses the connection itself (its password, its
 * database), that is logged as an error, and no command is sent until Redis accepts the set-up.
 * @param name shown in CLIENT LIST
 */
export const connectRedis = (
  address: RedisAddress,
  log: Pick<Logger, 'error' | 'warn' | 'info'>,
  name: string,
  { pipelined = true, onRefused }: ConnectionWanted = {},
): Redis => {
  const redis = openRedis(address, {
    connectionName: name,
    // Commands wait for Redis instead of failing, so a worker resumes where it was. BullMQ's workers require it too.
    maxRetriesPerRequest: null,
    socketTimeout: SOCKET_TIMEOUT,
    // Commands sent in the same tick go out together, also on a cluster (one batch per node).
    enableAutoPipelining: pipelined,
    retryStrategy,
  })
  let away = false
  let refused: string | null = null
  const about = { redis: showAddress(address), connection: name }
  redis.on('error', (error: Error & { lastNodeError?: Error }) => {
    const cause = error.lastNodeError ?? error
    const refusal = authenticationProblem(cause)
    if (refusal !== null) {
      if (refused !== refusal)
        log.error(
          { event: 'redis.refused', ...about, reason: refusal },
          `Redis refuses the connection: ${refusal}; until then nothing is done`,
        )
      refused = refusal
      onRefused?.(`Redis at ${about.redis}: ${refusal}`)
    } else if (!away) {
      log.warn(
        { event: 'redis.away', ...about, reason: cause.message || String(error) },
        'Redis is away; waiting for it',
      )
    }
    away = true
  })
  redis.on('ready', () => {
    if (away) log.info({ event: 'redis.back', ...about }, 'Redis is back')
    away = false
    refused = null
  })
  return redis
}
