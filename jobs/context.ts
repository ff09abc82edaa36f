/** Everything a job uses. Built once in src/app/container.ts, so that no job reaches for a global. */

import type { Logger } from 'pino'
import type { ParameterStore } from '../src/articles/parameters/parameter-store.ts'
import type { ArticleStore } from '../src/articles/store.ts'
import type { ArticleSettings } from '../src/config/sections/articles.ts'
import type { CrawlSettings } from '../src/config/sections/crawl.ts'
import type { Article } from '../src/domain/article.ts'
import type { Taxonomy } from '../src/domain/section.ts'
import type { Source } from '../src/domain/source.ts'
import type { Stories } from '../src/domain/story-decision.ts'
import type { Publisher } from '../src/lists/publisher.ts'
import type { ArticlesData } from '../src/queues/ingest.ts'
import type { Publishing } from '../src/queues/publishing.ts'
import type { addPages } from '../src/queues/queues.ts'
import type { ReplicationBarrier } from '../src/redis/replication-barrier.ts'
import type { Classify } from '../src/sections/sections.ts'
import type { SourceUse } from '../src/sections/source-use.ts'
import type { FetchArticlePage } from '../src/sources/pages/fetch-page.ts'
import type { PageReader } from '../src/sources/pages/page-reader.ts'
import type { Politeness } from '../src/sources/polling/politeness.ts'
import type { Poll } from '../src/sources/polling/poll.ts'
import type { RecrawlGap } from '../src/sources/store/recrawl-gap.ts'
import type { Sources } from '../src/sources/store/sources.ts'
import type { RulesInForce } from '../src/use-cases/item-rules/rules-in-force.ts'
import type { SendMessage } from '../src/webhooks/send.ts'
import type { Push } from '../src/websub/push.ts'

export interface JobContext {
  readonly archive: ArticleStore
  readonly stories: Stories
  /** Which URL parameters identify an article, by site. */
  readonly urls: ParameterStore
  /** The current taxonomy. Read it at each run: a reload may change it. */
  readonly taxonomy: () => Taxonomy
  readonly sources: Sources
  /** Rules that items are judged by. */
  readonly itemRules: Pick<RulesInForce, 'compiled' | 'count'>
  /** Fetches a source politely, and records the outcome where it brings no feed. */
  readonly poll: Poll
  readonly politeness: Politeness
  /** Keeps re-crawls of a source apart, whoever asks for them. */
  readonly recrawlGap: RecrawlGap
  readonly push: Push
  /** Sends a message to a webhook. */
  readonly sendMessage: SendMessage
  /** Classifies an article's text into a section, where a classifier is loaded. */
  readonly classify?: Classify
  /** In which sections a source's articles are; undefined until enough of them are known. */
  readonly describeSource?: (source: Source) => SourceUse | undefined
  /** Trains the classifier with articles whose publishers named the section; the same article twice counts once. */
  readonly learn?: (articles: readonly Article[]) => Promise<void>
  /** The current settings. Read them at each run: a reload may change them. */
  readonly settings: () => JobSettings
  /** Enqueues lists that changed; each is rewritten once, however often it is enqueued. */
  readonly publishing: Publishing
  readonly publisher: Publisher
  /** Enqueues pages of articles. @returns how many were not, since too many wait */
  readonly addPages: (pages: Parameters<typeof addPages>[1]) => Promise<number>
  readonly fetchPage: FetchArticlePage
  readonly readPage: PageReader['read']
  /** Puts batches of items in the `articles` queue; one whose id is there already is not added again. */
  readonly addArticles: (batches: readonly { readonly id: string; readonly data: ArticlesData }[]) => Promise<void>
  /**
   * Begins a replicated write: what is written from here on, once confirmed, survives the loss of a master. See
   * `ReplicationBarrier`.
   */
  readonly beginReplicated: ReplicationBarrier['begin']
  /** Awaited before a scheduled crawl: backpressure while many fetched batches wait to be ingested. */
  readonly waitForCapacity: () => Promise<void>
  /** Awaited between slices of work: lets lists that readers wait for go first. */
  readonly yieldToLists: () => Promise<void>
  /** For monitoring: called with the ms between an article's publication and its ingestion. */
  readonly ingested?: (delay: number) => void
  /** ms since the epoch. */
  readonly now: () => number
  readonly log: Logger
  /** Aborted when the daemon's deadline for finishing has passed. */
  readonly signal: AbortSignal
  /** The running job. */
  readonly job: {
    readonly id: string
    /** 1 at the first run; more when it was retried or came back from a dead worker. */
    readonly attempt: number
    readonly progress: (done: number, of: number) => Promise<void>
    /** Replaces its data, for whoever looks at it, or runs it again, later. */
    readonly replace: (data: object) => Promise<void>
    /** A line kept with the job, shown in the dashboard. */
    readonly note: (line: string) => Promise<void>
    /** Puts the job back, to be run after `ms`: it holds no worker meanwhile, and does not count as an attempt. */
    readonly postpone: (ms: number) => Promise<never>
  }
}

export interface JobSettings {
  readonly crawl: CrawlSettings
  readonly articles: ArticleSettings
}
