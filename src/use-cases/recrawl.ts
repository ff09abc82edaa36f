/** Re-crawls sources at once, each at most once within its cool-down, however many ask for it. */

import type { Redis } from 'ioredis'
import type { Source, SourceId } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import type { Sources } from '../sources/store/sources.ts'
import { isPlausible } from '../util/plausible-time.ts'
import { chunk } from '../util/slices.ts'
import type { SourceChange } from './audit-changes.ts'

/** The result of a request to crawl sources now. */
export interface Recrawled {
  /** Ids of the jobs queued. */
  readonly jobs: readonly { readonly source: SourceId; readonly job: string }[]
  /** Sources that are cooling down after their last re-crawl and were left out, and for how much longer, ms. */
  readonly cooling: readonly { readonly source: SourceId; readonly ms: number }[]
}

export interface RecrawlParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly sources: Pick<Sources, 'state'>
  /** @param isBehind queued behind other waiting crawls, as one of many */
  readonly recrawl: (id: SourceId, isBehind: boolean) => Promise<string>
  /** ms for which a source is not re-crawled again; 0 for no limit. */
  readonly coolDown: () => number
}

export interface Recrawl {
  /** @param name of the user */
  run(
    sources: readonly Source[],
    name: string,
  ): Promise<{ readonly changes: readonly SourceChange[]; readonly result: Recrawled }>
  /** How many of them are cooling down. */
  countCooling(ids: readonly SourceId[]): Promise<number>
}

/** Up to this many sources are crawled before what waits in the queue. */
const MAX_URGENT = 5
/** Concurrent round trips of one action. */
const AT_ONCE = 100

/** Runs `each` for all, a limited number at a time. */
export const inChunks = async <In, Out>(all: readonly In[], each: (one: In) => Promise<Out>): Promise<Out[]> => {
  const out: Out[] = []
  for (const some of chunk(all, AT_ONCE)) out.push(...(await Promise.all(some.map(each))))
  return out
}

export const createRecrawl = ({ redis, keys, sources, recrawl, coolDown }: RecrawlParts): Recrawl => {
  const coolKey = (id: SourceId) => keys.admin(`recrawled:${id}`)

  /** Starts the cool-down of a source. @returns ms that are left of an earlier one; 0 if it was started */
  const startCoolDown = async (id: SourceId, name: string): Promise<number> => {
    const ms = coolDown()
    if (ms === 0 || (await redis.set(coolKey(id), name, 'PX', ms, 'NX')) !== null) return 0
    const left = Math.max(1, await redis.pttl(coolKey(id)))
    if (isPlausible(left, 0, ms)) return left
    // A longer cool-down than configured was set while the clock of Redis was ahead.
    await redis.set(coolKey(id), name, 'PX', ms)
    return 0
  }

  const queueCrawl = async (id: SourceId, isBehind: boolean) => {
    const { status, lastFetchAt, nextAt } = await sources.state(id)
    try {
      return { source: id, job: await recrawl(id, isBehind), before: { status, lastFetchAt, nextAt } }
    } catch (error) {
      // The crawl was not queued, so there is nothing to cool down from.
      await redis.del(coolKey(id))
      throw error
    }
  }

  return {
    async run(wanted, name) {
      const isBehind = wanted.length > MAX_URGENT
      const done = await inChunks(wanted, async ({ id }) => {
        const ms = await startCoolDown(id, name)
        return ms > 0 ? { source: id, ms } : queueCrawl(id, isBehind)
      })
      const queued = done.filter(each => 'job' in each)
      return {
        changes: queued.map(({ source, job, before }) => ({ id: source, before, after: { job } })),
        result: {
          jobs: queued.map(({ source, job }) => ({ source, job })),
          cooling: done.filter(each => 'ms' in each),
        },
      }
    },
    async countCooling(ids) {
      if (coolDown() === 0) return 0
      const there = await inChunks(ids, id => redis.exists(coolKey(id)))
      return there.filter(Boolean).length
    },
  }
}
