/**
 * What was done, told once on the page that follows, and what undoes it. Both are stored in Redis for the user who
 * acted, under random ids: `?flash=<id>` is read and deleted at once, so that no reload, no back button and nobody
 * else shows it again.
 */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../../redis/keys.ts'
import { Undo } from '../../../use-cases/undo.ts'

const StoredFlash = z.object({
  user: z.string(),
  text: z.string(),
  /** Id of what undoes it; null if nothing does. */
  undo: z.string().nullable(),
  /** A source whose re-crawl the text is about, requested at `since`, ms since the epoch: the page follows it. */
  crawl: z.object({ source: z.string(), since: z.number() }).optional(),
})
const StoredUndo = z.object({ user: z.string(), undo: Undo })

export type Flash = Omit<z.infer<typeof StoredFlash>, 'user'>

/** What an action tells its user. */
export interface Told extends Pick<Flash, 'text' | 'crawl'> {
  readonly undo?: Undo | null
}

/** ms for which a message waits for its page. */
const FLASH_LASTS = 60_000
/** ms for which an action can be undone. */
export const UNDO_LASTS = 15 * 60_000

export interface Flashes {
  /** @returns the id for `?flash=` */
  put(user: string, told: Told): Promise<string>
  /** @returns null if there is none, or it was shown before, or is another user's */
  take(user: string, id: string): Promise<Flash | null>
  /** @returns null if there is none, or it was used before, or is another user's */
  takeUndo(user: string, id: string): Promise<Undo | null>
}

const newId = (): string => randomBytes(16).toString('base64url')
const ID = /^[A-Za-z0-9_-]{22}$/

export const createFlashes = ({ redis, keys }: { readonly redis: Redis; readonly keys: Keys }): Flashes => {
  const take = async <Stored extends { readonly user: string }>(
    kind: 'flash' | 'undo',
    schema: z.ZodType<Stored>,
    user: string,
    id: string,
  ): Promise<Stored | null> => {
    if (!ID.test(id)) return null
    const text = await redis.getdel(keys.admin(`${kind}:${id}`))
    const stored = text === null ? null : schema.parse(JSON.parse(text))
    return stored?.user === user ? stored : null
  }

  return {
    async put(user, { text, crawl, undo = null }) {
      const id = newId()
      const undoId = undo === null ? null : newId()
      const flash = { user, text, undo: undoId, ...(crawl ? { crawl } : {}) }
      await Promise.all([
        redis.set(keys.admin(`flash:${id}`), JSON.stringify(flash), 'PX', FLASH_LASTS),
        undoId && redis.set(keys.admin(`undo:${undoId}`), JSON.stringify({ user, undo }), 'PX', UNDO_LASTS),
      ])
      return id
    },
    take: (user, id) => take('flash', StoredFlash, user, id),
    async takeUndo(user, id) {
      return (await take('undo', StoredUndo, user, id))?.undo ?? null
    },
  }
}
