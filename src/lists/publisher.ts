/**
 * Publishes lists: has them ranked, writes those that changed, and announces them. jobs/publish.ts and jobs/ingest.ts
 * call it. Any process may publish any list at any time, since the outcome depends only on the data in Redis.
 */

import type { Ingested } from '../articles/store.ts'
import type { ListSettings } from '../config/sections/lists.ts'
import { CONTRACT_VERSION } from '../domain/entry.ts'
import type { Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import type { Store } from '../redis/store.ts'
import type { KnownNames } from '../sources/catalogue/known-names.ts'
import type { Baselines, HourRead } from './baseline.ts'
import type { CandidateCache } from './candidate-cache.ts'
import { type EntryExplanation, explainEntry, readPublished } from './explain.ts'
import type { Overrides } from './overrides.ts'
import type { PublishQueue } from './publish-queue/publish-queue.ts'
import { createRelatedPublisher, type RelatedPublisher } from './publish-related.ts'
import type { Ranker } from './ranker.ts'
import type { Reads } from './reads.ts'
import { configuredEditions, configuredNames, type ListRegistry } from './registry.ts'
import type { Retirement } from './retirement.ts'
import { createWriteRanked, type Published } from './write-ranked.ts'

/** Maximum number of lists written together. They share one snapshot, but the first is only written with the last. */
const MAX_AT_ONCE = 32
/** Maximum wait before the publish queue is read again, ms. */
const MAX_WAIT = 20
/**
 * Share of the time that lists may be ranked and written in: when a round takes long, as in a burst that changes all of
 * them, the next one waits the longer for it.
 */
const BUSY_SHARE = 0.1
/** Most that this makes a list wait, ms. */
const MAX_BUSY_WAIT = 500
/** Number of articles per hour from which the baseline is learnt. */
const MAX_LEARNT = 5_000

export interface Publisher extends RelatedPublisher {
  /** Names of all lists, except the related lists of single articles. */
  names(): readonly string[]
  affectedBy(ingested: Pick<Ingested, 'sections' | 'stories' | 'edited'>): readonly string[]
  /** Publishes one list. @throws RangeError if there is no list of this name */
  publish(name: string): Promise<Published>
  /**
   * Publishes queued lists until none is left or `stop` returns true; the rest stays queued.
   * @returns the lists that were handled
   */
  publishWaiting(stop: () => boolean): Promise<readonly Published[]>
  /** Explains an entry of a list. @returns null if there is no such entry */
  explain(name: string, rank: number): Promise<EntryExplanation | null>
  /** Called by a tick: learns baselines, notes names, retires lists, and removes expired pins and blocks. */
  refreshExpiry(): Promise<void>
  /** Writes the sections of the taxonomy to Redis, for services. */
  publishSections(): Promise<void>
}

/** Lets lists that readers wait for go before related lists (jobs/priority-gate.ts). */
export interface PriorityGate {
  runFirst<T>(work: () => Promise<T>): Promise<T>
  yieldToLists(): Promise<void>
}

const NONE_FIRST: PriorityGate = { runFirst: work => work(), yieldToLists: async () => undefined }

export interface PublisherParts extends Store {
  readonly candidateCache: CandidateCache
  readonly registry: ListRegistry
  readonly ranker: Ranker
  readonly queue: Pick<PublishQueue, 'claim' | 'acknowledge'>
  readonly reads: Pick<Reads, 'tops' | 'totals'>
  readonly baselines: Pick<Baselines, 'learn'>
  readonly editors: Pick<Overrides, 'sweep'>
  readonly knownNames: Pick<KnownNames, 'note' | 'findFormer'>
  readonly retirement: Pick<Retirement, 'run' | 'removeBlocked'>
  readonly taxonomy: () => Taxonomy
  readonly source: (id: string) => Pick<Source, 'name'> | undefined
  readonly settings: () => ListSettings
  /** articles.retention, ms: related lists expire with articles. */
  readonly retention: () => number
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Queued lists go first, and related lists wait for them. Default: no priority. */
  readonly priorityGate?: PriorityGate
}

/** Publishes lists from the publish queue. */
const createQueueRun = (
  { queue, retirement, settings, now, wait }: PublisherParts,
  publishAll: (names: readonly string[]) => Promise<Published[]>,
  names: () => readonly string[],
): Publisher['publishWaiting'] => {
  let pause = 0
  return async stop => {
    const published: Published[] = []
    const known = new Set(names())
    while (!stop()) {
      const { lists, wait: ms } = await queue.claim(MAX_AT_ONCE, Math.max(settings().settle, pause), now())
      if (lists.length > 0) {
        // Lists that are no longer configured are not ranked; they lose what is blocked.
        const [here, gone] = [lists.filter(({ name }) => known.has(name)), lists.filter(({ name }) => !known.has(name))]
        const began = performance.now()
        const written = await publishAll(here.map(({ name }) => name))
        pause = Math.min((performance.now() - began) / BUSY_SHARE, MAX_BUSY_WAIT)
        await retirement.removeBlocked(gone.map(({ name }) => name))
        await queue.acknowledge(lists)
        published.push(...written, ...gone.map(({ name }) => ({ list: name, changed: false, count: 0 })))
      } else if (ms === null) break
      // Another list may change before this one may be written again.
      else await wait(Math.min(ms, MAX_WAIT))
    }
    return published
  }
}

export const createPublisher = (parts: PublisherParts): Publisher => {
  const { redis, keys, registry, candidateCache, ranker, reads, baselines, editors, taxonomy, settings, now } = parts
  const { runFirst, yieldToLists } = parts.priorityGate ?? NONE_FIRST
  const write = createWriteRanked(parts)
  const related = createRelatedPublisher({ ...parts, write, yieldToLists })

  const publishAll = async (names: readonly string[]): Promise<Published[]> => {
    const asOf = await candidateCache.refresh()
    const rank = ranker.snapshot()
    const lists = await Promise.all(
      names.map(async name => ({ name, ranking: await rank(name, () => readPublished(parts, name)) })),
    )
    return write(lists, asOf, 0)
  }

  const names = (): string[] => configuredNames(registry, taxonomy(), settings())

  /** The articles viewed most in the last hour, with their sections. */
  const readHour = async (): Promise<readonly HourRead[]> => {
    await candidateCache.refresh()
    const heads = await reads.tops('view', 'hour', MAX_LEARNT)
    const articles = await candidateCache.articles(heads.map(({ article }) => article))
    return heads.flatMap(({ article, count }, index) => {
      const section = articles[index]?.section
      return section === undefined ? [] : { article, section, count }
    })
  }

  return {
    ...related,
    names,
    publishWaiting: createQueueRun(parts, each => runFirst(() => publishAll(each)), names),
    explain: (name, rank) => explainEntry(parts, name, rank),

    affectedBy({ sections, stories: touched, edited }) {
      const known = sections.filter(id => taxonomy().some(each => each.id === id))
      if (edited.length > 0) return registry.namesShowing(known, configuredEditions(settings()))
      return touched.length === 0 ? [] : registry.namesChangedBy(known, configuredEditions(settings()))
    },

    async publish(name) {
      const parsed = registry.parse(name)
      const [published] =
        parsed && 'relatedTo' in parsed ? await related.publishRelated([parsed.relatedTo]) : await publishAll([name])
      return published as Published // one each
    },

    async refreshExpiry() {
      await editors.sweep(now())
      await parts.knownNames.note()
      await parts.retirement.run()
      await baselines.learn(now(), readHour)
    },

    async publishSections() {
      const sections = taxonomy().map(({ id, labels, parent }) => ({ id, labels, parent: parent ?? null }))
      await redis.set(keys.sections(), JSON.stringify({ version: CONTRACT_VERSION, sections }))
    },
  }
}
