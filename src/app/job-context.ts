/** What jobs use beyond the container: polite fetching, learning, backpressure and the priority gate. */

import { existsSync } from 'node:fs'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { createBackpressure } from '../../jobs/backpressure.ts'
import type { JobContext } from '../../jobs/context.ts'
import type { Config } from '../config/load.ts'
import type { Fetcher } from '../http-client/fetch.ts'
import type { Poster } from '../http-client/post.ts'
import type { PriorityGate } from '../lists/publisher.ts'
import { addArticles, addPages, type Queues } from '../queues/queues.ts'
import type { Keys } from '../redis/keys.ts'
import type { ReplicationBarrier } from '../redis/replication-barrier.ts'
import { createLearning } from '../sections/learning.ts'
import { customModelPath, loadSectionModel, replayTexts } from '../sections/model-loader.ts'
import { createFetchArticlePage } from '../sources/pages/fetch-page.ts'
import type { PageReader } from '../sources/pages/page-reader.ts'
import { createOutageDetector, type NetworkMode, type OutageDetector } from '../sources/polling/outage.ts'
import { createPoliteness } from '../sources/polling/politeness.ts'
import { createPoll } from '../sources/polling/poll.ts'
import { createRobots } from '../sources/polling/robots.ts'
import { createRecrawlGap } from '../sources/store/recrawl-gap.ts'
import { createSendMessage } from '../webhooks/send.ts'
import type { Container } from './container.ts'

export interface JobContextParts {
  readonly config: () => Config
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  readonly fetcher: Fetcher
  readonly poster: Pick<Poster, 'postText'>
  /** Reads pages of articles. */
  readonly readPage: PageReader['read']
  readonly barrier: ReplicationBarrier
  readonly gate: PriorityGate
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
  /** Aborted when the process is told to stop. */
  readonly stopping: AbortSignal
  /** Aborted when the time to finish has passed. */
  readonly abandoning: AbortSignal
}

/** Smallest backlog of batches at which crawls wait, and the maximum wait of a crawl in ms. */
const BACKLOG = 8
const MAX_CRAWL_WAIT = 5_000

const networkText: Readonly<Record<NetworkMode, string>> = {
  up: 'our network is up; all sources are crawled as before',
  down: 'most domains cannot be reached: our own network seems to be down; failures are not counted, and one source at a time is tried',
  back: 'our network is back; sources resume, spread out',
}

/** The job context without the job. */
export type SharedJobContext = Omit<JobContext, 'job' | 'log'>

export const createJobContext = (
  container: Container,
  parts: JobContextParts,
): { readonly context: SharedJobContext; readonly outageDetector: OutageDetector } => {
  const { config, redis, keys, queues, fetcher, poster, readPage, barrier, gate, log, now, stopping, abandoning } =
    parts
  const { sources, articleStore, blocks, itemRules, lists, push, stories, publishing, parameters } = container
  const store = { redis, keys }
  const settings = () => config().settings
  const crawl = () => settings().crawl
  const taxonomy = () => config().taxonomy
  const outageDetector = createOutageDetector({
    ...{ ...store, now },
    onBack: sources.resetAfterOutage,
    say: mode => log.warn({ event: 'network.changed', state: mode }, networkText[mode]),
  })
  const politeness = createPoliteness({ ...store, settings: crawl })
  const userAgent = () => crawl().userAgent
  const robots = createRobots({ ...store, fetchText: fetcher.fetchText, userAgent, now })
  const poll = createPoll({
    ...{ sources, network: outageDetector, politeness, robots, settings: crawl, now },
    fetchFeed: fetcher.fetchFeed,
  })
  const { waitForCapacity } = createBackpressure({
    countBacklog: () => queues.articles.getWaitingCount(),
    maxBacklog: () => Math.max(BACKLOG, 2 * settings().articles.concurrency),
    maxWait: MAX_CRAWL_WAIT,
    isStopping: () => stopping.aborted,
  })
  const custom = customModelPath(config().dir)
  const model = loadSectionModel(existsSync(custom) ? custom : undefined)
  const { classify, learn, describeSource } = createLearning({
    ...{ ...store, model, taxonomy, now },
    replay: replayTexts(model),
  })
  return {
    outageDetector,
    context: {
      archive: {
        ...articleStore,
        // Articles that are blocked before they come stay out of lists from the beginning.
        async ingest(batch, at, crawled) {
          const ingested = await articleStore.ingest(batch, at, crawled)
          await blocks.follow(ingested.articles)
          return ingested
        },
      },
      ...{ stories, sources, publishing, poll, politeness, push, settings, taxonomy, classify, learn, describeSource },
      recrawlGap: createRecrawlGap({ ...store, gap: () => settings().admin.recrawlGap }),
      ...{ itemRules, urls: parameters, publisher: lists.publisher, waitForCapacity, now },
      beginReplicated: barrier.begin,
      yieldToLists: gate.yieldToLists,
      addArticles: batches => addArticles(queues, batches),
      sendMessage: createSendMessage({
        webhooks: () => settings().webhooks,
        post: (url, body, manners) => poster.postText(url, body, { ...manners, signal: abandoning }),
        ...{ env: process.env, now },
      }),
      addPages: pages => addPages(queues, pages),
      fetchPage: createFetchArticlePage({
        ...{ politeness, network: outageDetector, robots, settings: crawl, fetchFeed: fetcher.fetchFeed },
      }),
      readPage,
      signal: abandoning,
    },
  }
}
