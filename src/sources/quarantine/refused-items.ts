/** Refused items: those of a source that became no article, with the reason. Bounded in number and in time. */

import { z } from 'zod'
import type { Refused } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'

/** How long anything stays in the quarantine, ms. */
export const QUARANTINED_FOR = 7 * 86_400_000
const MAX_REFUSED = 20
/** Sources whose refused items are shown together. */
const MAX_SOURCES = 200

const KeptItem = z.object({
  at: z.number(),
  reason: z.string(),
  detail: z.string(),
  title: z.string().nullable(),
  link: z.string().nullable(),
})
/** An item that was refused and became no article. */
export type RefusedItem = z.infer<typeof KeptItem> & { readonly source: SourceId }

export interface QuarantineParts extends Store {
  /** ms since the epoch. */
  readonly now: () => number
}

export interface RefusedItems {
  /** Keeps the latest refused items of a source. Running it again changes nothing. */
  refuse(source: SourceId, items: readonly Omit<RefusedItem, 'source'>[]): Promise<void>
  /** Of one source, or of the sources whose items were refused most recently; newest first. */
  refused(source?: SourceId): Promise<readonly RefusedItem[]>
  dropRefused(source: SourceId): Promise<void>
}

export const newestFirst = (a: { at: number }, b: { at: number }): number => b.at - a.at

/** The part of a refused item that is kept: enough to find it at its publisher. */
export const refusedItem = (
  item: { readonly title: string | null; readonly link: string | null },
  { reason, detail }: Refused,
  at: number,
): Omit<RefusedItem, 'source'> => ({
  ...{ at, reason, detail: detail.slice(0, 300) },
  ...{ title: item.title?.slice(0, 300) ?? null, link: item.link?.slice(0, 500) ?? null },
})

export const createRefusedItems = ({ redis, keys, now }: QuarantineParts): RefusedItems => ({
  async refuse(source, items) {
    if (items.length === 0) return
    const key = keys.refused(source)
    const lines = items.map(item => JSON.stringify(item))
    const work = redis.multi()
    for (const line of lines) work.lrem(key, 0, line)
    work
      .lpush(key, ...lines.toReversed())
      .ltrim(key, 0, MAX_REFUSED - 1)
      .pexpire(key, QUARANTINED_FOR)
    await Promise.all([
      work.exec(),
      redis
        .multi()
        .zadd(keys.refusing(), now(), source)
        .zremrangebyscore(keys.refusing(), '-inf', now() - QUARANTINED_FOR)
        .exec(),
    ])
  },

  async refused(source) {
    const sources = source ? [source] : ((await redis.zrevrange(keys.refusing(), 0, MAX_SOURCES - 1)) as SourceId[]) // members are written by refuse only
    const lists = await Promise.all(sources.map(source => redis.lrange(keys.refused(source), 0, -1)))
    return lists
      .flatMap(
        (lines, index) =>
          lines.map(line => ({ ...KeptItem.parse(JSON.parse(line)), source: sources[index] as SourceId })), // as many lists as sources
      )
      .sort(newestFirst)
  },

  async dropRefused(source) {
    await Promise.all([redis.del(keys.refused(source)), redis.zrem(keys.refusing(), source)])
  },
})
