/**
 * `articles`: turns a batch of one source's items into articles: normalises them, decides each (same article, reprint,
 * story), stores them and announces them to the lists they change. Items are marked as seen only after that, so that
 * after a crash at any point they come again until they are stored.
 */

import type { z } from 'zod'
import { normalise } from '../src/articles/normalise.ts'
import { withoutMarks } from '../src/articles/rules/titles/marks.ts'
import type { Refused } from '../src/domain/article.ts'
import type { FeedItem } from '../src/domain/feed-item.ts'
import type { Source } from '../src/domain/source.ts'
import { articlesQueue } from '../src/queues/ingest.ts'
import type { Verdict } from '../src/rules/compile.ts'
import type { SeenItem } from '../src/sources/items/unstable-ids.ts'
import { type RefusedItem, refusedItem } from '../src/sources/quarantine/refused-items.ts'
import type { JobContext } from './context.ts'
import { defineJob } from './define.ts'
import { judgeItems, reduceContent } from './judge-items.ts'
import { findArticleId, type Placed, placeArticles } from './place-articles.ts'

type Batch = z.output<typeof articlesQueue.data>
type PlacedItem = Placed | Refused

/** What is stored: where an article belongs, and its text as packContent returns it. */
type Accepted = Parameters<JobContext['archive']['ingest']>[0][number]

const show = ({ title, link, id }: FeedItem): string => JSON.stringify(title ?? link ?? id)

const EXPECTED: ReadonlySet<Refused['reason']> = new Set(['too-old', 'same-address', 'rule'])

/** Counts the refused items by reason, and quarantines those whose reason is worth a look. */
const quarantineRefused = async (
  { sourceId, fetchedAt, items }: Batch,
  outcomes: readonly PlacedItem[],
  { sources, job }: JobContext,
): Promise<Record<string, number>> => {
  const sameAddress = items.reduce((sum, item) => sum + (item.sameAddress ?? 0), 0)
  const refused: Record<string, number> = sameAddress > 0 ? { 'same-address': sameAddress } : {}
  const toQuarantine: Omit<RefusedItem, 'source'>[] = []
  for (const [index, outcome] of outcomes.entries()) {
    if (!('kind' in outcome)) continue
    refused[outcome.reason] = (refused[outcome.reason] ?? 0) + 1
    // Items of every feed grow too old, some come in versions, and what rules drop is kept by them; any other reason is
    // worth a note on the job.
    const item = items[index]?.item
    if (EXPECTED.has(outcome.reason) || !item) continue
    toQuarantine.push(refusedItem(item, outcome, fetchedAt))
    await job.note(`refused ${show(item)}: ${outcome.detail}`)
  }
  await sources.quarantine.refuse(sourceId, toQuarantine)
  return refused
}

/** Reports how late we were with each new article, for monitoring. */
const reportDelays = (
  { items, trustsDates }: Batch,
  outcomes: readonly PlacedItem[],
  seenBefore: readonly (SeenItem | null)[],
  { ingested, now }: JobContext,
): void => {
  const arrived = now()
  for (const [index, outcome] of outcomes.entries()) {
    // Edits, other sources' copies and guessed dates say nothing about how late we were.
    const isNew = !seenBefore[index] && 'decision' in outcome && outcome.decision.kind !== 'same'
    if (isNew && trustsDates && items[index]?.item.published) ingested?.(arrived - outcome.article.publishedAt)
  }
}

/** What is marked as seen of each item: the article that it belongs to from now on. */
const listSeen = ({ items }: Batch, outcomes: readonly PlacedItem[], seenBefore: readonly (SeenItem | null)[]) =>
  items.map(({ key, also, fingerprint }, index) => {
    const outcome = outcomes[index]
    const before = seenBefore[index] ?? null
    const article = outcome && 'article' in outcome ? findArticleId(outcome) : (before?.article ?? null)
    return { key, also, fingerprint, article, before }
  })

/** Normalises the items, applies the rules, and decides where each belongs. */
const placeItems = async (
  { fetchedAt, trustsDates, language, items }: Batch,
  source: Source,
  {
    seenBefore,
    versions,
  }: { readonly seenBefore: readonly (SeenItem | null)[]; readonly versions: readonly boolean[] },
  context: JobContext,
): Promise<{ readonly outcomes: PlacedItem[]; readonly accepted: Accepted[]; readonly keeps: readonly Keeps[] }> => {
  const { urls, taxonomy, settings, classify, describeSource } = context
  const about = {
    ...{ source, fetchedAt, trustsDates, keeps: urls.keeps, feedLanguage: language },
    ...{ taxonomy: taxonomy(), maxAge: settings().articles.retention },
    ...(classify ? { classify } : {}),
    use: describeSource?.(source),
  }
  const normalised = items.map(({ item, place, content }, index) => ({
    ...{ item, content },
    outcome: normalise(item, { ...about, place }),
    known: seenBefore[index]?.article ?? null,
    isVersion: versions[index] ?? false,
  }))
  const judged = await judgeItems(normalised, context)
  const outcomes = await placeArticles(judged, context)
  const accepted = outcomes.flatMap((outcome, index) =>
    'kind' in outcome
      ? []
      : [{ ...outcome, content: reduceContent(unpack(items[index]?.content), judged[index]?.keeps) }],
  )
  return { outcomes, accepted, keeps: judged.map(each => each.keeps) }
}

