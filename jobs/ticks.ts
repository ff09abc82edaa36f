/** The ticks, one row each. However many processes are schedulers, one of them runs a tick (tick-slot.ts). */

import type { Logger } from 'pino'
import type { Evictor } from '../src/eviction/evictor.ts'
import type { Publisher } from '../src/lists/publisher.ts'
import type { Publishing } from '../src/queues/publishing.ts'
import { addPushes, type Queues } from '../src/queues/queues.ts'
import type { Sources } from '../src/sources/store/sources.ts'
import type { Push } from '../src/websub/push.ts'
import type { Tick } from './scheduler.ts'

const MINUTE = 60_000
/** WebSub subscriptions claimed and queued at a time. */
const CLAIMED_AT_ONCE = 1_000

export interface TickParts {
  /** `crawl.tick` and `lists.refresh` as they stand now, ms; and whether there are webhooks. */
  readonly settings: { readonly crawlTick: number; readonly listRefresh: number; readonly hasWebhooks: boolean }
  readonly queueDueCrawls: (within: number, signal: AbortSignal) => Promise<number>
  readonly queues: Queues
  readonly sources: Pick<Sources, 'rebalanceBudget'>
  readonly push: Pick<Push, 'claimDue' | 'reconcile'>
  readonly evictor: Pick<Evictor, 'run'>
  readonly publisher: Pick<Publisher, 'names' | 'refreshExpiry'>
  readonly publishing: Pick<Publishing, 'lists'>
  /** Updates lists and related lists after blocks have ended. */
  readonly followBlocks: () => Promise<void>
  /** Measures how much of each section its largest story takes. */
  readonly measureStories: () => Promise<unknown>
  /** Keeps a sample of the figures that the admin UI plots. */
  readonly keepSample: () => Promise<unknown>
  /** Enqueues what webhooks are to be told. */
  readonly tellWebhooks: () => Promise<void>
  readonly log: Logger
}

type Row = [name: string, every: number, run: (signal: AbortSignal) => Promise<unknown>]

export const createTicks = ({ settings, log, ...parts }: TickParts): readonly Tick[] => {
  const { queueDueCrawls, queues, sources, push, evictor, publisher, publishing } = parts
  const table: readonly Row[] = [
    ['crawl-due', settings.crawlTick, signal => queueDueCrawls(settings.crawlTick, signal)],
    [
      'rebalance-budget',
      MINUTE,
      async () => {
        const cost = await sources.rebalanceBudget()
        if (cost !== null) log.debug({ event: 'budget.rebalanced', cost: Math.round(cost) }, 'fetch budget rebalanced')
      },
    ],
    [
      'push-due',
      5_000,
      async () => {
        const due = await push.claimDue(CLAIMED_AT_ONCE)
        if (due.length > 0) await addPushes(queues, due)
      },
    ],
    ['push-reconcile', MINUTE, () => push.reconcile()],
    ['evict', 10_000, () => evictor.run()],
    // Costs a command every time, so that only those who have webhooks pay for it.
    ...(settings.hasWebhooks ? [['webhooks', 2_000, parts.tellWebhooks] satisfies Row] : []),
    ['sample', MINUTE, parts.keepSample],
    ['story-shares', 5 * MINUTE, parts.measureStories],
    [
      'refresh-lists',
      settings.listRefresh,
      async () => {
        await publisher.refreshExpiry()
        await parts.followBlocks()
        await publishing.lists(publisher.names(), true)
      },
    ],
  ]
  return table.map(([name, every, run]) => ({
    name,
    every,
    run: async signal => {
      await run(signal)
    },
  }))
}
