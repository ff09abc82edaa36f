/**
 * `articles`: a batch of items of one source becomes articles: normalised, decided (same, reprint, story), stored, and announced to
 * the lists they change. Only then are the items marked as seen, so whatever dies when, they come again until they are in.
 */

import { z } from 'zod'
import type { Article } from '../src/article/article.ts'
import { normalise } from '../src/article/normalise.ts'
import { type FeedItem, FeedItemSchema } from '../src/feed/item.ts'
import { SourceId } from '../src/sources/source.ts'
import { defineJob } from './define.ts'

export const ArticlesData = z.strictObject({
  sourceId: SourceId,
  /** The crawl that found them: its last batch to be taken in commits the validators. */
  crawl: z.strictObject({ id: z.string().min(1), batch: z.int().min(0), batches: z.int().min(1) }),
  /** ms since the epoch. */
  fetchedAt: z.int().positive(),
  /** Language the feed declares. */
  language: z.string().nullable(),
  items: z
    .array(z.strictObject({ key: z.string().min(1), fingerprint: z.string().min(1), item: FeedItemSchema }))
    .min(1)
    .max(500),
})
export type ArticlesData = z.infer<typeof ArticlesData>

export const articles = defineJob({
  queue: 'articles',
  data: ArticlesData,
  options: {
    // Every step can run again, so a batch that met a Redis hiccup or died with its worker is simply run again.
    attempts: 5,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    removeOnComplete: { age: 3_600, count: 1_000 },
    removeOnFail: { age: 7 * 86_400, count: 1_000 },
  },
  title: ({ sourceId, items }) => `${sourceId}: ${items.length} ${items.length === 1 ? 'item' : 'items'}`,

  async run({ sourceId, crawl, fetchedAt, language, items }, context) {
    const { sources, stories, archive, publishing, log, now } = context
    const source = await sources.find(sourceId)
    // Its source was removed while the batch waited: what it brought is of no list any more.
    if (!source) return { left: items.length, why: `no source ${sourceId} in the catalogue any more` }

    const outcomes = items.map(({ item }) =>
      normalise(item, {
        source,
        feedLanguage: language,
        fetchedAt,
        taxonomy: context.taxonomy(),
        maxAge: context.settings().articles.retention,
        ...(context.classify ? { classify: context.classify } : {}),
      }),
    )
    const refused: Record<string, number> = {}
    for (const [index, outcome] of outcomes.entries()) {
      if (!('kind' in outcome)) continue
      refused[outcome.reason] = (refused[outcome.reason] ?? 0) + 1
      // Age is the ordinary course of a feed; the rest is worth a look beside the job.
      if (outcome.reason !== 'too-old') await context.job.note(`refused ${show(items[index]?.item)}: ${outcome.detail}`)
    }
    const accepted = outcomes.filter((outcome): outcome is Article => !('kind' in outcome))

    const decisions = await stories.decide(accepted)
    const batch = accepted.flatMap((article, index) => {
      const decision = decisions[index]
      return decision ? { article, decision } : []
    })
    const ingested = await archive.ingest(batch, now())
    await context.learn?.(accepted)
    await publishing.changed(ingested)
    await sources.markSeen(
      sourceId,
      crawl,
      items.map(({ key, fingerprint }) => ({ key, fingerprint })),
    )
    const { added, updated, merged, unchanged } = ingested
    log.info(
      { source: sourceId, crawl: crawl.id, items: items.length, added, updated, merged, unchanged, refused },
      'articles taken in',
    )
    return { added, updated, merged, unchanged, refused }
  },
})

const show = (item: FeedItem | undefined): string => JSON.stringify(item?.title ?? item?.link ?? item?.id ?? null)
