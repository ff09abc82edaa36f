/**
 * After each poll: updates the publishing model of the source, decides when it is due next, and formats both for Redis.
 */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { Source, SourceId } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'
import { formatFineDuration } from '../../util/duration.ts'
import { fetchCostFor, fixedDemand, formatDemand, parseDemand } from '../schedule/budget.ts'
import { learn, type Poll } from '../schedule/learn.ts'
import { DEFAULT_FETCH_COST, type Due, demandUnder, nextDue, whilePushed } from '../schedule/next-due.ts'
import type { PublishingModel } from '../schedule/publishing-model.ts'
import { formatCounts, formatRecentState } from '../schedule/publishing-model-text.ts'
import { stalledFor } from '../schedule/stalled.ts'
import { type SourceState, writeTimes } from '../state/state.ts'

/** ms for which a process uses the fetch cost that it read last. */
const COST_TTL = 30_000

/** What is known of a source before a poll. */
type Before = Pick<SourceState, 'publishingModel' | 'hints' | 'stalledSince' | 'pushUntil'>

export interface Scheduling {
  /**
   * Finds the fetch cost at which all sources together stay within the budget.
   * @returns null if there is no budget or no demand is known yet
   */
  rebalanceBudget(): Promise<number | null>
  /** What a fetch of a source must be worth, ms of waiting publications. */
  fetchPrice(model: PublishingModel): Promise<number>
  /**
   * Learns from one more poll of a source. @returns when it is due next, the fields of its hash to write, and with a
   * budget what it asks of it
   */
  after(
    id: SourceId,
    before: Before,
    poll: Omit<Poll, 'now'>,
    freshFor: number | null,
  ): Promise<{
    readonly due: Due
    readonly fields: Readonly<Record<string, string>>
    readonly demand: string | undefined
  }>
}

export interface SchedulingParts extends Store {
  readonly get: (id: string) => Source | undefined
  readonly settings: () => CrawlSettings
  /** ms between polls while push works. */
  readonly safetyInterval: () => number
  readonly now: () => number
}

/** A publishing model as fields of its source's hash; the larger ones only if they changed. */
const formatFields = (model: PublishingModel, before: PublishingModel): Record<string, string> => ({
  recent: formatRecentState(model),
  ...(model.quarters === before.quarters && before.polledAt > 0 ? {} : { model: formatCounts(model) }),
  ...(model.recent === before.recent ? {} : { times: writeTimes(model.recent) }),
})

export const createScheduling = ({ redis, keys, get, settings, safetyInterval, now }: SchedulingParts): Scheduling => {
  let cached = { cost: DEFAULT_FETCH_COST, until: 0 }
  /** The fetch cost last rebalanced for the budget, the same for all sources. */
  const cost = async (): Promise<number> => {
    if (now() >= cached.until || now() < cached.until - COST_TTL)
      cached = { cost: Number((await redis.get(keys.fetchCost())) ?? DEFAULT_FETCH_COST), until: now() + COST_TTL }
    return cached.cost
  }

  /** A budget counts requests, whatever they cost. */
  const fetchPrice = async ({ pollCost }: PublishingModel): Promise<number> =>
    settings().budget > 0 ? cost() : DEFAULT_FETCH_COST * pollCost

  const after = async (
    id: SourceId,
    { publishingModel: before, hints, stalledSince, pushUntil }: Before,
    poll: Omit<Poll, 'now'>,
    freshFor: number | null,
  ) => {
    const model = learn(before, { now: now(), ...poll })
    const wishes = {
      ...hints,
      fixed: get(id)?.interval,
      asked: Math.max(hints.interval ?? 0, freshFor ?? 0) || null,
    }
    const wanted = nextDue(id, now(), model, wishes, settings(), await fetchPrice(model))
    const due = whilePushed(wanted, id, now(), pushUntil, safetyInterval())
    const demand = () => formatDemand(due === wanted ? demandUnder(model, now(), wishes) : fixedDemand(due.at - now()))
    const stalled = stalledFor(model, now())
    const hasStalled = stalled > 0 && stalledSince === null
    const hasResumed = stalled === 0 && stalledSince !== null
    return {
      due: hasStalled
        ? {
            ...due,
            notice: `silent for ${formatFineDuration(stalled)}; its longest pause was ${formatFineDuration(model.longestGap)}`,
          }
        : due,
      fields: {
        ...formatFields(model, before),
        ...(hasStalled ? { stalledSince: String(now()) } : hasResumed ? { stalledSince: '' } : {}),
      },
      demand: settings().budget > 0 ? demand() : undefined,
    }
  }

  return {
    after,
    fetchPrice,

    async rebalanceBudget() {
      const { budget } = settings()
      if (budget === 0) return null
      const known = (await redis.hvals(keys.demand())).map(parseDemand)
      if (known.length === 0) return null
      // Sources not polled yet are assumed to be like the others.
      const share = known.length / Math.max(await redis.zcard(keys.due()), known.length)
      const found = fetchCostFor(known, budget * share, settings())
      await redis.set(keys.fetchCost(), found)
      return found
    },
  }
}
