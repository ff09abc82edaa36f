/** Lists the nodes of a cluster, for commands that no key routes to one; a single Redis is its own only node. */

import { once } from 'node:events'
import type { Cluster, Redis } from 'ioredis'

const asCluster = (redis: Redis): Cluster | null => (redis.isCluster ? (redis as unknown as Cluster) : null)

/**
 * The connections on which this client writes, one per master; for a single Redis itself. Waits until the cluster's
 * nodes are known.
 */
export const listMasters = async (redis: Redis): Promise<Redis[]> => {
  const cluster = asCluster(redis)
  if (!cluster) return [redis]
  if (cluster.status !== 'ready') await once(cluster, 'ready')
  return cluster.nodes('master')
}

/** A new connection with the same options, for blocking commands or subscriptions. */
export const duplicateConnection = (redis: Redis, some: { readonly enableAutoPipelining: boolean }): Redis => {
  const cluster = asCluster(redis)
  return cluster ? (cluster.duplicate([], some) as unknown as Redis) : redis.duplicate(some)
}
