/** The counts of a replay, in keys of their own until they replace the old ones. */

import type { Redis } from 'ioredis'
import { EVENT_KINDS } from '../domain/counts.ts'
import { HOUR, ROLLING } from '../domain/window.ts'
import { scanKeys } from '../redis/scan.ts'
import type { Store } from '../redis/store.ts'
import { chunk } from '../util/slices.ts'

/** Keys deleted per call. */
const AT_ONCE = 1_000

export interface ReplayCounts {
  /** Prefix of these keys. */
  readonly prefix: string
  /** Names of the keys, without the prefix. */
  names(): Promise<string[]>
  clear(): Promise<void>
  /** Copies the buckets from before `from` unchanged. */
  copyEarlier(from: number): Promise<void>
  /**
   * By how much totals change: what counts since `from` now, less what counted before.
   * @returns kind, article and difference, in turn
   */
  computeChanges(from: number): Promise<(string | number)[]>
}

/** Sums up the counts of articles in the hours since `from`. */
const addHours = async (
  redis: Redis,
  prefix: string,
  kind: string,
  from: number,
  add: (article: string, count: number) => void,
): Promise<void> => {
  const hours = await redis.zrangebyscore(`${prefix}index:${kind}:week`, from / HOUR, '+inf')
  const buckets = await Promise.all(hours.map(hour => redis.hgetall(`${prefix}bucket:${kind}:week:${hour}`)))
  for (const counts of buckets) for (const [article, count] of Object.entries(counts)) add(article, Number(count))
}

export const createReplayCounts = ({ redis, keys }: Store): ReplayCounts => {
  const base = keys.eventState('')
  const prefix = keys.eventState('again:')

  const find = async (): Promise<string[]> => {
    const found: string[] = []
    for await (const some of scanKeys(redis, `${prefix.replace(/[*?[\]\\]/g, '\\$&')}*`)) found.push(...some)
    return found
  }

  return {
    prefix,
    names: async () => (await find()).map(key => key.slice(prefix.length)),

    async clear() {
      for (const some of chunk(await find(), AT_ONCE)) await redis.unlink(...some)
    },

    async copyEarlier(from) {
      for (const kind of EVENT_KINDS)
        for (const { window, width } of ROLLING) {
          const index = `index:${kind}:${window}`
          const earlier = await redis.zrangebyscore(`${base}${index}`, '-inf', from / width - 1)
          const name = (moment: string) => `bucket:${kind}:${window}:${moment}`
          await Promise.all(
            earlier.flatMap(moment => [
              redis.copy(`${base}${name(moment)}`, `${prefix}${name(moment)}`),
              redis.zadd(`${prefix}${index}`, moment, moment),
            ]),
          )
        }
    },

    async computeChanges(from) {
      const changed: (string | number)[] = []
      for (const kind of EVENT_KINDS) {
        const by = new Map<string, number>()
        const add = (sign: number) => (article: string, count: number) =>
          by.set(article, (by.get(article) ?? 0) + sign * count)
        await addHours(redis, base, kind, from, add(-1))
        await addHours(redis, prefix, kind, from, add(1))
        for (const [article, difference] of by) if (difference !== 0) changed.push(kind, article, difference)
      }
      return changed
    },
  }
}
