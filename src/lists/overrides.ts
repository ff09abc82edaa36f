/** What editors put on lists and keep off them, until when, and who did it and why. Ranks nothing. */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../redis/keys.ts'
import { LISTS, type ListRegistry, RELATED } from './registry.ts'

/** Every list. */
export const EVERYWHERE = '*'

export const Override = z.strictObject({
  kind: z.enum(['pin', 'block']),
  /** Id of an article; of a block also of a story. */
  what: z.string().min(1).max(64),
  /** A list; of a block also `*`, and a list covers its parts: must-reads also must-reads:world. */
  list: z.string().min(1).max(200),
  /** Of a pin, from 1. */
  place: z.int().min(1).max(1_000).default(1),
  by: z.string().min(1).max(100),
  why: z.string().max(500).default(''),
  /** ms since the epoch. */
  at: z.int(),
  until: z.int(),
})
export type Override = z.infer<typeof Override>

/** Why an editor's wish cannot be done; the message says how to mend it. */
export class OverrideError extends Error {
  readonly code = 'PLACEMENT'
}

export interface Overrides {
  /** @throws PlacementError for what is no list, or cannot be pinned to */
  place(wanted: z.input<typeof Override>): Promise<Override>
  /** Takes back a pin or block. @returns those taken back */
  lift(kind: Override['kind'], what: string, list: string | null, by: string, at: number): Promise<Override[]>
  /** Those in force, in the order they were made. */
  inForce(now: number): Promise<readonly Override[]>
  /** Removes what has ended, and logs that it did. */
  sweep(now: number): Promise<void>
  /** Who did what, latest first. */
  log(most: number): Promise<readonly (Override & { readonly did: 'placed' | 'lifted' | 'expired' })[]>
}

const MOST_LOGGED = 5_000

const fieldOf = ({ kind, what, list }: Pick<Override, 'kind' | 'what' | 'list'>): string => `${kind} ${list} ${what}`

/** Whether a block on one list keeps something off another. */
export const covers = (blocked: string, list: string): boolean =>
  blocked === EVERYWHERE || list === blocked || list.startsWith(`${blocked}:`)

const check = ({ kind, list, until, at }: Override, lists: Pick<ListRegistry, 'parse'>): void => {
  const parsed = lists.parse(list)
  const isWide = kind === 'block' && (list === EVERYWHERE || list === RELATED)
  if (!parsed && !isWide) throw new OverrideError(`${JSON.stringify(list)} is no list; \`newsdesk lists\` names them`)
  if (parsed && 'relatedTo' in parsed)
    throw new OverrideError(
      kind === 'pin'
        ? `${list} stands beside one article, so nothing can be pinned to it; pin to must-reads`
        : `${list} stands beside one article; to keep something off all such lists, block it on related`,
    )
  if (kind === 'pin' && parsed && 'definition' in parsed && !parsed.definition.isPinnable)
    throw new OverrideError(`${list} is in order of time, so nothing can be pinned to it; pin to must-reads`)
  if (until <= at) throw new OverrideError('it would end before it began: give a time to come')
}

export interface OverridesParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly registry?: Pick<ListRegistry, 'parse'>
}

export const createOverrides = ({ redis, keys, registry = LISTS }: OverridesParts): Overrides => {
  const key = keys.overrides()
  const write = (placement: Override, did: 'placed' | 'lifted' | 'expired') =>
    ['MAXLEN', '~', MOST_LOGGED, '*', 'did', did, 'what', JSON.stringify(placement)] as const

  const standing = async (): Promise<Override[]> =>
    Object.values(await redis.hgetall(key)).map(json => Override.parse(JSON.parse(json)))

  return {
    async place(wanted) {
      const placement = Override.parse(wanted)
      check(placement, registry)
      await redis
        .multi()
        .hset(key, fieldOf(placement), JSON.stringify(placement))
        .xadd(keys.overridesLog(), ...write(placement, 'placed'))
        .exec()
      return placement
    },

    async lift(kind, what, list, by, at) {
      const lifted = (await standing()).filter(
        each => each.kind === kind && each.what === what && (list === null || each.list === list),
      )
      for (const placement of lifted)
        await redis
          .multi()
          .hdel(key, fieldOf(placement))
          .xadd(keys.overridesLog(), ...write({ ...placement, by, at }, 'lifted'))
          .exec()
      return lifted
    },

    async sweep(now) {
      for (const placement of (await standing()).filter(({ until }) => until <= now)) {
        // Only one of several sweepers finds it, and logs it.
        if ((await redis.hdel(key, fieldOf(placement))) > 0)
          await redis.xadd(keys.overridesLog(), ...write(placement, 'expired'))
      }
    },

    async inForce(now) {
      return (await standing())
        .filter(({ until }) => until > now)
        .sort((a, b) => a.at - b.at || (fieldOf(a) < fieldOf(b) ? -1 : 1))
    },

    async log(most) {
      const entries = await redis.xrevrange(keys.overridesLog(), '+', '-', 'COUNT', most)
      return entries.map(([, [, did, , json]]) => ({
        ...Override.parse(JSON.parse(json ?? '')),
        did: did as 'placed' | 'lifted' | 'expired', // written above
      }))
    },
  }
}
