/** What a job gets to work with: made once in src/app/container.ts, explicit and typed, so that no job reaches for a global. */

import type { Logger } from 'pino'
import type { ParameterStore } from '../src/articles/parameters/parameter-store.ts'
import type { ArticleStore } from '../src/articles/store.ts'
import type { ArticleSettings } from '../src/config/sections/articles.ts'
import type { CrawlSettings } from '../src/config/sections/crawl.ts'
import type { Article } from '../src/domain/article.ts'
import type { Taxonomy } from '../src/domain/section.ts'
import type { Stories } from '../src/domain/story-decision.ts'
import type { Publisher } from '../src/lists/publisher.ts'
import type { ArticlesData } from '../src/queues/ingest.ts'
import type { Publishing } from '../src/queues/publishing.ts'
import type { ReplicationBarrier } from '../src/redis/replication-barrier.ts'
import type { Classify } from '../src/sections/sections.ts'
import type { Politeness } from '../src/sources/polling/politeness.ts'
import type { Poll } from '../src/sources/polling/poll.ts'
import type { Sources } from '../src/sources/store/sources.ts'
import type { Push } from '../src/websub/push.ts'

export interface JobContext {
  readonly archive: ArticleStore
  readonly stories: Stories
  /** Which parameters of URLs tell articles apart, by site. */
  readonly urls: ParameterStore
  /** The taxonomy in force: read it at each run, a reload may change it. */
  readonly taxonomy: () => Taxonomy
  readonly sources: Sources
  /** Fetches a source with all courtesy to its publisher, and writes down what became of it where no feed comes of it. */
  readonly poll: Poll
  readonly politeness: Politeness
  readonly push: Push
  /** A vote of the text for a section, where a classifier is loaded. */
  readonly classify?: Classify
  /** Teaches the classifier by articles that publishers filed themselves; the same article twice counts once. */
  readonly learn?: (articles: readonly Article[]) => Promise<void>
  /** What is configured, read at each run: a reload may change it. */
  readonly settings: () => JobSettings
  /** The lists that changed, each rewritten once however often it is said. */
  readonly publishing: Publishing
  readonly publisher: Publisher
  /** Puts batches of items in the `articles` queue; one whose id is there already is not added again. */
  readonly addArticles: (batches: readonly { readonly id: string; readonly data: ArticlesData }[]) => Promise<void>
  /** What is written from now on, once settled, survives the loss of a master: see `Keeper`. */
  readonly beginReplicated: ReplicationBarrier['begin']
  /** Before a scheduled crawl: waits while much that was fetched is still to be taken in. */
  readonly waitForCapacity: () => Promise<void>
  /** Between slices of work that may wait: lists that readers wait for go first. */
  readonly yieldToLists: () => Promise<void>
  /** For monitoring: an article came in, so many ms after its publication. */
  readonly ingested?: (delay: number) => void
  /** ms since the epoch. */
  readonly now: () => number
  readonly log: Logger
  /** Aborted when the daemon's deadline for finishing has passed. */
  readonly signal: AbortSignal
  /** This job, as far as a processor may know it. */
  readonly job: {
    readonly id: string
    /** 1 at the first run; more when it was retried or came back from a dead worker. */
    readonly attempt: number
    readonly progress: (done: number, of: number) => Promise<void>
    /** A line kept with the job, shown in the dashboard. */
    readonly note: (line: string) => Promise<void>
    /** Gives the job back to be run after `ms`, without holding a worker and without counting as an attempt. */
    readonly postpone: (ms: number) => Promise<never>
  }
}

export interface JobSettings {
  readonly crawl: CrawlSettings
  readonly articles: ArticleSettings
}
