/** The composition root of the rooms: each made once, given what it needs, over the connections it is handed. */

import { existsSync } from 'node:fs'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { createBackpressure } from '../../jobs/backpressure.ts'
import type { JobContext } from '../../jobs/context.ts'
import { createPriorityGate } from '../../jobs/priority-gate.ts'
import { createLostArticles } from '../articles/lost.ts'
import { createParameterStore } from '../articles/parameters/parameter-store.ts'
import { createArticleStore } from '../articles/redis-store.ts'
import type { ArticleStore } from '../articles/store.ts'
import { createStoryWriter } from '../articles/story-writer.ts'
import { createWithholding } from '../articles/withhold.ts'
import type { Config } from '../config/load.ts'
import type { SectionId } from '../domain/section.ts'
import { createReadCounts, createTops, type ReadCounts, type Tops } from '../events/top-articles.ts'
import { createEviction } from '../eviction/evict.ts'
import { createEvictor, type Evictor } from '../eviction/evictor.ts'
import { redate } from '../eviction/redate.ts'
import type { Fetcher } from '../http-client/fetch.ts'
import type { Poster } from '../http-client/post.ts'
import { relatedNaming } from '../lists/mentions.ts'
import type { Publisher } from '../lists/publisher.ts'
import { publishingTo } from '../queues/publishing.ts'
import { addArticles, type Queues } from '../queues/queues.ts'
import type { Keys } from '../redis/keys.ts'
import type { ReplicationBarrier } from '../redis/replication-barrier.ts'
import { createLearning } from '../sections/learning.ts'
import { customModelPath, loadSectionModel, replayTexts } from '../sections/model-loader.ts'
import { type Catalogue, createCatalogue } from '../sources/catalogue/catalogue.ts'
import { createOutageDetector, type NetworkMode, type OutageDetector } from '../sources/polling/outage.ts'
import { createPoliteness } from '../sources/polling/politeness.ts'
import { createPoll } from '../sources/polling/poll.ts'
import { createRobots } from '../sources/polling/robots.ts'
import { createSources, type Sources } from '../sources/store/sources.ts'
import { createStories } from '../stories/stories.ts'
import { createEdits, type FollowedEdits } from '../use-cases/edit-lists.ts'
import { createBlocks } from '../use-cases/follow-blocks.ts'
import { createPush, type Push } from '../websub/push.ts'
import { createLists, type Lists } from './lists.ts'

export interface Container {
  readonly articleStore: ArticleStore
  readonly sources: Sources
  readonly catalogue: Catalogue
  readonly push: Push
  readonly outageDetector: OutageDetector
  readonly publisher: Publisher
  readonly lists: Lists
  readonly edits: FollowedEdits
  readonly evictor: Evictor
  /** Dates articles to now that came while the clock was ahead. */
  readonly redate: () => Promise<number>
  readonly tops: Tops
  readonly readCounts: ReadCounts
  /** Everything a job gets but the job itself. */
  readonly context: Omit<JobContext, 'job' | 'log'>
}

export interface ContainerParts {
  /** Configuration in force: a reload brings another. */
  readonly config: () => Config
  readonly redis: Redis
  readonly keys: Keys
  readonly keeper: ReplicationBarrier
  readonly queues: Queues
  readonly fetcher: Fetcher
  readonly poster: Poster
  /** Token of the body of data in Redis. */
  readonly origin: () => string
  readonly now: () => number
  readonly log: Logger
  readonly signal: AbortSignal
  /** Aborted when the daemon is told to end. */
  readonly ending: AbortSignal
}

/** How much of a window of reads a list of a section looks at, for each entry it may have (src/lists/ranker.ts). */
const HEADS = 20

/** ms that articles wait for lists at most, each time they let them go first. */
const LONGEST = 100

/** Batches of articles that may wait before crawls do, and ms that a crawl waits for them at most. */
const FEW = 8
const LONGEST_CRAWL_WAIT = 5_000

const networkText: Readonly<Record<NetworkMode, string>> = {
  up: 'our network is up; all sources are crawled as before',
  down: 'most domains cannot be reached: our own network seems to be down; failures do not count, one source at a time is tried',
  back: 'our network is back; sources resume, spread out',
}

