/**
 * Adds jobs to the queues. No other file adds jobs, except publishing.ts to `publish`. open-queues.ts opens them, and alone
 * loads BullMQ.
 */

import { randomBytes } from 'node:crypto'
import type { Job, Queue } from 'bullmq'
import type { SourceId } from '../domain/source.ts'
import type { Addressed } from '../webhooks/rules/messages.ts'
import { crawlQueue } from './crawl.ts'
import { versioned } from './definition.ts'
import { type ArticlesData, articlesQueue } from './ingest.ts'
import { type PageJob, pagesQueue } from './pages.ts'
import { pushQueue } from './push.ts'
import { webhooksQueue } from './webhooks.ts'

export interface Queues {
  readonly crawl: Queue
  readonly articles: Queue
  readonly publish: Queue
  readonly push: Queue
  readonly webhooks: Queue
  readonly pages: Queue
}

/** Lower priority than jobs without one. */
const BEHIND = 10
const NONE: ReadonlySet<SourceId> = new Set()
const WAITING: ReadonlySet<string> = new Set(['waiting', 'prioritized', 'delayed'])

/**
 * Enqueues due sources for crawling. Deduplicated by source: while a crawl of the source waits or runs, another
 * scheduled one is dropped.
 * @param failing those that failed last time: they get a lower priority, so that slow failures do not hold up the
 *                others
 * @returns when all are added: the sources of which a crawl waits now. One is missing if its new crawl was dropped for
 *          one that is about to end, and that may have scheduled the source already
 */
export const addScheduledCrawls = async (
  queues: Queues,
  sourceIds: readonly SourceId[],
  failing: ReadonlySet<SourceId> = NONE,
): Promise<readonly SourceId[]> => {
  // Ids of our own show which were dropped: BullMQ answers with the id of the job that stands in the way.
  const run = randomBytes(6).toString('base64url')
  const jobId = (sourceId: SourceId): string => `${sourceId}-${run}`
  const jobs = await queues.crawl.addBulk(
    sourceIds.map(sourceId => {
      const data = { sourceId, trigger: 'schedule' as const }
      const behind = failing.has(sourceId) ? { priority: BEHIND } : {}
      return {
        name: crawlQueue.title(crawlQueue.data.parse(data)),
        data: versioned(crawlQueue, data),
        opts: { jobId: jobId(sourceId), deduplication: { id: sourceId }, ...behind },
      }
    }),
  )
  const waits = await Promise.all(
    sourceIds.map(async (sourceId, index) => {
      const id = jobs[index]?.id
      return id === jobId(sourceId) || (id !== undefined && WAITING.has(await queues.crawl.getJobState(id)))
    }),
  )
  return sourceIds.filter((_, index) => waits[index])
}

/** Raises waiting jobs of lower priority to that of the others. */
export const bringForward = async (jobs: readonly Job[]): Promise<void> => {
  await Promise.all(
    jobs.map(job =>
      job.changePriority({ priority: 0 }).catch((error: unknown) => {
        // The job already finished.
        if (!(error instanceof Error && /missing key/i.test(error.message))) throw error
      }),
    ),
  )
}

/** Adds jobs for due subscriptions. While a job of a subscription waits or runs, another is not added. */
export const addPushes = async (queues: Queues, tokens: readonly string[]): Promise<void> => {
  await queues.push.addBulk(
    tokens.map(token => ({
      name: pushQueue.title({ token }),
      data: versioned(pushQueue, { token }),
      opts: { deduplication: { id: token } },
    })),
  )
}

/**
 * Enqueues a crawl of a source whose hub reported news without its content. While a crawl of the source runs, one more
 * follows it, since the running one may have fetched before the news appeared.
 */
export const addPushedCrawl = async (queues: Queues, sourceId: SourceId): Promise<void> => {
  const data = { sourceId, trigger: 'schedule' as const }
  await queues.crawl.add(crawlQueue.title(crawlQueue.data.parse(data)), versioned(crawlQueue, data), {
    deduplication: { id: `push-${sourceId}`, keepLastIfActive: true },
  })
}

/**
 * Enqueues a crawl of a source now, whatever its schedule, validators and backoff say. While one runs, one more follows
 * it.
 * @param isBehind whether it gets a lower priority than all waiting jobs, as one of many
 * @returns id of the job
 */
export const addRecrawl = async (queues: Queues, sourceId: SourceId, isBehind = false): Promise<string> => {
  const data = { sourceId, trigger: 'manual' as const }
  const job = await queues.crawl.add(crawlQueue.title(crawlQueue.data.parse(data)), versioned(crawlQueue, data), {
    priority: isBehind ? BEHIND : 0,
    deduplication: { id: `manual-${sourceId}`, keepLastIfActive: true },
  })
  return job.id ?? ''
}

/** Retries a failed job. One that another crawl has already retried is left alone. */
const revive = async (job: Job): Promise<void> => {
  try {
    if (await job.isFailed()) await job.retry('failed', { resetAttemptsMade: true })
  } catch (error) {
    if (!(error instanceof Error && /not in the failed state|missing key/i.test(error.message))) throw error
  }
}

/**
 * Batches keep their id, so a crawl that runs again while they wait adds nothing twice. A failed batch is kept for
 * people to see, and would keep its items out for as long; since they are not ingested yet, a crawl that finds them
 * again retries it.
 */
export const addArticles = async (
  queues: Queues,
  batches: readonly { readonly id: string; readonly data: ArticlesData }[],
): Promise<void> => {
  if (batches.length === 0) return
  const jobs = await queues.articles.addBulk(
    batches.map(({ id, data }) => ({
      name: articlesQueue.title(data),
      data: versioned(articlesQueue, data),
      opts: { jobId: id },
    })),
  )
  await Promise.all(jobs.map(revive))
}

/** Enqueues messages to webhooks; one whose id waits, or was delivered or failed lately, is not added again. */
export const addMessages = async (queues: Pick<Queues, 'webhooks'>, messages: readonly Addressed[]): Promise<void> => {
  if (messages.length === 0) return
  await queues.webhooks.addBulk(
    messages.map(({ id, webhook, message }) => {
      const data = { webhook, ...message }
      return {
        name: webhooksQueue.title(data),
        data: versioned(webhooksQueue, data),
        opts: { jobId: id },
      }
    }),
  )
}

/** Most pages that wait to be fetched; of further articles only what the feed has is shown. */
export const MAX_PAGES = 10_000

/**
 * Enqueues articles whose pages are to be fetched. The same page for the same version of an item is not added again.
 * @returns how many were not added, since too many wait
 */
export const addPages = async (
  { pages }: Pick<Queues, 'pages'>,
  wanted: readonly { readonly fingerprint: string; readonly data: PageJob }[],
): Promise<number> => {
  if (wanted.length === 0) return 0
  const waiting = await pages.getJobCountByTypes('waiting', 'delayed', 'prioritized')
  const added = wanted.slice(0, Math.max(0, MAX_PAGES - waiting))
  await pages.addBulk(
    added.map(({ fingerprint, data }) => ({
      name: pagesQueue.title(pagesQueue.data.parse(data)),
      data: versioned(pagesQueue, data),
      opts: { jobId: `${data.article}-${fingerprint}` },
    })),
  )
  return wanted.length - added.length
}
