/** Writes lists: the difference where it is small, in one step on each list's own keys, and tells of them together afterwards. */

import { createHash, randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { CONTRACT_VERSION } from '../domain/entry.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { dropOldest } from '../util/lru.ts'
import { announce, type ListUpdate } from './announce.ts'
import type { Entries } from './entries.ts'
import type { Ranking } from './ranking.ts'

const swap = loadScript(new URL('./replace-list.lua', import.meta.url))

/** Above this share of changed entries a list is written whole. `npm run bench:lists` measures it. */
const SMALL = 0.2
/** Entries up to which a whole list is handed to the script; more are staged beside it first. */
const FEW = 20
/** ms after which what a dead writer staged is gone. */
const STAGED = 60_000

/** A list as it was written. */
interface Written extends Pick<Entries, 'each'> {
  readonly hash: string
}

export interface ToWrite extends Pick<Ranking, 'fallback' | 'window' | 'stale'> {
  readonly name: string
  readonly entries: Entries
  /** Id of the last change read before it was ranked: an older state never goes over a newer. */
  readonly asOf: string
  /** ms; 0 for ever. */
  readonly lives: number
  /** ms since the epoch. */
  readonly at: number
}

export interface ListWriter {
  /** @returns of each whether its bytes, or what the meta says of it, changed */
  write(lists: readonly ToWrite[]): Promise<readonly boolean[]>
}

type Swapped = ['overtaken'] | ['other'] | [version: number, announced: number]

const hashOf = ({ whole }: Entries): string => createHash('sha256').update(whole).digest('base64url').slice(0, 22)

/** Places and entries in which a list differs from what it was; null where it is no less work to write it whole. */
export const difference = (before: readonly Buffer[], after: readonly Buffer[]): (Buffer | number)[] | null => {
  const most = 2 * Math.floor(after.length * SMALL)
  const changes: (Buffer | number)[] = []
  for (const [place, entry] of after.entries()) {
    const was = before[place]
    if (was && entry.equals(was)) continue
    if (changes.length === most) return null
    changes.push(place, entry)
  }
  return changes
}

/** @param most lists whose bytes are remembered, so that only their differences are sent */
export const createListWriter = (redis: Redis, keys: Keys, most = 1_000): ListWriter => {
  const remembered = new Map<string, Written>()
  const id = randomUUID()
  let staged = 0

  const remember = (name: string, written: Written): void => {
    remembered.delete(name)
    remembered.set(name, written)
    dropOldest(remembered, most)
  }

  const swapped = async (
    list: ToWrite,
    hash: string,
    base: string,
    body: readonly (Buffer | number)[],
    more: readonly string[] = [],
  ): Promise<Swapped> =>
    (await runScript(
      redis,
      swap,
      [keys.list(list.name), keys.listMeta(list.name), ...more],
      [
        hash,
        new Date(list.at).toISOString(),
        list.lives,
        list.fallback,
        list.window,
        list.stale ? 1 : 0,
        list.asOf,
        CONTRACT_VERSION,
        list.entries.each.length,
        base,
        ...body,
      ],
    )) as Swapped // as swap.lua returns

  const writeWhole = async (list: ToWrite, hash: string): Promise<Swapped> => {
    const { each } = list.entries
    if (each.length <= FEW) return swapped(list, hash, 'whole', each)
    staged += 1
    const beside = keys.listStaged(list.name, `${id}:${staged}`)
    // Sent together, one round trip; a failed push leaves nothing to rename, and the script fails with it.
    const [, , outcome] = await Promise.all([
      redis.rpush(beside, ...each),
      redis.pexpire(beside, STAGED),
      swapped(list, hash, 'staged', [], [beside]),
    ])
    return outcome
  }

  /** @returns what readers are to be told; null where nothing changed */
  const writeOne = async (list: ToWrite): Promise<ListUpdate | null> => {
    const { name, entries, lives, at } = list
    const hash = hashOf(entries)
    const before = remembered.get(name)
    const changes = before ? difference(before.each, entries.each) : null
    const small: Swapped = before && changes ? await swapped(list, hash, before.hash, changes) : ['other']
    const [version, announced] = small[0] === 'other' ? await writeWhole(list, hash) : small
    if (typeof version !== 'number' || announced === undefined) return null
    // Related lists are many, and written seldom.
    if (lives === 0) remember(name, { each: entries.each, hash })
    return version <= announced ? null : { name, version, at, isKept: lives === 0 }
  }

  return {
    async write(lists) {
      const told = await Promise.all(lists.map(writeOne))
      // After the swaps: who reads on the announcement sees the new list. Who dies in between leaves it to the next writer.
      await announce(
        redis,
        keys,
        told.filter(each => each !== null),
      )
      return told.map(each => each !== null)
    },
  }
}
