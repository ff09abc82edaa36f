/** Stores editors' pins and blocks: until when, by whom and why. Ranks nothing. */

import { z } from 'zod'
import type { Store } from '../redis/store.ts'
import { LISTS, type ListRegistry, RELATED } from './registry.ts'

/** Every list. */
export const EVERYWHERE = '*'

/** Place of a pin, from 1. */
export const PinPlace = z
  .int('must be a whole number from 1 to 1000')
  .min(1, 'must be 1 or more')
  .max(1_000, 'must be 1000 or less')

/** Why an editor did something. */
export const Reason = z.string().max(500, 'must have at most 500 characters')

export const Override = z.strictObject({
  kind: z.enum(['pin', 'block']),
  /** Id of an article or, for a block, of a story. */
  what: z.string().min(1).max(64),
  /** A list or, for a block, `*`. A block on a list covers its parts: must-reads covers must-reads:world. */
  list: z.string().min(1).max(200),
  /** Of a pin, from 1. */
  place: PinPlace.default(1),
  by: z.string().min(1).max(100),
  why: Reason.default(''),
  /** ms since the epoch. */
  at: z.int(),
  until: z.int(),
})
export type Override = z.infer<typeof Override>

/** An override that is not possible; the message says how to fix it. */
export class OverrideError extends Error {
  readonly code = 'PLACEMENT'
}

export interface Overrides {
  /** @throws OverrideError for an unknown list, or one that takes no pins */
  place(wanted: z.input<typeof Override>): Promise<Override>
  /** Removes pins or blocks. @returns those removed */
  lift(kind: Override['kind'], what: string, list: string | null, by: string, at: number): Promise<Override[]>
  /** Those in force, in the order they were made. */
  inForce(now: number): Promise<readonly Override[]>
  /** Removes and logs overrides that have expired. */
  sweep(now: number): Promise<void>
  /** Who did what, latest first. */
  log(most: number): Promise<readonly (Override & { readonly did: 'placed' | 'lifted' | 'expired' })[]>
}

const MAX_LOGGED = 5_000

const buildField = ({ kind, what, list }: Pick<Override, 'kind' | 'what' | 'list'>): string => `${kind} ${list} ${what}`

/** Whether a block on one list keeps something off another. */
export const covers = (blocked: string, list: string): boolean =>
  blocked === EVERYWHERE || list === blocked || list.startsWith(`${blocked}:`)

const NAMES: Readonly<Record<string, string>> = {
  why: 'the reason',
  place: 'the place',
  what: 'the id',
  by: 'the name',
}

/** What is wrong with a request, in words of whoever made it: `the reason: Too big: ...`. */
const explain = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${NAMES[String(path[0])] ?? path.join('.')}: ${message}`).join('; ')

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

export interface OverridesParts extends Store {
  readonly registry?: Pick<ListRegistry, 'parse'>
}

export const createOverrides = ({ redis, keys, registry = LISTS }: OverridesParts): Overrides => {
  const key = keys.overrides()
  const write = (override: Override, did: 'placed' | 'lifted' | 'expired') =>
    ['MAXLEN', '~', MAX_LOGGED, '*', 'did', did, 'what', JSON.stringify(override)] as const

  const readAll = async (): Promise<Override[]> =>
    Object.values(await redis.hgetall(key)).map(json => Override.parse(JSON.parse(json)))

  return {
    async place(wanted) {
      const parsed = Override.safeParse(wanted)
      if (!parsed.success) throw new OverrideError(explain(parsed.error))
      const override = parsed.data
      check(override, registry)
      await redis
        .multi()
        .hset(key, buildField(override), JSON.stringify(override))
        .xadd(keys.overridesLog(), ...write(override, 'placed'))
        .exec()
      return override
    },

    async lift(kind, what, list, by, at) {
      const lifted = (await readAll()).filter(
        each => each.kind === kind && each.what === what && (list === null || each.list === list),
      )
      for (const override of lifted)
        await redis
          .multi()
          .hdel(key, buildField(override))
          .xadd(keys.overridesLog(), ...write({ ...override, by, at }, 'lifted'))
          .exec()
      return lifted
    },

    async sweep(now) {
      for (const override of (await readAll()).filter(({ until }) => until <= now)) {
        // Only one of several sweepers finds it, and logs it.
        if ((await redis.hdel(key, buildField(override))) > 0)
          await redis.xadd(keys.overridesLog(), ...write(override, 'expired'))
      }
    },

    async inForce(now) {
      return (await readAll())
        .filter(({ until }) => until > now)
        .sort((a, b) => a.at - b.at || (buildField(a) < buildField(b) ? -1 : 1))
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
