/**
 * Publishes lists: has them ranked, writes those that changed, and announces them. jobs/publish.ts and jobs/ingest.ts
 * call it. Any process may publish any list at any time, since the outcome depends only on the data in Redis.
 */

import type { Redis } from 'ioredis'
import type { Ingested } from '../articles/store.ts'
import type { ListSettings } from '../config/sections/lists.ts'
import type { ArticleId } from '../domain/article.ts'
import type { Counts } from '../domain/counts.ts'
import { CONTRACT_VERSION, type Entry } from '../domain/entry.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import type { Baselines } from './baseline.ts'
import type { CandidateCache } from './candidate-cache.ts'
import type { Reads } from './counts.ts'
import { createEntryWriter, type Entries, entriesFrom } from './entries.ts'
import type { Overrides } from './overrides.ts'
import type { PublishQueue } from './publish-queue/publish-queue.ts'
import type { Ranker } from './ranker.ts'
import type { Ranking, Standing } from './ranking.ts'
import { configuredEditions, type ListRegistry, RELATED } from './registry.ts'
import { createRelatedBackLinks } from './related-back-links.ts'
import type { Ranked, Term } from './rules/candidate.ts'
import { createListWriter } from './write.ts'

/** Maximum number of lists written together. They share one snapshot, but the first is only written with the last. */
const AT_ONCE = 32
/** Maximum number of articles whose related lists are written together. */
const RELATED_AT_ONCE = 50
/** Maximum wait before the publish queue is read again, ms. */
const LOOK = 20
/** Number of articles per hour from which the baseline is learnt. */
const MOST_LEARNT = 5_000

export interface Published {
  readonly list: string
  readonly changed: boolean
  readonly count: number
}

/** Explains the place of an entry. */
export interface EntryExplanation {
  readonly list: string
  /** As published. */
  readonly entry: Entry
  /** Its current place and the terms of its score; null if it would not be in the list any more. */
  readonly now: { readonly rank: number; readonly score: number; readonly terms: readonly Term[] } | null
  readonly fallback: string
  readonly stale: boolean
}

