/** Connects the modules of src/lists to the others: for a daemon, and for commands that pin, block and explain. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { getDomain } from 'tldts'
import type { ArticleStore } from '../articles/store.ts'
import type { Config } from '../config/load.ts'
import type { Source } from '../domain/source.ts'
import type { Stories } from '../domain/story-decision.ts'
import { createVisitors, type Visitors } from '../events/audience/visitors.ts'
import type { ReadCounts, Tops } from '../events/top-articles.ts'
import { createBaselines } from '../lists/baseline.ts'
import { createCandidateCache } from '../lists/candidate-cache.ts'
import { type Changes, createChanges } from '../lists/changes.ts'
import { type CoViewed, createCoViewed } from '../lists/co-viewed/co-viewed.ts'
import { createOverrides, type Overrides } from '../lists/overrides.ts'
import { createPublishQueue, type PublishQueue } from '../lists/publish-queue/publish-queue.ts'
import { createPublisher, type PriorityGate, type Publisher } from '../lists/publisher.ts'
import { createRanker } from '../lists/ranker.ts'
import { createReads } from '../lists/reads.ts'
import { configuredNames, LISTS, type ListRegistry } from '../lists/registry.ts'
import { createRetirement, type Retirement } from '../lists/retirement.ts'
import { createSelfCheck, type SelfCheckResult } from '../lists/self-check.ts'
import type { Keys } from '../redis/keys.ts'
import type { KnownNames } from '../sources/catalogue/known-names.ts'

export interface ListModules {
  readonly publisher: Publisher
  readonly editors: Overrides
  readonly coReads: CoViewed
  readonly visitors: Visitors
  readonly changes: Changes
  readonly waiting: PublishQueue
  readonly retirement: Retirement
  /** The publisher of a source, by its id: the domain of its site. */
  readonly publisherOf: (source: string) => string
  /** Checks the ranking of the next list against that of a process that has read nothing; null without lists. */
  readonly checkNext: () => Promise<SelfCheckResult | null>
}

export interface ListsParts {
  readonly config: () => Pick<Config, 'settings' | 'taxonomy'>
  readonly redis: Redis
  readonly keys: Keys
  readonly archive: ArticleStore
  readonly stories: Pick<Stories, 'similarToEach'>
  readonly tops: Tops
  readonly readCounts: ReadCounts
  readonly source: (id: string) => Source | undefined
  readonly knownNames: KnownNames
  readonly now: () => number
  readonly log: Pick<Logger, 'info'>
  readonly precedence?: PriorityGate
  /** Default: every list. */
  readonly registry?: ListRegistry
}

/** The publisher of a source: the domain of its site, so that several feeds of one publisher count once. */
const publisherOf = ({ id, site, url }: Pick<Source, 'id' | 'site' | 'url'>): string => getDomain(site ?? url) ?? id

export const createLists = ({
  config,
  redis,
  keys,
  archive,
  stories,
  tops,
  readCounts,
  source,
  knownNames,
  now,
  log,
  precedence,
  registry = LISTS,
}: ListsParts): ListModules => {
  const settings = () => config().settings
  const changes = createChanges({ redis, keys })
  const waiting = createPublishQueue({ redis, keys })
  const editors = createOverrides({ redis, keys, registry })
  const usual = createBaselines({ redis, keys })
  const reads = createReads({ redis, keys, tops, counts: readCounts })
  const coReads = createCoViewed({ redis, keys, oneIn: () => settings().lists.coViewSampleRate })
  const visitors = createVisitors({ redis, keys, now })
  const publishers = new WeakMap<Source, string>()
  const findPublisher = (id: string): string => {
    const found = source(id)
    if (!found) return id
    const known = publishers.get(found) ?? publisherOf(found)
    publishers.set(found, known)
    return known
  }
  const common = {
    ...{ registry, reads, baselines: usual, editors, source, now },
    taxonomy: () => config().taxonomy,
    settings: () => settings().lists,
    retention: () => settings().articles.retention,
  }
  const createDesk = () => {
    const candidateCache = createCandidateCache({ archive, changes })
    const ranker = createRanker({
      ...common,
      ...{ candidateCache, archive, stories, coViewed: coReads, visitors },
      publisherOf: findPublisher,
      reach: () => settings().lists.poolSize,
    })
    return { candidateCache, ranker }
  }
  const desk = createDesk()
  const retirement = createRetirement({
    ...{ ...common, redis, keys, log },
    names: () => configuredNames(registry, config().taxonomy, settings().lists),
  })
  const publisher = createPublisher({
    ...common,
    ...desk,
    redis,
    keys,
    queue: waiting,
    ...{ retirement, knownNames },
    wait: async ms => wait(ms),
    ...(precedence ? { priorityGate: precedence } : {}),
  })
  const checkNext = createSelfCheck({
    ...{ redis, keys, own: desk, createFresh: createDesk, names: publisher.names },
    random: Math.random,
    wait,
  })
  return { publisher, editors, coReads, visitors, changes, waiting, retirement, publisherOf: findPublisher, checkNext }
}
