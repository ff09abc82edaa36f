/** The composition root of the rooms: each made once, given what it needs, over the connections it is handed. */

import type { Redis } from 'ioredis'
import type { JobContext } from '../../jobs/context.ts'
import { addArticles, publishingTo, type Queues } from '../../jobs/queues.ts'
import type { Archive } from '../archive/archive.ts'
import { createArchive } from '../archive/redis-archive.ts'
import { createTops, type Tops } from '../events/tops.ts'
import type { Fetcher } from '../feed/fetch.ts'
import type { Poster } from '../feed/post.ts'
import { createPublisher, type Publisher } from '../lists/publisher.ts'
import type { Keys } from '../redis/keys.ts'
import { type Catalogue, createCatalogue } from '../sources/catalogue.ts'
import { createPoliteness } from '../sources/politeness.ts'
import { createSources, type Sources } from '../sources/sources.ts'
import { createStories } from '../story/stories.ts'
import { createPush, type Push } from '../websub/push.ts'
import type { Config } from './config/load.ts'

export interface Services {
  readonly archive: Archive
  readonly sources: Sources
  readonly catalogue: Catalogue
  readonly push: Push
  readonly publisher: Publisher
  readonly tops: Tops
  /** Everything a job gets but the job itself. */
  readonly context: Omit<JobContext, 'job' | 'log'>
}

export interface ServiceParts {
  /** Configuration in force: a reload brings another. */
  readonly config: () => Config
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  readonly fetcher: Fetcher
  readonly poster: Poster
  readonly now: () => number
  readonly signal: AbortSignal
}

export const createServices = ({
  config,
  redis,
  keys,
  queues,
  fetcher,
  poster,
  now,
  signal,
}: ServiceParts): Services => {
  const settings = () => config().settings
  const catalogue = createCatalogue({ redis, keys, file: () => config().sources })
  const sources = createSources({
    redis,
    keys,
    catalogue: catalogue.list,
    refresh: catalogue.refresh,
    settings: () => settings().crawl,
    safetyInterval: () => settings().push.safetyInterval,
    now,
  })
  const push = createPush({
    redis,
    keys,
    settings: () => settings().push,
    sources,
    postForm: (url, fields) => poster.postForm(url, fields, signal),
    now,
  })
  const archive = createArchive({
    redis,
    keys,
    settings: () => settings().articles,
    weightOf: id => sources.get(id)?.weight ?? 1,
    parentOf: id => config().taxonomy.find(section => section.id === id)?.parent,
  })
  const stories = createStories({ redis, keys, settings: () => settings().stories, now })
  const tops = createTops({ redis, keys, halfLife: () => settings().events.halfLife, now })
  const publisher = createPublisher({
    redis,
    keys,
    archive,
    stories,
    tops,
    taxonomy: () => config().taxonomy,
    source: id => sources.get(id),
    settings: () => settings().lists,
    retention: () => settings().articles.retention,
    now,
  })
  const publishing = publishingTo(queues, publisher.affectedBy, () => settings().lists.settle)
  return {
    archive,
    sources,
    catalogue,
    push,
    publisher,
    tops,
    context: {
      archive,
      stories,
      sources,
      publisher,
      publishing,
      politeness: createPoliteness({ redis, keys, settings: () => settings().crawl }),
      push,
      fetchFeed: fetcher.fetchFeed,
      settings,
      taxonomy: () => config().taxonomy,
      addArticles: batches => addArticles(queues, batches),
      now,
      signal,
    },
  }
}
