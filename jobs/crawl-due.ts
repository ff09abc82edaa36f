/**
 * The tick that queues sources that are due, only as fast as workers take them. Due sources that are not queued stay in
 * the due set: there they keep their order, take no memory in the queue, and can still be paused, deferred or removed.
 * A manual re-crawl therefore waits behind about a second of work, not behind fifty thousand sources.
 */

import { addScheduledCrawls, bringForward, type Queues } from '../src/queues/queues.ts'
import { allowance, type OutageDetector } from '../src/sources/polling/outage.ts'
import type { Sources } from '../src/sources/store/sources.ts'
import { sleepUnlessAborted } from '../src/util/sleep.ts'

/** Maximum number of crawls waiting in the queue: at first, and after workers have emptied it faster. */
const DEPTH = { initial: 1_000, max: 16_000 }
/**
 * Number of sources claimed and queued at a time. A thousand would block the event loop twice as long
 * (`npm run bench:schedule -- --claim`).
 */
const PAGE = 250
/** ms between two refills of the queue while more sources are due than it holds. */
const TOP_UP = 250
/** One crawl in this many is of a source that failed last time, however many others are due. */
const ONE_IN = 50

export interface CrawlDueParts {
  readonly queues: Queues
  readonly sources: Pick<Sources, 'claimDue' | 'failing' | 'queued'>
  readonly network: Pick<OutageDetector, 'state'>
  /** ms since the epoch. */
  readonly now: () => number
  /** Waits between two refills; ends at once when the signal is aborted. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/**
 * @returns the tick's function: queues due sources until none is left or `within` ms have passed; returns their number
 */
export const createCrawlDue = ({ queues, sources, network, now, pause = sleepUnlessAborted }: CrawlDueParts) => {
  const { crawl } = queues
  let depth = DEPTH.initial

  /** @returns how many were queued, and whether more may be due */
  const queuePage = async (): Promise<{ queued: number; isMore: boolean }> => {
    const limit = Math.min(depth - (await crawl.getWaitingCount()), PAGE)
    if (limit <= 0) return { queued: 0, isMore: true }
    const due = await sources.claimDue(allowance(await network.state(), now(), limit))
    if (due.length > 0) await sources.queued(await addScheduledCrawls(queues, due, await sources.failing(due)))
    return { queued: due.length, isMore: due.length === limit }
  }

  /** Fills the queue up to its maximum depth. */
  const fill = async (): Promise<{ queued: number; isMore: boolean }> => {
    let queued = 0
    for (;;) {
      const page = await queuePage()
      queued += page.queued
      if (page.queued === 0 || !page.isMore) return { queued, isMore: page.isMore }
    }
  }

  return async (within: number, signal: AbortSignal): Promise<number> => {
    const until = now() + within - TOP_UP
    let queued = 0
    for (;;) {
      const filled = await fill()
      queued += filled.queued
      if (!filled.isMore) return queued
      // Failed sources have a lower priority: without this, none of them would be fetched while more falls due than
      // workers can fetch.
      if (filled.queued > 0) await bringForward(await crawl.getPrioritized(0, Math.ceil(filled.queued / ONE_IN) - 1))
      if (now() >= until || signal.aborted) return queued
      await pause(TOP_UP, signal)
      if ((await crawl.getWaitingCount()) === 0) depth = Math.min(depth * 2, DEPTH.max)
    }
  }
}