export interface Publisher {
  /** Names of all lists, except the related lists of single articles. */
  names(): readonly string[]
  affectedBy(ingested: Pick<Ingested, 'sections' | 'stories' | 'edited'>): readonly string[]
  /** Finds the articles whose related lists show any of these articles. */
  relatedShowing(ids: readonly ArticleId[]): Promise<readonly ArticleId[]>
  /** Publishes one list. @throws RangeError if there is no list of this name */
  publish(name: string): Promise<Published>
  /** Publishes the related lists of articles. @param unread those of them that are new, so nobody can have read them */
  publishRelated(ids: readonly ArticleId[], unread?: readonly ArticleId[]): Promise<readonly Published[]>
  /**
   * Publishes queued lists until none is left or `stop` returns true; the rest stays queued.
   * @returns the lists that were handled
   */
  publishWaiting(stop: () => boolean): Promise<readonly Published[]>
  /** Explains an entry of a list. @returns null if there is no such entry */
  explain(name: string, rank: number): Promise<EntryExplanation | null>
  /** Called by a tick: learns baselines, and removes expired pins and blocks. */
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

export interface PublisherParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly candidateCache: CandidateCache
  readonly registry: ListRegistry
  readonly ranker: Ranker
  readonly queue: Pick<PublishQueue, 'claim' | 'acknowledge'>
  readonly reads: Pick<Reads, 'tops' | 'totals'>
  readonly baselines: Pick<Baselines, 'learn'>
  readonly editors: Pick<Overrides, 'sweep'>
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

interface Wording {
  readonly taxonomy: Taxonomy
  readonly language: string
  readonly write: ReturnType<typeof createEntryWriter>
}

export const createPublisher = (parts: PublisherParts): Publisher => {
  const {
    redis,
    keys,
    registry,
    candidateCache,
    ranker,
    queue,
    reads,
    baselines,
    editors,
    taxonomy,
    source,
    settings,
    retention,
    now,
  } = parts
  const { runFirst, yieldToLists } = parts.priorityGate ?? NONE_FIRST
  const writer = createListWriter(redis, keys)
  const shown = createRelatedBackLinks({ redis, keys, lives: retention })

  const findSourceName = (id: string): string => source(id)?.name ?? id

  // Entries contain labels of the configuration, so a changed configuration needs a new writer.
  let wording: Wording = { taxonomy: taxonomy(), language: '', write: () => entriesFrom([]) }
  const buildEntries = (ranked: readonly Ranked[], counts: ReadonlyMap<ArticleId, Counts>): Entries => {
    const { language } = settings()
    if (wording.taxonomy !== taxonomy() || wording.language !== language) {
      const labels = { taxonomy: taxonomy(), language }
      wording = { ...labels, write: createEntryWriter({ ...labels, findSourceName }) }
    }
    return wording.write(ranked, counts)
  }

  const standing = (name: string) => async (): Promise<Standing[]> =>
    (await redis.lrange(keys.list(name), 0, -1)).map(json => JSON.parse(json) as Entry & Standing) // written below

  const listIds = ({ ranked }: Ranking): ArticleId[] => ranked.map(({ candidate }) => candidate.article.id)

  interface ToPublish {
    readonly name: string
    readonly ranking: Ranking
  }

  /** @param lives ms after which the lists expire; 0 for never */
  const writeAll = async (lists: readonly ToPublish[], asOf: string, lives: number): Promise<Published[]> => {
    const counts = await reads.totals(lists.flatMap(({ ranking }) => listIds(ranking)))
    const at = now()
    const toWrite = lists.map(({ name, ranking: { ranked, fallback, window, stale } }) => ({
      ...{ name, fallback, window, stale, asOf, lives, at },
      entries: buildEntries(ranked, counts),
    }))
    const changed = await writer.write(toWrite)
    return toWrite.map(({ name, entries }, index) => ({
      ...{ list: name, changed: changed[index] ?? false, count: entries.each.length },
    }))
  }

  const publishAll = async (names: readonly string[]): Promise<Published[]> => {
    const asOf = await candidateCache.refresh()
    const rank = ranker.snapshot()
    const lists = await Promise.all(names.map(async name => ({ name, ranking: await rank(name, standing(name)) })))
    return writeAll(lists, asOf, 0)
  }

  const publishRelated = async (ids: readonly ArticleId[], unread: readonly ArticleId[] = []): Promise<Published[]> => {
    const published: Published[] = []
    const fresh = new Set(unread)
    for (let at = 0; at < ids.length; at += RELATED_AT_ONCE) {
      await yieldToLists()
      published.push(...(await publishSomeRelated(ids.slice(at, at + RELATED_AT_ONCE), fresh)))
    }
    return published
  }

  const publishSomeRelated = async (
    ids: readonly ArticleId[],
    unread: ReadonlySet<ArticleId>,
  ): Promise<Published[]> => {
    const asOf = await candidateCache.refresh()
    const rankings = await ranker.rankRelatedTo(ids, unread)
    const lists = ids.map((id, index): ToPublish => {
      const ranking = rankings[index]
      if (!ranking) throw new Error(`no ranking for ${id}: the ranker answers once for each article`)
      return { name: `${RELATED}:${id}`, ranking }
    })
    const written = await writeAll(lists, asOf, retention())
    const changed = ids.flatMap((id, index): [ArticleId, ArticleId[]][] => {
      const list = lists[index]
      return list && written[index]?.changed ? [[id, listIds(list.ranking)]] : []
    })
    await shown.note(new Map(changed), now())
    return written
  }

  const names = (): string[] => registry.names({ taxonomy: taxonomy(), ...configuredEditions(settings()) })

  return {
    names,

    affectedBy({ sections, stories: touched, edited }) {
      const known = sections.filter(id => taxonomy().some(each => each.id === id))
      if (edited.length > 0) return registry.namesShowing(known, configuredEditions(settings()))
      return touched.length === 0 ? [] : registry.namesChangedBy(known, configuredEditions(settings()))
    },

    relatedShowing: shown.showing,

    async publish(name) {
      const parsed = registry.parse(name)
      if (parsed && 'relatedTo' in parsed) return (await publishRelated([parsed.relatedTo]))[0] as Published // one each
      return (await publishAll([name]))[0] as Published // one each
    },

    publishRelated,

    async publishWaiting(stop) {
      const published: Published[] = []
      const known = new Set(names())
      while (!stop()) {
        const { lists, wait } = await queue.claim(AT_ONCE, settings().settle, now())
        if (lists.length === 0) {
          if (wait === null) break
          // Another list may change before this one may be written again.
          await parts.wait(Math.min(wait, LOOK))
          continue
        }
        // Lists that are no longer configured are acknowledged without being written.
        const [here, gone] = [lists.filter(({ name }) => known.has(name)), lists.filter(({ name }) => !known.has(name))]
        const written = await runFirst(() => publishAll(here.map(({ name }) => name)))
        await queue.acknowledge(lists)
        published.push(...written, ...gone.map(({ name }) => ({ list: name, changed: false, count: 0 })))
      }
      return published
    },

    async explain(name, rank) {
      const [json] = await redis.lrange(keys.list(name), rank - 1, rank - 1)
      if (json === undefined || rank < 1) return null
      const entry = JSON.parse(json) as Entry // written above
      await candidateCache.refresh()
      const { ranked, fallback, stale } = await ranker.snapshot()(name, standing(name))
      const place = ranked.findIndex(({ candidate }) => candidate.article.id === entry.id)
      const found = ranked[place]
      return {
        list: name,
        entry,
        now: found ? { rank: place + 1, score: found.score, terms: found.terms() } : null,
        fallback,
        stale,
      }
    },

    async refreshExpiry() {
      await editors.sweep(now())
      await baselines.learn(now(), async () => {
        await candidateCache.refresh()
        const heads = await reads.tops('view', 'hour', MOST_LEARNT)
        const articles = await candidateCache.articles(heads.map(({ article }) => article))
        return heads.flatMap(({ article, count }, index) => {
          const section: SectionId | undefined = articles[index]?.section
          return section === undefined ? [] : { article, section, count }
        })
      })
    },

    async publishSections() {
      const sections = taxonomy().map(({ id, labels, parent }) => ({ id, labels, parent: parent ?? null }))
      await redis.set(keys.sections(), JSON.stringify({ version: CONTRACT_VERSION, sections }))
    },
  }
}