const unpack = (content: string | null | undefined): Buffer | null | undefined =>
  typeof content === 'string' ? Buffer.from(content, 'base64') : content

/** Removes texts from the data of the job, which is kept for an hour: they are stored now. */
const dropContents = async (batch: Batch, { job }: JobContext): Promise<void> => {
  if (!batch.items.some(({ content }) => typeof content === 'string')) return
  await job.replace({ ...batch, items: batch.items.map(({ content: _, ...item }) => item) })
}

/** As much of the text of an article as rules per item keep. */
type Keeps = Verdict['content'] | undefined

/** Enqueues the pages of those articles of which the feed has only the beginning. @returns what the dashboard shows */
const enqueuePages = async (
  { sourceId, items, trustsDates }: Batch,
  { outcomes, keeps }: { readonly outcomes: readonly PlacedItem[]; readonly keeps: readonly Keeps[] },
  { addPages }: JobContext,
): Promise<{ readonly pages?: { readonly queued: number; readonly dropped: number } }> => {
  const wanted = outcomes.flatMap((outcome, index) => {
    const { wantsPage, fingerprint = '', item } = items[index] ?? {}
    const keep = keeps[index]
    if ('kind' in outcome || !wantsPage || keep === 'off') return []
    const isUndated = !trustsDates || item?.published == null
    const data = { sourceId, article: findArticleId(outcome), url: outcome.article.url, isUndated }
    return [{ fingerprint, data: keep === 'text' ? { ...data, keeps: keep } : data }]
  })
  if (wanted.length === 0) return {}
  const dropped = await addPages(wanted)
  return { pages: { queued: wanted.length - dropped, dropped } }
}

export const articles = defineJob(articlesQueue, {
  async run(batch, context) {
    const { sourceId, crawl, items } = batch
    const { sources, archive, publishing, urls, log, now } = context
    const source = await sources.find(sourceId)
    // Its source was removed while the batch waited: no list wants its items any more.
    if (!source) return { skipped: items.length, why: `source ${sourceId} is no longer in the catalogue` }

    await urls.refresh()
    const confirmReplicated = context.beginReplicated()
    await context.yieldToLists()
    // Looked up here rather than by the crawl: an earlier batch may have brought the article that this one edits.
    const matches = await sources.lookUpSeen(sourceId, items)
    const seenBefore = matches.map(({ seen }, index) => (items[index]?.isLost ? null : seen))
    const versions = matches.map(({ isVersion = false }) => isVersion && batch.trustsDates)
    const { outcomes, accepted, keeps } = await placeItems(batch, source, { seenBefore, versions }, context)
    const refused = await quarantineRefused(batch, outcomes, context)
    await context.yieldToLists()
    const ingested = await archive.ingest(accepted, now(), crawl.id)
    // As it was classified.
    await context.learn?.(accepted.map(({ article }) => withoutMarks(article)))
    const affected = await publishing.ingested(ingested, crawl.id)
    const published = await context.publisher.publishRelated(affected, ingested.addedIds)
    const related = { changed: published.filter(each => each.changed).length, of: published.length }
    if (related.of > 0)
      log.info({ event: 'lists.published', crawl: crawl.id, list: 'related', ...related }, 'published')
    reportDelays(batch, outcomes, seenBefore, context)
    const pages = await enqueuePages(batch, { outcomes, keeps }, context)
    // Items marked as seen never come again: the articles must have reached the replicas before, or the loss of the
    // master would lose them for good.
    await confirmReplicated()
    const { 'same-address': _, ...lost } = refused
    // The article at the address of an older version exists.
    const versionCount = outcomes.filter(each => 'kind' in each && each.reason === 'same-address').length
    await sources.markSeen(sourceId, crawl, listSeen(batch, outcomes, seenBefore), {
      accepted: accepted.length + versionCount,
      refused: lost,
    })
    await dropContents(batch, context)
    const { added, updated, merged, unchanged } = ingested
    const counts = { added, updated, merged, unchanged, refused }
    log.info(
      { event: 'articles.ingested', source: sourceId, crawl: crawl.id, items: items.length, ...counts },
      'articles ingested',
    )
    return { ...counts, related, ...pages }
  },
})
