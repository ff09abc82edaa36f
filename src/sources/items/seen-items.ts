/**
 * Remembers, for each source, which items were ingested and as which articles, and properties of its feed. Crawls ask
 * it which items of a feed are new; ingest marks items as seen, and only after their articles are stored.
 */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import type { ArticleId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Identified } from '../../feeds/identity.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { NO_HABITS, TitleHabits } from './titles.ts'
import { formatSeenItem, type ItemMatch, type Keyed, matchItem, parseSeenItem, type SeenItem } from './unstable-ids.ts'

const markSeenScript = loadScript(new URL('./mark-seen.lua', import.meta.url))

const DAY = 86_400_000
/** Days after which items that are no longer in the feed are forgotten: the default retention of articles. */
const SEEN_DAYS = 30
/** Maximum number of keys remembered of a source; a feed with many items may have more. */
const MAX_SEEN = 10_000
/** Seconds. A feed that is unchanged for longer is parsed in full when it changes again. */
export const ITEM_HASHES_LAST = 30 * 86_400
/** Seconds. The titles of a source without new items for longer are learnt again. */
const TITLES_LAST = 90 * 86_400

export interface CrawlBatch {
  readonly id: string
  readonly batch: number
  readonly batches: number
  /** Token of the data in Redis in which its items were looked up: another after a loss of data. Empty for none. */
  readonly origin?: string | undefined
}

/** What became of the items of a batch. */
export interface BatchOutcomes {
  readonly accepted: number
  /** Number of refused items by reason. */
  readonly refused: Readonly<Record<string, number>>
}

/** What was learnt about the feed of a source. Missing fields are left unchanged. */
export interface Learnt {
  /** Its ids are unreliable; this is never taken back. */
  readonly hasUnstableIds?: boolean
  /** As judgeDates returns it. */
  readonly dates?: string
  readonly titles?: TitleHabits
}

/** An item to be ingested. */
export type Unseen = Identified & {
  readonly isNew: boolean
  /** Whether it was ingested before but its article was lost, so that it is ingested again. */
  readonly isLost: boolean
}

export interface SeenItems {
  /** Returns what is remembered of each item, in order. */
  lookUpSeen(id: SourceId, items: readonly Keyed[]): Promise<readonly ItemMatch[]>
  /** Returns the items of a feed that are new or have changed. */
  unseen(id: SourceId, items: readonly Identified[]): Promise<readonly Unseen[]>
  /**
   * Marks ingested items as seen, under all of their keys and with their articles. The last batch of a crawl also
   * commits its validators. If Redis came back empty in the meantime, the articles are lost and nothing is marked.
   */
  markSeen(
    id: SourceId,
    crawl: CrawlBatch,
    items: readonly (Pick<Keyed, 'key' | 'also' | 'fingerprint'> & {
      readonly article: ArticleId | null
      /** What was remembered of it; null if it was ingested for the first time. */
      readonly before?: SeenItem | null
    })[],
    outcomes?: BatchOutcomes,
  ): Promise<void>
  /** Forgets items that left the feed long ago. */
  forgetItems(id: SourceId): Promise<void>
  /** Reads how the publisher writes titles, such as with its name at the end. */
  titles(id: SourceId): Promise<TitleHabits>
  /** Stores what was learnt about a feed. */
  learn(id: SourceId, learnt: Learnt): Promise<void>
}

export interface SeenItemsParts extends Store {
  readonly settings: () => CrawlSettings
  /**
   * Finds which articles are lost, and since when ingested articles should exist (src/articles/lost.ts). Default: none
   * is lost.
   */
  readonly lost?: ((articles: readonly ArticleId[]) => Promise<Lost>) | undefined
  /** ms since the epoch. */
  readonly now: () => number
}

interface Lost {
  readonly gone: ReadonlySet<ArticleId>
  readonly since: number
}

/** Whether the article of an item should still exist: neither expired nor evicted. */
const isDueToBeThere = ({ item }: Identified, { first }: SeenItem, since: number): boolean =>
  first !== undefined && first * DAY > since && (item.published === null || Date.parse(item.published) > since)

const NO_OUTCOMES: BatchOutcomes = { accepted: 0, refused: {} }

const NONE_LOST: Lost = { gone: new Set(), since: 0 }

