/**
 * Builds all modules over one Redis, each once with what it needs of the others. Shared by the daemon and the command
 * line.
 */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { createLostArticles, type LostArticles } from '../articles/lost.ts'
import { createParameterStore, type ParameterStore } from '../articles/parameters/parameter-store.ts'
import { createArticleStore } from '../articles/redis-store.ts'
import type { ArticleStore } from '../articles/store.ts'
import { createStoryWriter, type StoryWriter } from '../articles/story-writer.ts'
import { createWithholding } from '../articles/withhold.ts'
import type { Config } from '../config/load.ts'
import type { ArticleId } from '../domain/article.ts'
import { findLabel, labelSections, type SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import { createReadCounts, createTops } from '../events/top-articles.ts'
import { createEviction } from '../eviction/evict.ts'
import { createEvictor, type Evictor } from '../eviction/evictor.ts'
import { redate } from '../eviction/redate.ts'
import type { PostForm } from '../http-client/post.ts'
import { relatedNaming } from '../lists/mentions.ts'
import type { PriorityGate } from '../lists/publisher.ts'
import { type Publishing, publishingTo } from '../queues/publishing.ts'
import type { Queues } from '../queues/queues.ts'
import type { Keys } from '../redis/keys.ts'
import { createSnapshot } from '../stories/snapshot.ts'
import { createStories } from '../stories/stories.ts'
import { createEdits, type FollowedEdits } from '../use-cases/edit-lists.ts'
import { type BlockFollower, createBlocks } from '../use-cases/follow-blocks.ts'
import { createRulesInForce, type RulesInForce } from '../use-cases/item-rules/rules-in-force.ts'
import { createLists, type ListModules } from './lists.ts'
import { createSourceModules, type SourceModules } from './source-modules.ts'

export interface Container extends SourceModules {
  readonly articleStore: ArticleStore
  readonly storyWriter: StoryWriter
  readonly parameters: ParameterStore
  readonly stories: ReturnType<typeof createStories>
  readonly lists: ListModules
  readonly publishing: Publishing
  readonly blocks: BlockFollower
  readonly itemRules: RulesInForce
  readonly edits: FollowedEdits
  readonly evictor: Evictor
  readonly findLost: (articles: readonly ArticleId[]) => Promise<LostArticles>
  /** Sets the dates of articles that came while the clock was ahead to now. */
  readonly redate: () => Promise<number>
}

export interface ContainerParts {
  /** The current configuration: a reload replaces it. */
  readonly config: () => Config
  readonly redis: Redis
  readonly keys: Keys
  /** Opened once something is to be enqueued. */
  readonly queues: () => Promise<Pick<Queues, 'publish'>>
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
  /** Posts to WebSub hubs; the command line posts nothing. */
  readonly postForm?: PostForm
  /** Built here unless given. */
  readonly sourceModules?: SourceModules
  /** Identifies the data set in Redis, for modules that write what depends on it. */
  readonly dataSet?: () => string
  /** Gives lists priority over articles in a process that works on both. */
  readonly gate?: PriorityGate
}

/** Number of top entries of a window that a section's list reads, per entry of the list (src/lists/ranker.ts). */
const HEADS = 20

export const createContainer = (parts: ContainerParts): Container => {
  const { config, redis, keys, queues, log, now, postForm, dataSet, gate } = parts
  const store = { redis, keys }
  const settings = () => config().settings
  const sourceModules =
    parts.sourceModules ??
    createSourceModules({
      ...{ ...store, config, postForm, now },
      ...(dataSet ? { dataSet } : {}),
      // Created below, since it asks for the weights of sources.
      lost: articles => findLost(articles),
    })
  const { sources, knownNames } = sourceModules

  const articles = {
    ...store,
    retention: () => settings().articles.retention,
    poolSize: () => settings().lists.poolSize,
    findParent: (id: SectionId) => config().taxonomy.find(section => section.id === id)?.parent,
    labels: {
      findPublisher: (id: SourceId) => sources.get(id)?.name ?? id,
      findSectionLabel: (id: SectionId) => findLabel(config().taxonomy, id, settings().lists.language),
      listSectionLabels: () => labelSections(config().taxonomy, settings().lists.language),
    },
  }
  const articleStore = createArticleStore({ ...articles, findWeight: id => sources.get(id)?.weight ?? 1 })
  const archive = articleStore
  const storyWriter = createStoryWriter(articles)
  const { retention } = articles
  const findLost = createLostArticles({ ...store, archive, retention, now })
  const stories = createStories({
    ...{ ...store, settings: () => settings().stories, now },
    snapshot: createSnapshot({ ...store, file: settings().stories.snapshotFile, log }),
    ...(gate ? { yieldToLists: gate.yieldToLists } : {}),
  })

  const reads = { ...store, halfLife: () => settings().events.halfLife, now }
  const lists = createLists({
    ...{ ...store, config, archive, stories, knownNames, now, log },
    ...{ tops: createTops(reads), readCounts: createReadCounts(reads) },
    source: id => sources.get(id),
    ...(gate ? { precedence: gate } : {}),
  })
  const names = () => lists.publisher.names()
  const { retiring } = lists.retirement
  const publishing = publishingTo(queues, lists)
  const blocks = createBlocks({
    ...{ editors: lists.editors, now },
    withholding: createWithholding({ ...store, archive, writer: storyWriter }),
  })
  const eviction = createEviction({ ...store, writer: storyWriter, changes: lists.changes, names, retiring, now })
  return {
    ...{ ...sourceModules, articleStore, storyWriter, stories, lists, publishing, blocks, findLost },
    parameters: createParameterStore(store),
    itemRules: createRulesInForce(store, () => config().rules),
    edits: createEdits({
      ...{ archive, stories, publishing, editors: lists.editors, names, retiring, blocks, now },
      relatedNaming: related => relatedNaming(redis, keys, related),
      taxonomy: () => config().taxonomy,
    }),
    evictor: createEvictor({
      ...{ ...store, eviction, names, now, log },
      settings: () => settings().articles,
      heads: () => settings().lists.mostRead * HEADS,
    }),
    redate: () => redate({ ...store, writer: storyWriter, changes: lists.changes, now }),
  }
}
