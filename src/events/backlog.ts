/** The backlog of events not yet counted: how many, and when the oldest was reported. */

import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { timestampOfStreamId } from '../redis/stream-id.ts'
import { readGroupInfo, readStreamInfo } from '../redis/stream-info.ts'
import { GROUP } from './counting.ts'

export interface Backlog {
  readonly waiting: number
  /** When the oldest was reported, ms since the epoch; null if there is none. */
  readonly since: number | null
}

const NONE: Backlog = { waiting: 0, since: null }

/** The time of the first entry at or after an id; null if there is none. */
const firstFrom = async (redis: Redis, stream: string, from: string): Promise<number | null> => {
  const [first] = await redis.xrange(stream, from, '+', 'COUNT', 1)
  return first ? timestampOfStreamId(first[0]) : null
}

export const readBacklog = async (redis: Redis, keys: Keys): Promise<Backlog> => {
  const stream = keys.events()
  const group = await readGroupInfo(redis, stream, GROUP)
  if (!group) return { waiting: await redis.xlen(stream), since: await firstFrom(redis, stream, '-') }
  const pending = Number(group.get('pending') ?? 0)
  const waiting = Number(group.get('lag') ?? 0) + pending
  if (waiting === 0) return NONE
  if (pending > 0) {
    const [, oldest] = (await redis.xpending(stream, GROUP)) as [number, string | null, ...unknown[]] // XPENDING in summary form
    if (oldest !== null) return { waiting, since: timestampOfStreamId(oldest) }
  }
  return { waiting, since: await firstFrom(redis, stream, `(${group.get('last-delivered-id')}`) }
}

/** Events ever added to the stream; 0 if there is no stream or the server does not report it. */
export const reportedEver = async (redis: Redis, keys: Keys): Promise<number> =>
  Number((await readStreamInfo(redis, keys.events()))?.get('entries-added') ?? 0)
