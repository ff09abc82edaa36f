/**
 * After each poll: updates the publishing model of the source, decides when it is due next, and formats both for Redis.
 */

import type { Redis } from 'ioredis'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Source, SourceId } from '../../domain/source.ts'
import type { Keys } from '../../redis/keys.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { fetchCostFor } from '../schedule/budget.ts'
import { learn } from '../schedule/learn.ts'
import { DEFAULT_FETCH_COST, type Due, demandUnder, nextDue } from '../schedule/next-due.ts'
import type { PublishingModel } from '../schedule/publishing-model.ts'
import { formatCounts, formatRecentState } from '../schedule/publishing-model-text.ts'
import { stalledFor } from '../schedule/stalled.ts'
import { type SourceState, writeTimes } from '../state/state.ts'

/** ms for which a process uses the fetch cost that it read last. */
const PRICE_LASTS = 30_000

export interface Scheduling {
  /**
   * Finds the fetch cost at which all sources together stay within the budget. @returns null if there is no budget or
   * no demand is known yet
   */
  rebalanceBudget(): Promise<number | null>
  /** One more poll of a source: what it tells of its rhythm, when it is due next, and both as fields of its hash. */
  after(
    id: SourceId,
    before: Pick<SourceState, 'publishingModel' | 'hints' | 'stalledSince'>,
    poll: { readonly published: readonly (number | null)[]; readonly carried: number | null },
    freshFor: number | null,
  ): Promise<{ readonly due: Due; readonly fields: Readonly<Record<string, string>> }>
}

export interface SchedulingParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly get: (id: string) => Source | undefined
  readonly settings: () => CrawlSettings
  readonly now: () => number
}

/** A publishing model as fields of its source's hash; the larger ones only if they changed. */
const formatFields = (rhythm: PublishingModel, before: PublishingModel): Record<string, string> => ({
  recent: formatRecentState(rhythm),
  ...(rhythm.quarters === before.quarters && before.polledAt > 0 ? {} : { model: formatCounts(rhythm) }),
  ...(rhythm.recent === before.recent ? {} : { times: writeTimes(rhythm.recent) }),
})

export const createScheduling = ({ redis, keys, get, settings, now }: SchedulingParts): Scheduling => {
  let priced = { price: DEFAULT_FETCH_COST, until: 0 }
  /** What a fetch must be worth: the same for all sources; under a budget as the scheduler found it. */
  const price = async (): Promise<number> => {
    if (settings().budget === 0) return DEFAULT_FETCH_COST
    if (now() >= priced.until || now() < priced.until - PRICE_LASTS)
      priced = { price: Number((await redis.get(keys.fetchCost())) ?? DEFAULT_FETCH_COST), until: now() + PRICE_LASTS }
    return priced.price
  }

  /** One more poll of a source: what it tells of its rhythm, when it is due next, and both as fields of its hash. */
  const after = async (
    id: SourceId,
    { publishingModel: before, hints, stalledSince }: Pick<SourceState, 'publishingModel' | 'hints' | 'stalledSince'>,
    { published, carried }: { published: readonly (number | null)[]; carried: number | null },
    freshFor: number | null,
  ): Promise<{ due: Due; fields: Record<string, string> }> => {
    const rhythm = learn(before, { now: now(), published, carried })
    const wishes = {
      ...hints,
      fixed: get(id)?.interval,
      asked: Math.max(hints.interval ?? 0, freshFor ?? 0) || null,
    }
    if (settings().budget > 0 && (rhythm.recent !== before.recent || before.polledAt === 0))
      await redis.hset(keys.demand(), id, demandUnder(rhythm, now(), wishes.fixed, settings()).toPrecision(4))
    const due = nextDue(id, now(), rhythm, wishes, settings(), await price())
    const stalled = stalledFor(rhythm, now())
    const hasStalled = stalled > 0 && stalledSince === null
    const hasResumed = stalled === 0 && stalledSince !== null
    return {
      due: hasStalled
        ? {
            ...due,
            notice: `silent for ${formatFineDuration(stalled)}; its longest pause was ${formatFineDuration(rhythm.longestGap)}`,
          }
        : due,
      fields: {
        ...formatFields(rhythm, before),
        ...(hasStalled ? { stalledSince: String(now()) } : hasResumed ? { stalledSince: '' } : {}),
      },
    }
  }

  return {
    after,

    async rebalanceBudget() {
      const { budget } = settings()
      if (budget === 0) return null
      const known = (await redis.hvals(keys.demand())).map(Number)
      if (known.length === 0) return null
      // Sources that were not polled yet are assumed to be like the others.
      const share = known.length / Math.max(await redis.zcard(keys.due()), known.length)
      const found = fetchCostFor(known, budget * share, settings())
      await redis.set(keys.fetchCost(), found)
      return found
    },
  }
}