export const createContainer = ({
  config,
  redis,
  keys,
  keeper,
  queues,
  fetcher,
  poster,
  origin,
  now,
  log,
  signal,
  ending,
}: ContainerParts): Container => {
  const settings = () => config().settings
  const catalogue = createCatalogue({ redis, keys, file: () => config().sources })
  const sources = createSources({
    redis,
    keys,
    catalogue: catalogue.list,
    refresh: catalogue.refresh,
    settings: () => settings().crawl,
    safetyInterval: () => settings().push.safetyInterval,
    origin,
    // Made below: it asks for the weights of sources.
    lost: articles => lost(articles),
    now,
  })
  const push = createPush({
    redis,
    keys,
    settings: () => settings().push,
    sources,
    postForm: (url, fields, manners) => poster.postForm(url, fields, { ...manners, signal }),
    now,
  })
  const outageDetector = createOutageDetector({
    redis,
    keys,
    now,
    onBack: (ids, within) => sources.resetAfterOutage(ids, within),
    say: mode => log.warn({ network: mode }, networkText[mode]),
  })
  const politeness = createPoliteness({ redis, keys, settings: () => settings().crawl })
  const poll = createPoll({
    sources,
    network: outageDetector,
    politeness,
    robots: createRobots({
      redis,
      keys,
      fetchText: fetcher.fetchText,
      userAgent: () => settings().crawl.userAgent,
      now,
    }),
    fetchFeed: fetcher.fetchFeed,
    settings: () => settings().crawl,
    now,
  })
  const archived = {
    ...{ redis, keys },
    settings: () => settings().articles,
    parentOf: (id: SectionId) => config().taxonomy.find(section => section.id === id)?.parent,
  }
  const articleStore = createArticleStore({ ...archived, weightOf: id => sources.get(id)?.weight ?? 1 })
  const lost = createLostArticles({
    redis,
    keys,
    archive: articleStore,
    retention: () => settings().articles.retention,
    now,
  })
  const precedence = createPriorityGate({ longest: LONGEST })
  const intake = createBackpressure({
    waiting: () => queues.articles.getWaitingCount(),
    few: () => Math.max(FEW, 2 * settings().articles.concurrency),
    longest: LONGEST_CRAWL_WAIT,
    isEnding: () => ending.aborted,
  })
  const stories = createStories({
    redis,
    keys,
    settings: () => settings().stories,
    now,
    giveWay: precedence.yieldToLists,
  })
  const reads = { redis, keys, halfLife: () => settings().events.halfLife, now }
  const tops = createTops(reads)
  const readCounts = createReadCounts(reads)
  const lists = createLists({
    ...{ config, redis, keys, archive: articleStore, stories, tops, readCounts, now, precedence },
    source: id => sources.get(id),
  })
  const own = customModelPath(config().dir)
  const model = loadSectionModel(existsSync(own) ? own : undefined)
  const learning = createLearning({
    redis,
    keys,
    model,
    replay: replayTexts(model),
    taxonomy: () => config().taxonomy,
    now,
  })
  const { publisher } = lists
  const publishing = publishingTo(queues, lists)
  const names = () => publisher.names()
  const writer = createStoryWriter(archived)
  const blocks = createBlocks({
    ...{ editors: lists.editors, now },
    withholding: createWithholding({ redis, keys, archive: articleStore, writer }),
  })
  const eviction = createEviction({
    ...{ redis, keys, names, now },
    writer,
    changes: lists.changes,
  })
  const evictor = createEvictor({
    ...{ redis, keys, eviction, names, now, log },
    settings: () => settings().articles,
    heads: () => settings().lists.mostRead * HEADS,
  })
  return {
    articleStore,
    sources,
    catalogue,
    push,
    outageDetector,
    publisher,
    lists,
    evictor,
    redate: () => redate({ redis, keys, writer: createStoryWriter(archived), changes: lists.changes, now }),
    edits: createEdits({
      ...{ archive: articleStore, stories, publishing, editors: lists.editors, names, blocks, now },
      relatedNaming: articles => relatedNaming(redis, keys, articles),
      taxonomy: () => config().taxonomy,
    }),
    tops,
    readCounts,
    context: {
      archive: {
        ...articleStore,
        // What is blocked already when it comes is kept off from the beginning.
        async ingest(batch, at, crawl) {
          const ingested = await articleStore.ingest(batch, at, crawl)
          await blocks.follow(ingested.articles)
          return ingested
        },
      },
      stories,
      urls: createParameterStore({ redis, keys }),
      sources,
      publisher,
      publishing,
      poll,
      politeness,
      push,
      settings,
      taxonomy: () => config().taxonomy,
      classify: learning.classify,
      learn: learning.learn,
      beginReplicated: keeper.begin,
      yieldToLists: precedence.yieldToLists,
      waitForCapacity: intake.waitForCapacity,
      addArticles: batches => addArticles(queues, batches),
      now,
      signal,
    },
  }
}
