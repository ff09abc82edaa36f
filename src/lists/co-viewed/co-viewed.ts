/**
 * Counts articles read by the same visitors. Only a sample of visitors is counted, chosen by hash, so that the cost is
 * bounded and every view of a sampled visitor counts. An estimate by design: what a crash loses is not recovered.
 */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../../domain/article.ts'
import type { ViewBy } from '../../events/counting.ts'
import type { Keys } from '../../redis/keys.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { toPairs } from '../../util/pairs.ts'

const readScript = loadScript(new URL('./viewed-by.lua', import.meta.url))
const pairScript = loadScript(new URL('./pair.lua', import.meta.url))

/** Most articles remembered per visitor, and most co-viewed articles per article. */
const MAX_READ = 20
const MAX_CO_VIEWED = 100
const READER_LIVES = 6 * 3_600_000
const PAIRS_LIVE = 7 * 86_400_000

export interface CoViewCount {
  readonly article: ArticleId
  /** Visitors of both, of this article and of the other; all from the same sample, so that they can be compared. */
  readonly both: number
  readonly one: number
  readonly other: number
}

export interface CoViewed {
  note(reads: readonly ViewBy[]): Promise<void>
  /** The articles that visitors of this one viewed most. */
  top(article: ArticleId, most: number): Promise<readonly CoViewCount[]>
}

/** Whether a visitor is sampled: always the same answer for one visitor. */
export const isChosen = (visitor: string, oneIn: number): boolean => {
  let hash = 0
  for (let at = 0; at < visitor.length; at += 1) hash = (Math.imul(hash, 31) + visitor.charCodeAt(at)) >>> 0
  return hash % oneIn === 0
}

export const createCoViewed = ({
  redis,
  keys,
  oneIn,
}: {
  redis: Redis
  keys: Keys
  /** lists.coViewSampleRate: one visitor in this many is sampled. */
  oneIn: () => number
}): CoViewed => ({
  async note(reads) {
    const chosen = reads.filter(({ visitor }) => visitor !== '' && isChosen(visitor, oneIn()))
    await Promise.all(
      chosen.map(async ({ hash, article }) => {
        const before = (await runScript(redis, readScript, [keys.viewer(hash())], [article, MAX_READ, READER_LIVES])) as
          | ArticleId[]
          | null // as viewed-by.lua returns
        if (before === null) return
        const pair = (of: ArticleId, others: readonly ArticleId[], reader: number) =>
          runScript(redis, pairScript, [keys.coViewed(of)], [reader, MAX_CO_VIEWED, PAIRS_LIVE, ...others])
        await Promise.all([pair(article, before, 1), ...before.map(other => pair(other, [article], 0))])
      }),
    )
  },

  async top(article, most) {
    const flat = await redis.zrevrange(keys.coViewed(article), 0, most, 'WITHSCORES')
    const pairs = toPairs(flat).map(([id, both]) => [id as ArticleId, Number(both)] as const) // as pair.lua writes
    const one = pairs.find(([id]) => id === READERS)?.[1] ?? 0
    const others = pairs.filter(([id]) => id !== READERS).slice(0, most)
    const readers = await Promise.all(others.map(([id]) => redis.zscore(keys.coViewed(id), READERS)))
    return others.map(([id, both], index) => ({ article: id, both, one, other: Number(readers[index] ?? 0) }))
  },
})

/** The member that counts an article's own readers. */
const READERS = '' as ArticleId