export const createSeenItems = ({ redis, keys, settings, lost, now }: SeenItemsParts): SeenItems => {
  /** Reads the entries under all keys of each item. */
  const readSeen = async (id: SourceId, items: readonly Keyed[]): Promise<(SeenItem | null)[][]> => {
    if (items.length === 0) return []
    const values = await redis.hmget(keys.seen(id), ...items.flatMap(({ key, also }) => [key, ...also]))
    let at = 0
    return items.map(({ also }) => {
      const from = at
      at += 1 + also.length
      return values.slice(from, at).map(parseSeenItem)
    })
  }

  return {
    async lookUpSeen(id, items) {
      const memories = await readSeen(id, items)
      return items.map((item, index) => matchItem(item, memories[index] ?? []))
    },

    async unseen(id, items) {
      const memories = await readSeen(id, items)
      const today = Math.floor(now() / DAY)
      const marks: string[] = []
      const recalled = items.map((item, index) => matchItem(item, memories[index] ?? []).seen)
      // One command for all parsed items; items that are known by their hash were not parsed.
      const { gone, since } = lost ? await lost(recalled.flatMap(memory => memory?.article ?? [])) : NONE_LOST
      const unseen = items.flatMap((item, index): Unseen | [] => {
        const kept = memories[index] ?? []
        const memory = recalled[index] ?? null
        const isGone = memory?.article && gone.has(memory.article)
        if (isGone && isDueToBeThere(item, memory, since)) return { ...item, isNew: true, isLost: true }
        if (memory?.fingerprint !== item.fingerprint) return { ...item, isNew: memory === null, isLost: false }
        // Once a day, note that the item is still in the feed, under all of its keys.
        for (const [place, key] of [item.key, ...item.also].entries())
          if (kept[place]?.day !== today || kept[place].article !== memory.article)
            marks.push(key, formatSeenItem({ ...memory, day: today }))
        return []
      })
      if (marks.length > 0) await redis.hset(keys.seen(id), ...marks)
      return unseen
    },

    async markSeen(id, { id: crawlId, batch, batches, origin = '' }, items, { accepted, refused } = NO_OUTCOMES) {
      const reasons = Object.entries(refused).toSorted((a, b) => b[1] - a[1])
      const refusals = [reasons.reduce((sum, [, count]) => sum + count, 0), reasons[0]?.[0] ?? '']
      const day = Math.floor(now() / DAY)
      const marks = items.flatMap(({ key, also, before, ...memory }) =>
        [key, ...also].flatMap(each => [each, formatSeenItem({ ...memory, day, first: before ? before.first : day })]),
      )
      await runScript(
        redis,
        markSeenScript,
        [keys.source(id), keys.seen(id), keys.crawlBatches(id, crawlId), keys.itemHashes(id)],
        [batch, batches, crawlId, ITEM_HASHES_LAST, origin, accepted, ...refusals, ...marks],
      )
    },

    async forgetItems(id) {
      const key = keys.seen(id)
      const most = Math.max(MAX_SEEN, settings().maxItems * 4)
      if ((await redis.hlen(key)) <= most / 2) return
      const today = Math.floor(now() / DAY)
      const all = Object.entries(await redis.hgetall(key)).map(([item, value]) => ({
        item,
        day: parseSeenItem(value)?.day ?? 0,
      }))
      all.sort((a, b) => b.day - a.day)
      const gone = all.filter(({ day }, index) => index >= most || day < today - SEEN_DAYS).map(({ item }) => item)
      if (gone.length > 0) await redis.hdel(key, ...gone)
    },

    async titles(id) {
      const written = await redis.get(keys.titles(id))
      return written === null ? NO_HABITS : TitleHabits.parse(JSON.parse(written))
    },

    async learn(id, { hasUnstableIds, dates, titles }) {
      const fields = { ...(hasUnstableIds ? { unstableIds: 1 } : {}), ...(dates === undefined ? {} : { dates }) }
      await Promise.all([
        Object.keys(fields).length > 0 ? redis.hset(keys.source(id), fields) : null,
        titles ? redis.set(keys.titles(id), JSON.stringify(titles), 'EX', TITLES_LAST) : null,
      ])
    },
  }
}
