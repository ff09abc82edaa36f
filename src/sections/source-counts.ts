/**
 * Counts in which sections the articles of each source are. Counts rather than articles: an article that is ingested
 * twice moves a share of hundreds by little.
 */

import type { Redis } from 'ioredis'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import type { Keys } from '../redis/keys.ts'
import { buildLookup } from './evidence.ts'
import { describeUse, type SourceUse } from './source-use.ts'

/** All counts of a source are halved above this number of articles, so that older ones say less. */
const MAX_COUNTED = 400
const EXPIRES = 90 * 86_400

export interface SourceCounts {
  count(articles: readonly { readonly source: string; readonly section: SectionId }[]): Promise<void>
  describe(source: string, section: SectionId, taxonomy: Taxonomy): SourceUse | undefined
}

export const createSourceCounts = ({ redis, keys }: { redis: Redis; keys: Keys }): SourceCounts => {
  const known = new Map<string, ReadonlyMap<SectionId, number>>()

  const halve = async (source: string, counts: ReadonlyMap<SectionId, number>): Promise<void> => {
    const key = keys.sourceSections(source)
    await Promise.all([...counts].map(([section, count]) => redis.hincrby(key, section, -Math.floor(count / 2))))
  }

  return {
    async count(articles) {
      const bySource = new Map<string, Map<SectionId, number>>()
      for (const { source, section } of articles) {
        const own = bySource.get(source) ?? new Map<SectionId, number>()
        bySource.set(source, own.set(section, (own.get(section) ?? 0) + 1))
      }
      for (const [source, own] of bySource) {
        const key = keys.sourceSections(source)
        const increments = [...own].map(([section, count]) => redis.hincrby(key, section, count))
        // The commands of one key are pipelined in order.
        const [all] = await Promise.all([redis.hgetall(key), redis.expire(key, EXPIRES), ...increments])
        const counts = new Map(Object.entries(all).map(([section, count]) => [section, Number(count)] as const))
        known.set(source, counts)
        if ([...counts.values()].reduce((sum, count) => sum + count, 0) > MAX_COUNTED) await halve(source, counts)
      }
    },

    describe(source, section, taxonomy) {
      const counts = known.get(source)
      return counts && describeUse(counts, section, buildLookup(taxonomy).parents)
    },
  }
}
