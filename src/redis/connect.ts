/** Connections to Redis: made here, so that all behave alike when Redis goes away and comes back. */

import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { Cluster, type Redis } from 'ioredis'
import type { Logger } from 'pino'
import { type Access, type RedisAddress, showAddress } from '../config/redis-address.ts'
import { authenticationProblem, CheckedRedis } from './setup.ts'

const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000)

/** ms between two tries while a node is away or has no slots: it is over in seconds, or lasts. */
const BETWEEN_TRIES = 200
/** How often it is asked anew who has which slots, ms. */
const LOOK_AGAIN = 3_000
/** Redirections and tries a command may take on a cluster: as on one Redis it waits however long its node is away. */
const TRIES = 1_000_000_000

const buildTlsOptions = ({ tlsCa, tlsCert, tlsKey, tlsServerName }: Access = {}): ConnectionOptions => ({
  ...(tlsCa ? { ca: readFileSync(tlsCa) } : {}),
  ...(tlsCert ? { cert: readFileSync(tlsCert) } : {}),
  ...(tlsKey ? { key: readFileSync(tlsKey) } : {}),
  ...(tlsServerName ? { servername: tlsServerName } : {}),
})

/** How a connection is to behave, whatever it leads to. */
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
 * A client for one Redis, for the master that sentinels name, or for a whole cluster. All take the same commands, as long as the keys of
 * one share a slot, so a cluster is handed round under the type of a single one.
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
      // Its master is there a moment before it takes writes: what it answers meanwhile is no reason to give up.
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
      ...{ maxRedirections: TRIES, retryDelayOnFailover: BETWEEN_TRIES, retryDelayOnClusterDown: BETWEEN_TRIES },
      slotsRefreshTimeout: 2_000,
      // Commands that went together and met different redirections are refused together, and nothing is learnt of it.
      slotsRefreshInterval: LOOK_AGAIN,
      // Certificates bear names, and nodes tell each other's addresses: no lookup by which a name would be lost.
      ...(isTls ? { dnsLookup: (name: string, done: (error: null, address: string) => void) => done(null, name) } : {}),
    },
  )
  return cluster as unknown as Redis
}

/**
 * ms without an answer after which a connection is given up for a new one: a router or a firewall in between may have forgotten it, and
 * nothing would ever come. Longer than anything blocks; what was asked is asked again, as after any other end of a connection.
 */
const SILENT = 15_000

export interface ConnectionWanted {
  /** false for connections that block or that BullMQ takes its own turns on. */
  readonly pipelined?: boolean
  /** Told in words what Redis refuses of the set-up: it does not mend itself. */
  readonly onRefused?: (why: string) => void
}

/**
 * Opens a connection that waits for Redis however long it is away: commands queue, and one line is logged when it goes and one
 * when it is back, not one for each attempt. A Redis that refuses the connection itself (its password, its database) is an error in the
 * log; nothing is sent to it until it takes the connection as it is meant.
 * @param name shown in CLIENT LIST
 */
export const connectRedis = (
  address: RedisAddress,
  log: Logger,
  name: string,
  { pipelined = true, onRefused }: ConnectionWanted = {},
): Redis => {
  const redis = openRedis(address, {
    connectionName: name,
    // Commands wait for Redis rather than failing: a worker resumes where it was. BullMQ's workers demand it too.
    maxRetriesPerRequest: null,
    socketTimeout: SILENT,
    // What is asked for in one turn of the event loop goes out together, also on a cluster (one batch a node).
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
      if (refused !== refusal) log.error(about, `Redis refuses the connection: ${refusal}; until then nothing is done`)
      refused = refusal
      onRefused?.(`Redis at ${about.redis}: ${refusal}`)
    } else if (!away) {
      log.warn({ ...about, error: cause.message || String(error) }, 'Redis is away; waiting for it')
    }
    away = true
  })
  redis.on('ready', () => {
    if (away) log.info(about, 'Redis is back')
    away = false
    refused = null
  })
  return redis
}
