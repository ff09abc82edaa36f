/** Unreadable bodies: bounded in number per source, in bytes of all sources, and in time. */

import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'
import type { SourceId } from '../../domain/source.ts'
import { withoutCredentials, withoutUserinfo } from '../../util/redact.ts'
import { newestFirst, QUARANTINED_FOR, type QuarantineParts } from './refused-items.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

const MAX_BODIES = 3
/** Bytes of one body as kept, compressed; a larger one is truncated. */
const MAX_BYTES = 512 * 1_024
/** Bytes to which a larger body is truncated, before compression. */
const CUT_AT = 256 * 1_024
/** Bytes of the bodies of all sources, compressed. */
const MAX_TOTAL = 32 * 1_024 * 1_024

const Kept = z.object({
  /** 16 characters of its hash, so that the same body is stored once. */
  id: z.string(),
  reason: z.string(),
  /** When it was last fetched, ms since the epoch. */
  at: z.number(),
  contentType: z.string().nullable(),
  /** Where it was fetched, without credentials. */
  url: z.string(),
  /** Bytes as fetched. */
  bytes: z.number(),
  /** Bytes as kept. */
  kept: z.number(),
  /** Whether all of it is kept. */
  whole: z.boolean(),
})
/** A body that could not be read. */
export type KeptBody = z.infer<typeof Kept> & { readonly source: SourceId }

export interface Unread {
  readonly body: Uint8Array
  readonly reason: string
  readonly contentType: string | null
  readonly url: string
}

export interface UnreadableBodies {
  keep(source: SourceId, unread: Unread): Promise<void>
  /** Lists the bodies of one source, or of all; newest first. */
  bodies(source?: SourceId): Promise<readonly KeptBody[]>
  /** The body as fetched, or the part of it that was kept; null if it is gone. */
  read(source: SourceId, id: string): Promise<Uint8Array | null>
  /** @returns how many were dropped */
  drop(source: SourceId, id?: string): Promise<number>
}

export const createUnreadableBodies = ({ redis, keys, now }: QuarantineParts): UnreadableBodies => {
  const listBodies = async (source: SourceId): Promise<KeptBody[]> =>
    Object.values(await redis.hgetall(keys.quarantine(source)))
      .map(json => ({ ...Kept.parse(JSON.parse(json)), source }))
      .filter(({ at }) => at > now() - QUARANTINED_FOR)
      .sort(newestFirst)

  /** Updates the index, which holds the sources with bodies and their total size; expired bodies do not count. */
  const remember = async (source: SourceId): Promise<void> => {
    const bodies = await listBodies(source)
    const [newest] = bodies
    const size = bodies.reduce((sum, { kept }) => sum + kept, 0)
    if (newest)
      await redis.multi().zadd(keys.quarantined(), newest.at, source).hset(keys.quarantineSizes(), source, size).exec()
    else await redis.multi().zrem(keys.quarantined(), source).hdel(keys.quarantineSizes(), source).exec()
  }

  const drop = async (source: SourceId, id?: string): Promise<number> => {
    const gone = (await listBodies(source)).filter(body => id === undefined || body.id === id)
    if (gone.length > 0) {
      await Promise.all([
        id === undefined
          ? redis.del(keys.quarantine(source))
          : redis.hdel(keys.quarantine(source), ...gone.map(body => body.id)),
        redis.del(gone.map(body => keys.quarantineBody(source, body.id))),
      ])
    }
    await remember(source)
    return gone.length
  }

  /** Drops the bodies of the sources with the oldest latest body until all fit. */
  const fitInAll = async (): Promise<void> => {
    const expired = await redis.zrangebyscore(keys.quarantined(), '-inf', now() - QUARANTINED_FOR)
    for (const source of expired) await remember(source as SourceId) // members are written by remember only
    const sizes = await redis.hgetall(keys.quarantineSizes())
    let total = Object.values(sizes).reduce((sum, size) => sum + Number(size), 0)
    if (total <= MAX_TOTAL) return
    for (const source of await redis.zrange(keys.quarantined(), 0, '-1')) {
      if (total <= MAX_TOTAL) return
      await drop(source as SourceId)
      total -= Number(sizes[source] ?? 0)
    }
  }

  return {
    drop,

    async keep(source, { body, reason, contentType, url }) {
      const id = createHash('sha256').update(body).digest('base64url').slice(0, 16)
      const packed = await compress(body)
      const whole = packed.length <= MAX_BYTES
      const stored = whole ? packed : await compress(body.subarray(0, CUT_AT))
      const kept: z.infer<typeof Kept> = {
        ...{ id, reason: reason.slice(0, 500), at: now(), contentType: contentType?.slice(0, 200) ?? null },
        ...{ url: withoutCredentials(withoutUserinfo(url)), bytes: body.length, kept: stored.length, whole },
      }
      await Promise.all([
        redis.set(keys.quarantineBody(source, id), stored, 'PX', QUARANTINED_FOR),
        redis
          .multi()
          .hset(keys.quarantine(source), id, JSON.stringify(kept))
          .pexpire(keys.quarantine(source), QUARANTINED_FOR)
          .exec(),
      ])
      for (const old of (await listBodies(source)).slice(MAX_BODIES)) await drop(source, old.id)
      await remember(source)
      await fitInAll()
    },

    async bodies(source) {
      if (source !== undefined) return listBodies(source)
      const sources = (await redis.zrange(keys.quarantined(), 0, '-1')) as SourceId[] // members are written by remember only
      return (await Promise.all(sources.map(listBodies))).flat().sort(newestFirst)
    },

    async read(source, id) {
      const packed = await redis.getBuffer(keys.quarantineBody(source, id))
      return packed === null ? null : decompress(packed)
    },
  }
}
