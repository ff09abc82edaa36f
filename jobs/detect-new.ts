/**
 * What is new of a feed that was read, as batches for the `articles` queue: the same way for a crawl and for a body replayed from
 * quarantine. Writes nothing but which items are still carried.
 */

import { createHash } from 'node:crypto'
import { judgeDates, trustsDates } from '../src/articles/dates.ts'
import type { ParameterStore } from '../src/articles/parameters/parameter-store.ts'
import type { Feed, FeedItem } from '../src/domain/feed-item.ts'
import type { Source } from '../src/domain/source.ts'
import { identify, pageOf, trustsIds } from '../src/feeds/identity.ts'
import type { ArticlesData } from '../src/queues/ingest.ts'
import type { Unseen } from '../src/sources/items/seen-items.ts'
import { collectNames, learnTitles, NO_HABITS, withoutName } from '../src/sources/items/titles.ts'
import { areIdsUnstable } from '../src/sources/items/unstable-ids.ts'
import type { SourceState } from '../src/sources/state/state.ts'
import type { Sources } from '../src/sources/store/sources.ts'

export interface Read {
  readonly feed: Feed
  /** Items in the document; fewer were read where some are known as written. */
  readonly carried: number
  /** Of the body, or anything else that tells one reading from another. */
  readonly bodyHash: string
}

export interface NewItems {
  readonly batches: readonly { readonly id: string; readonly data: ArticlesData }[]
  readonly newItems: number
  readonly edited: number
  /** ms since the epoch of the new items' publication; null where their feed does not give it. */
  readonly published: readonly (number | null)[]
  /** Whether its ids proved untrustworthy, now or before. */
  readonly hasUnstableIds: boolean
  /** What the document taught, for the job's log. */
  readonly notes: readonly string[]
  /** Writes down what its feed was seen to be like. */
  learn(): Promise<void>
}

export interface DetectNewItemsParts {
  readonly sources: Pick<Sources, 'lookUpSeen' | 'unseen' | 'learn' | 'titles'>
  readonly urls: Pick<ParameterStore, 'keeps' | 'learn'>
  /** Most items in one batch. */
  readonly most: number
  readonly now: () => number
}

export const detectNewItems = async (
  source: Source,
  state: SourceState,
  { feed, carried, bodyHash }: Read,
  { sources, urls, most, now }: DetectNewItemsParts,
): Promise<NewItems> => {
  // Before keys are made of links: those of this very document are to be told apart already.
  const notes = await urls.learn(
    source.id,
    feed.items.map(item => ({ title: item.title, page: pageOf(item) })),
  )
  let hasUnstableIds = state.hasUnstableIds || !trustsIds(feed.items, carried)
  let identified = identify(feed.items, !hasUnstableIds, urls.keeps)
  if (!hasUnstableIds && areIdsUnstable(await sources.lookUpSeen(source.id, identified), carried)) {
    hasUnstableIds = true
    identified = identify(feed.items, false, urls.keeps)
  }
  const unseen = await sources.unseen(source.id, identified)
  const fresh = unseen.filter(({ isNew }) => isNew).map(({ item }) => item)

  const isWhole = feed.items.length === carried
  const judged = isWhole ? feed.items : fresh
  const dates = judgeDates(
    state.dates,
    judged.map(({ published }) => published),
    now(),
    isWhole,
  )
  const titles = unseen.length > 0 ? learnTitles(await sources.titles(source.id), fresh.flatMap(titleOf)) : null
  const names = collectNames([
    source.name,
    feed.title,
    new URL(source.site ?? source.url).hostname.replace(/^www\./, ''),
  ])
  const places = new Map(feed.items.map((item, place) => [item, place]))
  const taken = unseen.map(each => ({
    ...each,
    place: places.get(each.item) ?? 0,
    item: { ...each.item, title: each.item.title && withoutName(each.item.title, titles ?? NO_HABITS, names) },
  }))
  const about = { fetchedAt: now(), trustsDates: trustsDates(dates), language: feed.language, most }
  return {
    batches: batchesOf(source, taken, bodyHash, { ...about, origin: state.origin }),
    newItems: fresh.length,
    edited: unseen.length - fresh.length,
    published: fresh.map(({ published }) => (published === null ? null : Date.parse(published))),
    hasUnstableIds,
    notes,
    learn: () =>
      sources.learn(source.id, {
        ...(hasUnstableIds && !state.hasUnstableIds ? { hasUnstableIds } : {}),
        ...(dates === state.dates ? {} : { dates }),
        ...(fresh.length > 0 && titles ? { titles } : {}),
      }),
  }
}

const MINUTE = 60_000

const titleOf = ({ title }: FeedItem): string[] => (title === null ? [] : [title])

/** The same items in the same state make the same jobs, so a crawl repeated while they wait adds nothing. */
const batchesOf = (
  source: Source,
  unseen: readonly (Unseen & { readonly place: number })[],
  bodyHash: string,
  {
    most,
    origin,
    ...about
  }: { fetchedAt: number; trustsDates: boolean; language: string | null; most: number; origin: string },
): { id: string; data: ArticlesData }[] => {
  const digest = (parts: readonly string[]) =>
    createHash('sha256').update(parts.join(' ')).digest('base64url').slice(0, 16)
  // Those that come again since their articles were lost are other jobs than those that brought them first, which may be kept still.
  const again = unseen.some(({ isLost }) => isLost) ? [`again ${Math.floor(about.fetchedAt / MINUTE)}`] : []
  const parts = [
    ...unseen.map(({ key, fingerprint }) => key + fingerprint),
    ...(origin === '' ? [] : [origin]),
    ...again,
  ]
  const crawlId = digest([source.id, bodyHash, ...parts])
  const batches = Math.ceil(unseen.length / most)
  return Array.from({ length: batches }, (_, batch) => ({
    id: `${source.id}-${crawlId}-${batch}`,
    data: {
      sourceId: source.id,
      crawl: { id: crawlId, batch, batches, ...(origin === '' ? {} : { origin }) },
      ...about,
      items: unseen
        .slice(batch * most, (batch + 1) * most)
        .map(({ item, key, also, headlined, fingerprint, place, isLost }) => ({
          ...{ key, also: [...also], headlined, fingerprint, place, item },
          ...(isLost ? { isLost } : {}),
        })),
    },
  }))
}
