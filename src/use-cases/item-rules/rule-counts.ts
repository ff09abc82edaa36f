/** Counts what rules matched, and keeps the items that they dropped. */

import { z } from 'zod'
import type { Store } from '../../redis/store.ts'
import type { Verdict } from '../../rules/compile.ts'

/** An item that a rule matched when it came in. */
export interface Judged {
  readonly verdict: Verdict
  readonly isDropped: boolean
  readonly source: string
  readonly title: string
  readonly url: string
}

const DroppedItem = z.object({
  rules: z.array(z.string()),
  source: z.string(),
  title: z.string(),
  url: z.string(),
  /** ms since the epoch. */
  at: z.number(),
})
export type DroppedItem = z.infer<typeof DroppedItem>

export interface RuleCount {
  /** Items matched; one that came in again edited counts again. */
  readonly items: number
  /** ms since the epoch of the latest. */
  readonly last: number
}

const MAX_DROPPED = 1_000

/** Writes what the rules did to a batch, in one round trip. */
export const countMatches = async ({ redis, keys }: Store, judged: readonly Judged[], at: number): Promise<void> => {
  if (judged.length === 0) return
  const counts = new Map<string, number>()
  for (const { verdict } of judged) for (const id of verdict.rules) counts.set(id, (counts.get(id) ?? 0) + 1)
  const dropped = judged.filter(({ isDropped }) => isDropped)
  await Promise.all([
    ...[...counts].map(([id, items]) => redis.hincrby(keys.ruleCounts(), id, items)),
    redis.hset(keys.ruleMatches(), Object.fromEntries([...counts.keys()].map(id => [id, at]))),
    ...dropped.map(({ verdict, source, title, url }) => {
      const item: DroppedItem = { rules: [...verdict.rules], source, title, url, at }
      return redis.xadd(keys.ruleDropped(), 'MAXLEN', '~', MAX_DROPPED, '*', 'item', JSON.stringify(item))
    }),
  ])
}

export const readRuleCounts = async ({ redis, keys }: Store): Promise<ReadonlyMap<string, RuleCount>> => {
  const [counts, matched] = await Promise.all([redis.hgetall(keys.ruleCounts()), redis.hgetall(keys.ruleMatches())])
  return new Map(
    Object.entries(counts).map(([id, items]) => [id, { items: Number(items), last: Number(matched[id] ?? 0) }]),
  )
}

/** Forgets the counts of rules that there are no longer. */
export const forgetCounts = async ({ redis, keys }: Store, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await Promise.all([redis.hdel(keys.ruleCounts(), ...ids), redis.hdel(keys.ruleMatches(), ...ids)])
}

/** Items that rules dropped, latest first. */
export const readDropped = async ({ redis, keys }: Store, most: number): Promise<readonly DroppedItem[]> =>
  (await redis.xrevrange(keys.ruleDropped(), '+', '-', 'COUNT', most)).flatMap(([, [, json = '']]) => {
    const parsed = DroppedItem.safeParse(JSON.parse(json))
    return parsed.success ? [parsed.data] : []
  })
