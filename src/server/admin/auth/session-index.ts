/**
 * The sessions of each user, so that they can be listed and ended: when and where each began. The sessions themselves
 * are keys that expire (sessions.ts); one that is gone leaves the list when it is read.
 */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../../redis/keys.ts'
import { hashSecret } from '../../../util/hash.ts'

const Begun = z.object({
  /** ms since the epoch. */
  at: z.number(),
  address: z.string(),
  /** User-Agent of the browser. */
  agent: z.string(),
})

export interface ListedSession extends z.infer<typeof Begun> {
  /** Hash of the secret: names the session and lets nobody in. */
  readonly id: string
}

export interface SessionIndex {
  add(user: string, session: string, begun: z.infer<typeof Begun>): Promise<void>
  /** The latest first. */
  list(user: string): Promise<readonly ListedSession[]>
  /** @returns how many of them were ended */
  end(user: string, ids: readonly string[]): Promise<number>
}

/** Sessions listed per user; the oldest are dropped from the list, not ended. */
const MAX_LISTED = 50

export interface SessionIndexParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Lifetime of a session, ms. */
  readonly lasts: () => number
}

export const sessionKey = (keys: Keys, id: string): string => keys.admin(`session:${id}`)

export const createSessionIndex = ({ redis, keys, lasts }: SessionIndexParts): SessionIndex => {
  const indexKey = (user: string) => keys.admin(`sessions:${hashSecret(user)}`)

  const list: SessionIndex['list'] = async user => {
    const all = await redis.hgetall(indexKey(user))
    const ids = Object.keys(all)
    if (ids.length === 0) return []
    const standing = await redis.mget(...ids.map(id => sessionKey(keys, id)))
    const gone = ids.filter((_, at) => standing[at] === null)
    if (gone.length > 0) await redis.hdel(indexKey(user), ...gone)
    return ids
      .filter((_, at) => standing[at] !== null)
      .map(id => ({ id, ...Begun.parse(JSON.parse(all[id] ?? '')) }))
      .sort((a, b) => b.at - a.at)
  }

  return {
    list,
    async add(user, session, begun) {
      const before = await list(user)
      const dropped = before.slice(MAX_LISTED - 1).map(({ id }) => id)
      const work = redis.multi().hset(indexKey(user), hashSecret(session), JSON.stringify(begun))
      if (dropped.length > 0) work.hdel(indexKey(user), ...dropped)
      await work.pexpire(indexKey(user), lasts()).exec()
    },
    async end(user, ids) {
      const own = (await list(user)).map(({ id }) => id).filter(id => ids.includes(id))
      if (own.length === 0) return 0
      await redis
        .multi()
        .del(...own.map(id => sessionKey(keys, id)))
        .hdel(indexKey(user), ...own)
        .exec()
      return own.length
    },
  }
}
