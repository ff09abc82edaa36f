/** What must be asked of each node of a cluster, since no key says which; one Redis is a single node. */

import { once } from 'node:events'
import type { Cluster, Redis } from 'ioredis'

const asCluster = (redis: Redis): Cluster | null => (redis.isCluster ? (redis as unknown as Cluster) : null)

/** The connections on which this client writes, one a master; one Redis is itself. Waits until a cluster is known. */
export const listMasters = async (redis: Redis): Promise<Redis[]> => {
  const cluster = asCluster(redis)
  if (!cluster) return [redis]
  if (cluster.status !== 'ready') await once(cluster, 'ready')
  return cluster.nodes('master')
}

/** A connection of its own made like this one, to block or to listen on. */
export const duplicateConnection = (redis: Redis, some: { readonly enableAutoPipelining: boolean }): Redis => {
  const cluster = asCluster(redis)
  return cluster ? (cluster.duplicate([], some) as unknown as Redis) : redis.duplicate(some)
}
