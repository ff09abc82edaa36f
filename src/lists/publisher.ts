/**
 * Publishes lists: has them ranked, writes what changed, and announces it. Anyone may ask for any list at any time: the
 * outcome depends only on what stands in Redis.
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

/** Lists written together. They share what is read for them, and the last of them holds up the first. */
const AT_ONCE = 32
/** Articles whose related lists are written together. */
const RELATED_AT_ONCE = 50
/** Longest wait before the publish queue is read again, ms. */
const LOOK = 20
/** Articles of an hour that the baseline is learnt from. */
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
  /** Its place and the terms of its score as they are now; null where it would not be in the list any more. */
  readonly now: { readonly rank: number; readonly score: number; readonly terms: readonly Term[] } | null
  readonly fallback: string
  readonly stale: boolean
}

export interface Publisher {
  /** Every list but those related to one article. */
  names(): readonly string[]
  affectedBy(ingested: Pick<Ingested, 'sections' | 'stories' | 'edited'>): readonly string[]
  /** Articles in whose related lists these are shown. */
  relatedShowing(ids: readonly ArticleId[]): Promise<readonly ArticleId[]>
  /** @throws RangeError for what is no name of a list */
  publish(name: string): Promise<Published>
  /** @param unread of these, those that have just come */
  publishRelated(ids: readonly ArticleId[], unread?: readonly ArticleId[]): Promise<readonly Published[]>
  /**
   * Writes queued lists until none is left or until stopped; the rest stays queued.
   * @returns what was written
   */
  publishWaiting(stop: () => boolean): Promise<readonly Published[]>
  /** @returns null where there is no such entry */
  explain(name: string, rank: number): Promise<EntryExplanation | null>
  /** What is done by the clock beside writing: learns baselines and removes pins and blocks that have expired. */
  refreshExpiry(): Promise<void>
  /** Writes the taxonomy for readers. */
  publishSections(): Promise<void>
}

/** Work that readers wait for, and work that may wait itself: jobs/priority-gate.ts. */
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
  /** ms: related lists live as long as articles. */
  readonly retention: () => number
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Lists that wait go first, related lists give way to them. */
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

  // Labels come from the configuration: what was written with another is not kept.
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

  /** @param lives ms; 0 for ever */
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
        // One that has gone from the configuration waits no longer.
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
