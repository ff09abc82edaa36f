/**
 * The replication barrier. Redis replicates asynchronously, so acknowledged writes are lost if a master fails before
 * its replicas have them. Code that must not lose writes begins a barrier before them, and confirms it before it
 * acknowledges or deletes the job or event from which the writes could be repeated. (docs/decisions/0022)
 */

import type { Redis } from 'ioredis'
import { listMasters } from './nodes.ts'

/** Thrown if writes may have been lost with a master, so that the caller must repeat them. */
export class NotReplicatedError extends Error {
  readonly code = 'NOT_KEPT'
}

export interface ReplicationBarrier {
  /**
   * Begins a barrier; call it before the first write.
   * @returns a function to call after the last write was answered; it resolves when enough replicas have all writes of
   *          this connection since
   * @throws NotKeptError if replicas do not have them in time, or if a master changed in the meantime
   */
  begin(): () => Promise<void>
}

const NONE: ReplicationBarrier = { begin: () => async () => undefined }

export interface ReplicationBarrierParts {
  /** The connection that writes, since WAIT only covers writes of its own connection. */
  readonly redis: Redis
  /** Number of replicas per master that must confirm, or a function if a reload may change it; 0 for none. */
  readonly replicas: number | (() => number)
  /** Timeout for the replicas, ms. */
  readonly patience?: number
}

export const createReplicationBarrier = ({
  redis,
  replicas: given,
  patience = 1_000,
}: ReplicationBarrierParts): ReplicationBarrier => {
  if (given === 0) return NONE
  const replicas = typeof given === 'function' ? given : () => given
  let closed = 0
  redis.on('close', () => {
    closed += 1
  })
  redis.on('-node', () => {
    closed += 1
  })
  let next: Promise<readonly Redis[]> | null = null

  const confirm = async (): Promise<readonly Redis[]> => {
    const wanted = replicas()
    const masters = await listMasters(redis)
    const held = await Promise.all(masters.map(master => master.wait(wanted, patience)))
    const fewest = Math.min(...held)
    if (masters.length === 0 || fewest < wanted)
      throw new NotReplicatedError(
        `only ${masters.length === 0 ? 0 : fewest} of ${wanted} replicas had what was written within ${patience} ms: is one down? (redis.replicas)`,
      )
    return masters
  }

  /** One question for all who settle in the same turn. */
  const confirmed = (): Promise<readonly Redis[]> => {
    next ??= new Promise<void>(resolve => setImmediate(resolve)).then(() => {
      next = null
      return confirm()
    })
    return next
  }

  return {
    begin() {
      if (replicas() === 0) return async () => undefined
      const [begun, before] = [closed, listMasters(redis)]
      before.catch(() => undefined) // met when it is settled
      return async () => {
        const [then, now] = [await before, await confirmed()]
        if (closed !== begun || then.length !== now.length || then.some(master => !now.includes(master)))
          throw new NotReplicatedError('a master of Redis changed while it was written: it is written again')
      }
    },
  }
}
