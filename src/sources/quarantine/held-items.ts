/**
 * Holds items of a source whose address redirects to another domain, which may not be its publisher's. They are held
 * until the move counts as genuine or an admin decides. Limits apply to their number, bytes and age per source, and to
 * the bytes of all sources. (docs/decisions/0005)
 */

import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Redis } from 'ioredis'
import type { SourceId } from '../../domain/source.ts'
import type { Keys } from '../../redis/keys.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

const KEPT_FOR = 7 * 86_400_000
const MOST_ITEMS = 500
/** Maximum bytes of the items of one source, compressed. */
const LARGEST = 512 * 1_024
/** Maximum bytes of the items of all sources, compressed. */
const MOST_IN_ALL = 16 * 1_024 * 1_024

/**
 * An item as the queue `articles` takes it, with the fields that its batch shares. This file does not look into them.
 */
export interface HeldItem {
  readonly key: string
  readonly item: unknown
  readonly about: unknown
}

export interface HeldSource {
  readonly source: SourceId
  readonly items: number
  /** When the latest came, ms since the epoch. */
  readonly at: number
}

export interface HeldItems {
  /** Adds items of a source; an item that is held already is replaced. @returns how many are held now */
  add(source: SourceId, items: readonly HeldItem[]): Promise<number>
  /** Oldest first. */
  read(source: SourceId): Promise<readonly HeldItem[]>
  drop(source: SourceId): Promise<void>
  list(): Promise<readonly HeldSource[]>
}

interface Noted {
  readonly at: number
  readonly bytes: number
  readonly items: number
}

export const createHeldItems = ({ redis, keys, now }: { redis: Redis; keys: Keys; now: () => number }): HeldItems => {
  const read = async (source: SourceId): Promise<HeldItem[]> => {
    const packed = await redis.getBuffer(keys.held(source))
    return packed === null ? [] : (JSON.parse((await decompress(packed)).toString()) as HeldItem[]) // written below
  }
  const drop = async (source: SourceId): Promise<void> => {
    await Promise.all([redis.del(keys.held(source)), redis.hdel(keys.heldSources(), source)])
  }
  const noted = async (): Promise<[SourceId, Noted][]> =>
    Object.entries(await redis.hgetall(keys.heldSources())).map(([id, json]) => [
      id as SourceId, // fields are written by add alone
      JSON.parse(json) as Noted,
    ])

  /** Drops expired sources, then those whose latest item is oldest, until all fit. */
  const fitInAll = async (): Promise<void> => {
    const all = (await noted()).sort(([, a], [, b]) => a.at - b.at)
    let total = all.reduce((sum, [, { bytes }]) => sum + bytes, 0)
    for (const [source, { at, bytes }] of all) {
      if (total <= MOST_IN_ALL && at > now() - KEPT_FOR) continue
      await drop(source)
      total -= bytes
    }
  }

  return {
    read,
    drop,

    async add(source, items) {
      const byKey = new Map((await read(source)).map(each => [each.key, each]))
      for (const each of items) {
        byKey.delete(each.key)
        byKey.set(each.key, each)
      }
      let kept = [...byKey.values()].slice(-MOST_ITEMS)
      let packed = await compress(JSON.stringify(kept))
      // Drop the oldest items until the rest fits.
      while (packed.length > LARGEST && kept.length > 1) {
        kept = kept.slice(Math.ceil(kept.length / 4))
        packed = await compress(JSON.stringify(kept))
      }
      if (packed.length > LARGEST) kept = []
      if (kept.length === 0) {
        await drop(source)
        return 0
      }
      const note: Noted = { at: now(), bytes: packed.length, items: kept.length }
      await Promise.all([
        redis.set(keys.held(source), packed, 'PX', KEPT_FOR),
        redis.hset(keys.heldSources(), source, JSON.stringify(note)),
      ])
      await fitInAll()
      return kept.length
    },

    async list() {
      return (await noted())
        .filter(([, { at }]) => at > now() - KEPT_FOR)
        .map(([source, { at, items }]) => ({ source, at, items }))
        .sort((a, b) => b.at - a.at)
    },
  }
}
