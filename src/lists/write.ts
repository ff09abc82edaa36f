/** Writes lists, each atomically and only the difference where it is small, then announces all of them together. */

import { createHash, randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { CONTRACT_VERSION } from '../domain/entry.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { dropOldest } from '../util/lru.ts'
import { announce, type ListUpdate } from './announce.ts'
import type { Entries } from './entries.ts'
import type { Ranking } from './ranking.ts'

const replaceScript = loadScript(new URL('./replace-list.lua', import.meta.url))

/** Above this share of changed entries a list is written whole. `npm run bench:lists` measures it. */
const SMALL = 0.2
/** Entries up to which a whole list is handed to the script; longer lists are staged in a key of their own first. */
const FEW = 20
/** ms after which entries staged by a dead writer expire. */
const STAGED = 60_000

/** A list as it was written. */
interface Written extends Pick<Entries, 'each'> {
  readonly hash: string
}

export interface ToWrite extends Pick<Ranking, 'fallback' | 'window' | 'covers' | 'stale'> {
  readonly name: string
  readonly entries: Entries
  /** Id of the last change read before it was ranked: an older state never overwrites a newer one. */
  readonly asOf: string
  /** ms; 0 for ever. */
  readonly lives: number
  /** ms since the epoch. */
  readonly at: number
}

export interface ListWriter {
  write(lists: readonly ToWrite[]): Promise<readonly WriteOutcome[]>
}

/** Whether the entries or the meta hash changed; `overtaken` if Redis held a newer state, which stays. */
export type WriteOutcome = 'changed' | 'unchanged' | 'overtaken'

type Outcome = ['overtaken'] | ['other'] | [version: number, announced: number]

const hashEntries = ({ whole }: Entries): string => createHash('sha256').update(whole).digest('base64url').slice(0, 22)

/** Places and entries in which a list differs from what it was; null if writing the whole list is no more work. */
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

  const replace = async (
    list: ToWrite,
    hash: string,
    base: string,
    body: readonly (Buffer | number)[],
    more: readonly string[] = [],
  ): Promise<Outcome> =>
    (await runScript(
      redis,
      replaceScript,
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
        list.covers ?? '',
        ...body,
      ],
    )) as Outcome // as replace-list.lua returns

  const writeWhole = async (list: ToWrite, hash: string): Promise<Outcome> => {
    const { each } = list.entries
    if (each.length <= FEW) return replace(list, hash, 'whole', each)
    staged += 1
    const stagedKey = keys.listStaged(list.name, `${id}:${staged}`)
    // Sent together, one round trip; a failed push leaves nothing to rename, and the script fails with it.
    const [, , outcome] = await Promise.all([
      redis.rpush(stagedKey, ...each),
      redis.pexpire(stagedKey, STAGED),
      replace(list, hash, 'staged', [], [stagedKey]),
    ])
    return outcome
  }

  /** @returns the update to announce, if there is one */
  const writeOne = async (list: ToWrite): Promise<ListUpdate | Exclude<WriteOutcome, 'changed'>> => {
    const { name, entries, lives, at } = list
    const hash = hashEntries(entries)
    const before = remembered.get(name)
    const changes = before ? difference(before.each, entries.each) : null
    const small: Outcome = before && changes ? await replace(list, hash, before.hash, changes) : ['other']
    const [version, announced] = small[0] === 'other' ? await writeWhole(list, hash) : small
    if (typeof version !== 'number' || announced === undefined) return 'overtaken'
    // Related lists are not remembered: they are many, and seldom written.
    if (lives === 0) remember(name, { each: entries.each, hash })
    return version <= announced ? 'unchanged' : { name, version, at, isKept: lives === 0 }
  }

  return {
    async write(lists) {
      const updates = await Promise.all(lists.map(writeOne))
      // After the lists are replaced, so that readers who react see the new list. If this process dies in between, the
      // next writer announces.
      await announce(
        redis,
        keys,
        updates.filter(each => typeof each !== 'string'),
      )
      return updates.map(each => (typeof each === 'string' ? each : 'changed'))
    },
  }
}
