/**
 * Copies counts into article hashes. The script that counts also records in Redis which articles changed, so a crash
 * between counting and copying loses nothing: the next process copies them.
 */

import { COUNTERS, TOTALS } from '../domain/counts.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { toPairs } from '../util/pairs.ts'

const dirtyScript = loadScript(new URL('./changed-counts.lua', import.meta.url))
const copyScript = loadScript(new URL('./copy-counts.lua', import.meta.url))
const confirmScript = loadScript(new URL('./confirm-copied.lua', import.meta.url))

export interface Copying {
  /** Copies the counts that changed. @returns articles whose copy is confirmed */
  copy(): Promise<number>
  /** Deletes totals of articles that no longer exist, some per call. @returns whether a full pass has ended */
  sweep(): Promise<boolean>
}

const AT_ONCE = 500
/** Bounds a call: counts that change meanwhile are copied by the next call. */
const MAX_ROUNDS = 200
/** Fields of an article's hash, in the order of `TOTALS`. */
const FIELDS = [...COUNTERS, 'seconds']

export const createCopying = ({ redis, keys }: Store): Copying => {
  const stream = keys.events()
  let cursor = '0'
  let swept = 0

  return {
    async copy() {
      let copied = 0
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const flat = (await runScript(redis, dirtyScript, [stream], [AT_ONCE, ...TOTALS])) as string[] // as changed-counts.lua returns
        if (flat.length === 0) break
        const versions: string[] = []
        const copies: Promise<unknown>[] = []
        const each = 2 + TOTALS.length
        for (let at = 0; at + each <= flat.length; at += each) {
          const [article = '', version = '', ...counts] = flat.slice(at, at + each)
          versions.push(article, version)
          copies.push(
            runScript(
              redis,
              copyScript,
              [keys.article(article)],
              [version, ...FIELDS.flatMap((field, index) => [field, counts[index] ?? '0'])],
            ),
          )
        }
        await Promise.all(copies)
        const done = Number(await runScript(redis, confirmScript, [stream], versions))
        copied += done
        if (done * 2 < versions.length) break
      }
      return copied
    },

    async sweep() {
      const what = TOTALS[swept] ?? 'seconds'
      const [next, flat] = await redis.hscan(keys.eventTotals(what), cursor, 'COUNT', AT_ONCE)
      const articles = toPairs(flat).map(([article]) => article)
      const there = await Promise.all(articles.map(article => redis.exists(keys.article(article))))
      const gone = articles.filter((_, index) => there[index] === 0)
      if (gone.length > 0)
        await Promise.all(
          TOTALS.flatMap(each => [keys.eventTotals(each), keys.eventState(`as-of:${each}`)]).map(key =>
            redis.hdel(key, ...gone),
          ),
        )
      cursor = next
      if (next !== '0') return false
      swept = (swept + 1) % TOTALS.length
      return swept === 0
    },
  }
}
