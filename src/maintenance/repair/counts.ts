/** Checks that counts exist only for existing articles. */

import { EVENT_KINDS, TOTALS } from '../../domain/counts.ts'
import { WINDOWS } from '../../domain/entry.ts'
import { readMembers, scanHash } from '../../redis/scan.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { type Check, findGone, type RepairParts } from './check.ts'
import { runnable } from './run-check.ts'

const forgetCounts = loadScript(new URL('./forget-counts.lua', import.meta.url))

/** Which ids are counted in totals or windows. */
const isCounted = async ({ redis, keys }: RepairParts, ids: readonly string[]): Promise<Set<string>> => {
  if (ids.length === 0) return new Set()
  const found = await Promise.all([
    ...TOTALS.map(kind => redis.hmget(keys.eventTotals(kind), ...ids)),
    ...EVENT_KINDS.flatMap(kind => WINDOWS.map(window => redis.zmscore(keys.eventWindow(kind, window), ...ids))),
  ])
  return new Set(ids.filter((_, at) => found.some(values => values[at] !== null)))
}

const counts: Check<string> = {
  id: 'counts-of-gone-articles',
  what: 'articles that are gone and still counted, in totals or windows',
  async *pages({ redis, keys }) {
    const seen = new Set<string>()
    const fresh = (ids: readonly string[]) => ids.filter(id => !seen.has(id) && seen.add(id))
    for (const kind of TOTALS)
      for await (const page of scanHash(redis, keys.eventTotals(kind))) yield fresh(page.map(([article]) => article))
    for (const kind of EVENT_KINDS)
      for (const window of WINDOWS)
        for await (const page of readMembers(redis, keys.eventWindow(kind, window))) yield fresh(page)
  },
  async wrong(parts, page) {
    const gone = await findGone(parts, page)
    const counted = await isCounted(parts, [...gone])
    return page.filter(id => counted.has(id))
  },
  show: id => id,
  mend: ({ redis, keys }, id) => runScript(redis, forgetCounts, [keys.events()], [id, ...EVENT_KINDS]),
}

export const countChecks = [runnable(counts)]
