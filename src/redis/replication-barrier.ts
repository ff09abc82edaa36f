/**
 * Replication barrier. Replication is asynchronous: a lost master takes with it writes that it acknowledged but its
 * replicas have not received. Code that must not lose writes begins a barrier before them, and confirms it before it
 * discards the data from which they could be repeated. (docs/decisions/0022)
 */

import type { Redis } from 'ioredis'
import { listMasters } from './nodes.ts'

/** The writes may be lost with a master: repeat them. */
export class NotReplicatedError extends Error {
  readonly code = 'NOT_KEPT'
}

export interface ReplicationBarrier {
  /**
   * Call before the first write.
   * @returns a function to call after the last write was answered: resolves when enough replicas have everything that
   * this connection wrote since
   * @throws NotReplicatedError if they do not have it in time, or if a master changed meanwhile, which leaves it
   * unknown
   */
  begin(): () => Promise<void>
}

const NONE: ReplicationBarrier = { begin: () => async () => undefined }

export interface ReplicationBarrierParts {
  /** The connection that writes: WAIT covers earlier writes of its own connection only. */
  readonly redis: Redis
  /**
   * Replicas of each master that must have the writes, or a function that returns their number if it may change; 0 for
   * none.
   */
  readonly replicas: number | (() => number)
  /** How long replicas may take, ms. */
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
    const acknowledged = await Promise.all(masters.map(master => master.wait(wanted, patience)))
    const fewest = Math.min(...acknowledged)
    if (masters.length === 0 || fewest < wanted)
      throw new NotReplicatedError(
        `only ${masters.length === 0 ? 0 : fewest} of ${wanted} replicas had what was written within ${patience} ms: is one down? (redis.replicas)`,
      )
    return masters
  }

  /** One WAIT for all callers that confirm in the same tick. */
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
      before.catch(() => undefined) // handled when the barrier is confirmed
      return async () => {
        const [then, now] = [await before, await confirmed()]
        if (closed !== begun || then.length !== now.length || then.some(master => !now.includes(master)))
          throw new NotReplicatedError('a master of Redis changed while it was written: it is written again')
      }
    },
  }
}
