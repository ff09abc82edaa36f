/**
 * Quarantine: keeps unreadable bodies, for inspection and for another attempt with better code, and refused items.
 * Bounded in entries per source, in bytes of all sources, and in time. (docs/decisions/0005)
 */

import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Refused } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Keys } from '../../redis/keys.ts'
import { withoutCredentials, withoutUserinfo } from '../../util/redact.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

const KEPT_FOR = 7 * 86_400_000
const MOST_BODIES = 3
const MOST_REFUSED = 20
/** Maximum number of sources whose refused items are shown together. */
const MOST_REFUSING = 200
/** Bytes of one body as kept, compressed; a larger one is truncated. */
const LARGEST = 512 * 1_024
/** Bytes to which a larger body is truncated, before compression. */
const CUT_AT = 256 * 1_024
/** Maximum bytes of the bodies of all sources, compressed. */
const MOST_IN_ALL = 32 * 1_024 * 1_024

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

const KeptItem = z.object({
  at: z.number(),
  reason: z.string(),
  detail: z.string(),
  title: z.string().nullable(),
  link: z.string().nullable(),
})
/** An item that was refused and became no article. */
export type RefusedItem = z.infer<typeof KeptItem> & { readonly source: SourceId }

export interface Unread {
  readonly body: Uint8Array
  readonly reason: string
  readonly contentType: string | null
  readonly url: string
}

export interface Quarantine {
  keep(source: SourceId, unread: Unread): Promise<void>
  /** Lists the bodies of one source, or of all; newest first. */
  bodies(source?: SourceId): Promise<readonly KeptBody[]>
  /** The body as fetched, or the part of it that was kept; null if it is gone. */
  read(source: SourceId, id: string): Promise<Uint8Array | null>
  /** @returns how many were dropped */
  drop(source: SourceId, id?: string): Promise<number>
  /** Keeps the latest refused items of a source. Running it again changes nothing. */
  refuse(source: SourceId, items: readonly Omit<RefusedItem, 'source'>[]): Promise<void>
  /** Of one source, or of the sources whose items were refused most recently; newest first. */
  refused(source?: SourceId): Promise<readonly RefusedItem[]>
}

export interface QuarantineParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms since the epoch. */
  readonly now: () => number
}

export const createQuarantine = ({ redis, keys, now }: QuarantineParts): Quarantine => {
  const listBodies = async (source: SourceId): Promise<KeptBody[]> =>
    Object.values(await redis.hgetall(keys.quarantine(source)))
      .map(json => ({ ...Kept.parse(JSON.parse(json)), source }))
      .filter(({ at }) => at > now() - KEPT_FOR)
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
        redis.hdel(keys.quarantine(source), ...gone.map(body => body.id)),
        redis.del(gone.map(body => keys.quarantineBody(source, body.id))),
      ])
    }
    if (id === undefined)
      await Promise.all([redis.del(keys.refused(source), keys.quarantine(source)), redis.zrem(keys.refusing(), source)])
    await remember(source)
    return gone.length
  }

  /** Drops the bodies of the sources with the oldest latest body until all fit. */
  const fitInAll = async (): Promise<void> => {
    const expired = await redis.zrangebyscore(keys.quarantined(), '-inf', now() - KEPT_FOR)
    for (const source of expired) await remember(source as SourceId) // members are written by remember only
    const sizes = await redis.hgetall(keys.quarantineSizes())
    let total = Object.values(sizes).reduce((sum, size) => sum + Number(size), 0)
    if (total <= MOST_IN_ALL) return
    for (const source of await redis.zrange(keys.quarantined(), 0, '-1')) {
      if (total <= MOST_IN_ALL) return
      await drop(source as SourceId)
      total -= Number(sizes[source] ?? 0)
    }
  }

  return {
    async keep(source, { body, reason, contentType, url }) {
      const id = createHash('sha256').update(body).digest('base64url').slice(0, 16)
      const packed = await compress(body)
      const whole = packed.length <= LARGEST
      const stored = whole ? packed : await compress(body.subarray(0, CUT_AT))
      const kept: z.infer<typeof Kept> = {
        ...{ id, reason: reason.slice(0, 500), at: now(), contentType: contentType?.slice(0, 200) ?? null },
        ...{ url: withoutCredentials(withoutUserinfo(url)), bytes: body.length, kept: stored.length, whole },
      }
      await Promise.all([
        redis.set(keys.quarantineBody(source, id), stored, 'PX', KEPT_FOR),
        redis
          .multi()
          .hset(keys.quarantine(source), id, JSON.stringify(kept))
          .pexpire(keys.quarantine(source), KEPT_FOR)
          .exec(),
      ])
      for (const old of (await listBodies(source)).slice(MOST_BODIES)) await drop(source, old.id)
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

    drop,

    async refuse(source, items) {
      if (items.length === 0) return
      const key = keys.refused(source)
      const lines = items.map(item => JSON.stringify(item))
      const work = redis.multi()
      for (const line of lines) work.lrem(key, 0, line)
      work
        .lpush(key, ...lines.toReversed())
        .ltrim(key, 0, MOST_REFUSED - 1)
        .pexpire(key, KEPT_FOR)
      await Promise.all([
        work.exec(),
        redis
          .multi()
          .zadd(keys.refusing(), now(), source)
          .zremrangebyscore(keys.refusing(), '-inf', now() - KEPT_FOR)
          .exec(),
      ])
    },

    async refused(source) {
      const sources = source ? [source] : ((await redis.zrevrange(keys.refusing(), 0, MOST_REFUSING - 1)) as SourceId[]) // members are written by refuse only
      const lists = await Promise.all(sources.map(source => redis.lrange(keys.refused(source), 0, -1)))
      return lists
        .flatMap(
          (lines, index) =>
            lines.map(line => ({ ...KeptItem.parse(JSON.parse(line)), source: sources[index] as SourceId })), // as many lists as sources
        )
        .sort(newestFirst)
    },
  }
}

const newestFirst = (a: { at: number }, b: { at: number }): number => b.at - a.at

/** The part of a refused item that is kept: enough to find it at its publisher. */
export const refusedItem = (
  item: { readonly title: string | null; readonly link: string | null },
  { reason, detail }: Refused,
  at: number,
): Omit<RefusedItem, 'source'> => ({
  ...{ at, reason, detail: detail.slice(0, 300) },
  ...{ title: item.title?.slice(0, 300) ?? null, link: item.link?.slice(0, 500) ?? null },
})
