/**
 * Items that came from a domain not known to be the publisher's: held until it is, or until somebody decides. Bounded
 * in items per source, in bytes per source and in all, and in time. (docs/decisions/0005)
 */

import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { SourceId } from '../../domain/source.ts'
import { newestFirst, QUARANTINED_FOR, type QuarantineParts } from './refused-items.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

const MAX_ITEMS = 500
/** Bytes of one source's items, compressed. */
const MAX_BYTES = 512 * 1_024
/** Bytes of all sources' items, compressed. */
const MAX_TOTAL = 16 * 1_024 * 1_024

/** One item as the articles queue takes it, with the data that its batch shares; both are opaque here. */
export interface HeldItem {
  readonly key: string
  readonly item: unknown
  readonly about: unknown
}

export interface HeldSource {
  readonly source: SourceId
  readonly items: number
  /** When the latest one came, ms since the epoch. */
  readonly at: number
}

export interface HeldItems {
  /**
   * Adds to the items held of a source; a newer edition replaces an item held already.
   * @returns how many are held now
   */
  add(source: SourceId, items: readonly HeldItem[]): Promise<number>
  /** Oldest first. */
  read(source: SourceId): Promise<readonly HeldItem[]>
  drop(source: SourceId): Promise<void>
  list(): Promise<readonly HeldSource[]>
}

interface Note {
  readonly at: number
  readonly bytes: number
  readonly items: number
}

export const createHeldItems = ({ redis, keys, now }: QuarantineParts): HeldItems => {
  const read = async (source: SourceId): Promise<HeldItem[]> => {
    const packed = await redis.getBuffer(keys.held(source))
    return packed === null ? [] : (JSON.parse((await decompress(packed)).toString()) as HeldItem[]) // written below
  }
  const drop = async (source: SourceId): Promise<void> => {
    await Promise.all([redis.del(keys.held(source)), redis.hdel(keys.heldSources(), source)])
  }
  const noted = async (): Promise<[SourceId, Note][]> =>
    Object.entries(await redis.hgetall(keys.heldSources())).map(([id, json]) => [
      id as SourceId, // fields are written by add only
      JSON.parse(json) as Note,
    ])

  /** Drops expired sources, then those whose latest item is oldest, until the rest fits. */
  const fitInAll = async (): Promise<void> => {
    const all = (await noted()).sort(([, a], [, b]) => a.at - b.at)
    let total = all.reduce((sum, [, { bytes }]) => sum + bytes, 0)
    for (const [source, { at, bytes }] of all) {
      if (total <= MAX_TOTAL && at > now() - QUARANTINED_FOR) continue
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
      let kept = [...byKey.values()].slice(-MAX_ITEMS)
      let packed = await compress(JSON.stringify(kept))
      // Drops the oldest until the rest fits.
      while (packed.length > MAX_BYTES && kept.length > 1) {
        kept = kept.slice(Math.ceil(kept.length / 4))
        packed = await compress(JSON.stringify(kept))
      }
      if (packed.length > MAX_BYTES) kept = []
      if (kept.length === 0) {
        await drop(source)
        return 0
      }
      const note: Note = { at: now(), bytes: packed.length, items: kept.length }
      await Promise.all([
        redis.set(keys.held(source), packed, 'PX', QUARANTINED_FOR),
        redis.hset(keys.heldSources(), source, JSON.stringify(note)),
      ])
      await fitInAll()
      return kept.length
    },

    async list() {
      return (await noted())
        .filter(([, { at }]) => at > now() - QUARANTINED_FOR)
        .map(([source, { at, items }]) => ({ source, at, items }))
        .sort(newestFirst)
    },
  }
}
