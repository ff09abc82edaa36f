/**
 * Replication barrier: replication is asynchronous, so a lost master takes with it writes that it acknowledged and its replicas have not
 * received. Code that must not lose writes begins a barrier before them, and confirms it before it discards what the writes could be
 * repeated from. (docs/decisions/0022)
 */

import type { Redis } from 'ioredis'
import { listMasters } from './nodes.ts'

/** What was written may be lost with a master: it is to be written again. */
export class NotReplicatedError extends Error {
  readonly code = 'NOT_KEPT'
}

export interface ReplicationBarrier {
  /**
   * Called before the first write.
   * @returns to be called after the last was answered: resolves when enough replicas have all that this connection wrote since
   * @throws NotKeptError where they do not have it in time, or a master changed meanwhile: then nobody knows
   */
  begin(): () => Promise<void>
}

const NONE: ReplicationBarrier = { begin: () => async () => undefined }

export interface ReplicationBarrierParts {
  /** The connection that writes: WAIT speaks of what went before on the same one. */
  readonly redis: Redis
  /** Replicas of each master that must have it, or a function of them where they may change; 0 for none. */
  readonly replicas: number | (() => number)
  /** ms that replicas may take. */
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
