/**
 * The tick that queues what is due: as fast as workers take it, and no faster. What is due and not queued stays in the due set, where it keeps
 * its order, takes no room, and can still be paused, deferred or removed; a re-crawl by hand waits behind a second or so of work, not
 * behind fifty thousand sources.
 */

import { addScheduledCrawls, bringForward, type Queues } from '../src/queues/queues.ts'
import { allowance, type OutageDetector } from '../src/sources/polling/outage.ts'
import type { Sources } from '../src/sources/store/sources.ts'
import { sleepUnlessAborted } from '../src/util/sleep.ts'

/** Crawls that wait in the queue, most: at first, and where workers were found to outrun it. */
const DEPTH = { usual: 1_000, most: 16_000 }
/** Sources claimed and queued at a time: a thousand hold the event loop twice as long in one turn (`npm run bench:schedule -- --claim`). */
const PAGE = 250
/** Between two looks at the queue while more is due than it holds, ms. */
const TOP_UP = 250
/** One crawl in so many is of a source that failed last time, however many others are due. */
const ONE_IN = 50

export interface CrawlDueParts {
  readonly queues: Queues
  readonly sources: Pick<Sources, 'claimDue' | 'failing' | 'queued'>
  readonly network: Pick<OutageDetector, 'state'>
  /** ms since the epoch. */
  readonly now: () => number
  /** Waits between two looks; ends at once where the signal says so. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** @returns a run of the tick: queues what is due until all of it is, or `within` ms have passed, and says how many it queued */
export const createCrawlDue = ({ queues, sources, network, now, pause = sleepUnlessAborted }: CrawlDueParts) => {
  const { crawl } = queues
  let depth = DEPTH.usual

  /** @returns how many were queued, and whether more may be due */
  const queuePage = async (): Promise<{ queued: number; isMore: boolean }> => {
    const most = Math.min(depth - (await crawl.getWaitingCount()), PAGE)
    if (most <= 0) return { queued: 0, isMore: true }
    const due = await sources.claimDue(allowance(await network.state(), now(), most))
    if (due.length > 0) {
      await addScheduledCrawls(queues, due, await sources.failing(due))
      await sources.queued(due)
    }
    return { queued: due.length, isMore: due.length === most }
  }

  /** Fills the queue as far as there is room. */
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
      // Others always wait before them: none of them would be fetched while more falls due than can be.
      if (filled.queued > 0) await bringForward(await crawl.getPrioritized(0, Math.ceil(filled.queued / ONE_IN) - 1))
      if (now() >= until || signal.aborted) return queued
      await pause(TOP_UP, signal)
      if ((await crawl.getWaitingCount()) === 0) depth = Math.min(depth * 2, DEPTH.most)
    }
  }
}
