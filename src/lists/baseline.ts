/** Stores baselines: learns them once an hour from the reads of the hour that ended. */

import type { ArticleId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { Store } from '../redis/store.ts'
import { type Baseline, blend, getHour, UNKNOWN } from './rules/baseline.ts'

const HOUR = 3_600_000

/** Views of one article in the hour that ended. */
export interface HourRead {
  readonly article: ArticleId
  readonly section: SectionId
  readonly count: number
}

export interface Baselines {
  /** Baselines of these sections at this time. */
  at(sections: readonly SectionId[], now: number): Promise<Baseline>
  /**
   * Learns from the hour that has ended, once among all processes.
   * @param read reads the views of that hour; called only if it was not learnt yet
   */
  learn(now: number, read: () => Promise<readonly HourRead[]>): Promise<boolean>
}

export const createBaselines = ({ redis, keys }: Store): Baselines => {
  const field = (section: string, hour: number) => `${section}:${hour}`
  return {
    async at(sections, now) {
      const hour = getHour(now)
      const found =
        sections.length === 0 ? [] : await redis.hmget(keys.baseline(), ...sections.map(id => field(id, hour)))
      const known = new Map(sections.map((id, index) => [id, Number(found[index] ?? UNKNOWN)]))
      return section => known.get(section) ?? UNKNOWN
    },

    async learn(now, read) {
      const ended = Math.floor(now / HOUR) - 1
      if ((await redis.set(keys.baselineLearned(ended), '1', 'PX', 2 * HOUR, 'NX')) === null) return false
      const sums = new Map<SectionId, { reads: number; articles: number }>()
      for (const { section, count } of await read()) {
        const sum = sums.get(section) ?? { reads: 0, articles: 0 }
        sums.set(section, { reads: sum.reads + count, articles: sum.articles + 1 })
      }
      const hour = getHour(ended * HOUR)
      const fields = [...sums.keys()].map(section => field(section, hour))
      if (fields.length === 0) return true
      const before = await redis.hmget(keys.baseline(), ...fields)
      const learnt = [...sums.values()].map(({ reads, articles }, index) => {
        const was = before[index]
        return blend(was === null || was === undefined ? null : Number(was), reads / articles)
      })
      await redis.hset(keys.baseline(), ...fields.flatMap((name, index) => [name, learnt[index]?.toFixed(3) ?? '']))
      return true
    },
  }
}
