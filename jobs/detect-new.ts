/**
 * Finds the new items of a feed and makes batches of them for the `articles` queue, alike for crawls, hub deliveries
 * and bodies replayed from quarantine. Writes nothing but which items the feed still carries.
 */

import { createHash } from 'node:crypto'
import { judgeDates, trustsDates } from '../src/articles/dates.ts'
import type { ParameterStore } from '../src/articles/parameters/parameter-store.ts'
import type { ArticleContent } from '../src/domain/content.ts'
import type { Feed, FeedItem } from '../src/domain/feed-item.ts'
import { packContent } from '../src/domain/packed-content.ts'
import type { Source } from '../src/domain/source.ts'
import { buildContents, type ContentSettings, isBeginning } from '../src/feeds/content/build-content.ts'
import { findPage, identify, trustsIds } from '../src/feeds/identity.ts'
import type { ArticlesData } from '../src/queues/ingest.ts'
import type { Unseen } from '../src/sources/items/seen-items.ts'
import { collectNames, learnTitles, NO_HABITS, withoutName } from '../src/sources/items/titles.ts'
import { areIdsUnstable } from '../src/sources/items/unstable-ids.ts'
import type { SourceState } from '../src/sources/state/state.ts'
import type { Sources } from '../src/sources/store/sources.ts'

export interface ReadDocument {
  readonly feed: Feed
  /** Items in the document; fewer were read where some are known by their item hashes. */
  readonly carried: number
  /** Hash of the body, or any other string that tells one reading from another. */
  readonly bodyHash: string
}

export interface NewItems {
  readonly batches: readonly { readonly id: string; readonly data: ArticlesData }[]
  readonly newItems: number
  readonly edited: number
  /** When the new items were published, ms since the epoch; null where the feed gives no date. */
  readonly published: readonly (number | null)[]
  /** Whether its ids proved unstable, now or before. */
  readonly hasUnstableIds: boolean
  /** What was learnt from the document, for the job's log. */
  readonly notes: readonly string[]
  /** Stores what was learnt about the feed. */
  learn(): Promise<void>
}

export interface DetectNewItemsParts {
  readonly sources: Pick<Sources, 'lookUpSeen' | 'unseen' | 'learn' | 'titles'>
  readonly urls: Pick<ParameterStore, 'keeps' | 'learn'>
  /** Most items in one batch. */
  readonly most: number
  /** What is kept of the text of the source's articles. */
  readonly content: ContentSettings
  readonly now: () => number
}

export const detectNewItems = async (
  source: Source,
  state: SourceState,
  { feed, carried, bodyHash }: ReadDocument,
  { sources, urls, most, content, now }: DetectNewItemsParts,
): Promise<NewItems> => {
  const contents = await readContents(feed.items, content)
  const describe = (item: FeedItem): string => hashContent(contents.get(item))
  // Before keys are made of links: this very document may show which URL parameters identify items.
  const notes = await urls.learn(
    source.id,
    feed.items.map(item => ({ title: item.title, page: findPage(item) })),
  )
  let hasUnstableIds = state.hasUnstableIds || !trustsIds(feed.items, carried)
  let identified = identify(feed.items, !hasUnstableIds, urls.keeps, describe)
  if (!hasUnstableIds && areIdsUnstable(await sources.lookUpSeen(source.id, identified), carried)) {
    hasUnstableIds = true
    identified = identify(feed.items, false, urls.keeps, describe)
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
  const titles = unseen.length > 0 ? learnTitles(await sources.titles(source.id), fresh.flatMap(listTitle)) : null
  const names = collectNames([
    source.name,
    feed.title,
    new URL(source.site ?? source.url).hostname.replace(/^www\./, ''),
  ])
  const places = new Map(feed.items.map((item, place) => [item, place]))
  const prepared = unseen.map(each => {
    const { content: _, title, ...item } = each.item
    return {
      ...each,
      place: places.get(each.item) ?? 0,
      item: { ...item, title: title && withoutName(title, titles ?? NO_HABITS, names) },
      ...describeContent(each, contents.get(each.item) ?? null, content),
    }
  })
  const about = { fetchedAt: now(), trustsDates: trustsDates(dates), language: feed.language, most }
  return {
    batches: buildBatches(source, prepared, bodyHash, { ...about, origin: state.dataSet }),
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

/** The text that is kept of each item that has one. */
const readContents = async (
  items: readonly FeedItem[],
  settings: ContentSettings,
): Promise<ReadonlyMap<FeedItem, ArticleContent>> => {
  const contents = await buildContents(items, settings)
  return new Map(items.flatMap((item, index) => (contents[index] ? [[item, contents[index]] as const] : [])))
}

/** So that an item counts as edited when its text is. */
const hashContent = (content: ArticleContent | undefined): string =>
  content === undefined
    ? ''
    : createHash('sha256')
        .update(content.text ?? content.html ?? '')
        .digest('base64url')

/**
 * The text of an item for its job, and whether its page is wanted. The beginning of a text that a feed has must not
 * replace what was read in the page before.
 */
const describeContent = (
  { isNew }: Unseen,
  content: ArticleContent | null,
  { fromPages }: ContentSettings,
): Pick<Prepared, 'content' | 'wantsPage'> => {
  if (!fromPages || !isBeginning(content)) return { content: pack(content) }
  return { wantsPage: true, ...(isNew && content !== null ? { content: pack(content) } : {}) }
}

const pack = (content: ArticleContent | null): string | null =>
  content === null ? null : packContent(content).toString('base64')

const MINUTE = 60_000

const listTitle = ({ title }: FeedItem): string[] => (title === null ? [] : [title])

interface Prepared extends Unseen {
  readonly place: number
  readonly content?: string | null
  readonly wantsPage?: true
}

/** The same items in the same state make the same job ids, so a crawl repeated while they wait adds nothing. */
const buildBatches = (
  source: Source,
  unseen: readonly Prepared[],
  bodyHash: string,
  {
    most,
    origin,
    ...about
  }: { fetchedAt: number; trustsDates: boolean; language: string | null; most: number; origin: string },
): { id: string; data: ArticlesData }[] => {
  const digest = (parts: readonly string[]) =>
    createHash('sha256').update(parts.join(' ')).digest('base64url').slice(0, 16)
  // Items that come again because their articles were lost need job ids of their own: the jobs that brought them first
  // may still be in Redis.
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
        .map(({ item, key, also, headlined, fingerprint, place, content, wantsPage, isLost, sameAddress }) => ({
          ...{ key, also: [...also], headlined, fingerprint, place, item },
          ...(content === undefined ? {} : { content }),
          ...(wantsPage ? { wantsPage } : {}),
          ...(isLost ? { isLost } : {}),
          ...(sameAddress === undefined ? {} : { sameAddress }),
        })),
    },
  }))
}
