/** Re-crawls sources at once, each at most once within its cool-down, however many ask for it. */

import type { Source, SourceId } from '../domain/source.ts'
import type { RecrawlGap } from '../sources/store/recrawl-gap.ts'
import type { Sources } from '../sources/store/sources.ts'
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
  readonly sources: Pick<Sources, 'state'>
  /** @param isBehind queued behind other waiting crawls, as one of many */
  readonly recrawl: (id: SourceId, isBehind: boolean) => Promise<string>
  readonly gap: Pick<RecrawlGap, 'request' | 'cancel' | 'isTaken'>
}

export interface Recrawl {
  run(sources: readonly Source[]): Promise<{ readonly changes: readonly SourceChange[]; readonly result: Recrawled }>
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

export const createRecrawl = ({ sources, recrawl, gap }: RecrawlParts): Recrawl => {
  const queueCrawl = async (id: SourceId, isBehind: boolean) => {
    const { status, lastFetchAt, nextAt } = await sources.state(id)
    try {
      return { source: id, job: await recrawl(id, isBehind), before: { status, lastFetchAt, nextAt } }
    } catch (error) {
      // The crawl was not queued, so there is nothing to cool down from.
      await gap.cancel(id)
      throw error
    }
  }

  return {
    async run(wanted) {
      const isBehind = wanted.length > MAX_URGENT
      const done = await inChunks(wanted, async ({ id }) => {
        const ms = await gap.request(id)
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
      const there = await inChunks(ids, gap.isTaken)
      return there.filter(Boolean).length
    },
  }
}
