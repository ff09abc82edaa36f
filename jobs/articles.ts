/**
 * `articles`: a batch of items of one source becomes articles: normalised, decided (same, reprint, story), stored, and announced to
 * the lists they change. Only then are the items marked as seen, so whatever dies when, they come again until they are in.
 */

import { z } from 'zod'
import { standingDecision } from '../src/archive/standing.ts'
import type { Article, ArticleId, Refused } from '../src/article/article.ts'
import { normalise } from '../src/article/normalise.ts'
import { type FeedItem, FeedItemSchema } from '../src/feed/item.ts'
import { type RefusedItem, refusedItem } from '../src/sources/quarantine.ts'
import { SourceId } from '../src/sources/source.ts'
import type { Decision } from '../src/story/decision.ts'
import type { JobContext } from './context.ts'
import { defineJob } from './define.ts'

/** What is unknown is ignored: a newer version may add to it. */
export const ArticlesData = z.object({
  sourceId: SourceId,
  /** The crawl that found them: its last batch to be taken in commits the validators. */
  crawl: z.object({ id: z.string().min(1), batch: z.int().min(0), batches: z.int().min(1) }),
  /** ms since the epoch. */
  fetchedAt: z.int().positive(),
  /** Whether the dates of its source mean anything. */
  trustsDates: z.boolean().default(true),
  /** Language the feed declares. */
  language: z.string().nullable(),
  items: z
    .array(
      z.object({
        key: z.string().min(1),
        also: z.array(z.string().min(1)).default([]),
        headlined: z.boolean().default(false),
        fingerprint: z.string().min(1),
        /** In the document, from 0. */
        place: z.int().min(0).default(0),
        item: FeedItemSchema,
      }),
    )
    .min(1)
    .max(500),
})
export type ArticlesData = z.infer<typeof ArticlesData>

export const articles = defineJob({
  queue: 'articles',
  version: 1,
  data: ArticlesData,
  options: {
    // Every step can run again, so a batch that met a Redis hiccup or died with its worker is simply run again.
    attempts: 5,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    removeOnComplete: { age: 3_600, count: 1_000 },
    removeOnFail: { age: 7 * 86_400, count: 1_000 },
  },
  title: ({ sourceId, items }) => `${sourceId}: ${items.length} ${items.length === 1 ? 'item' : 'items'}`,

  async run({ sourceId, crawl, fetchedAt, trustsDates, language, items }, context) {
    const { sources, archive, publishing, log, now } = context
    const source = await sources.find(sourceId)
    // Its source was removed while the batch waited: what it brought is of no list any more.
    if (!source) return { left: items.length, why: `no source ${sourceId} in the catalogue any more` }

    const about = {
      source,
      feedLanguage: language,
      fetchedAt,
      trustsDates,
      taxonomy: context.taxonomy(),
      maxAge: context.settings().articles.retention,
      ...(context.classify ? { classify: context.classify } : {}),
    }
    const settled = context.stake()
    await context.giveWay()
    // Looked up here and not by the crawl: a batch before this one may have brought the article that this one edits.
    const recalled = await sources.recall(sourceId, items)
    const outcomes = await placed(
      items.map(({ item, place }, index) => ({
        item,
        outcome: normalise(item, { ...about, place }),
        known: recalled[index]?.memory?.article ?? null,
      })),
      context,
    )
    const refused: Record<string, number> = {}
    const worthALook: Omit<RefusedItem, 'source'>[] = []
    for (const [index, outcome] of outcomes.entries()) {
      if (!('kind' in outcome)) continue
      refused[outcome.reason] = (refused[outcome.reason] ?? 0) + 1
      // Age is the ordinary course of a feed; the rest is worth a look beside the job.
      const item = items[index]?.item
      if (outcome.reason === 'too-old' || !item) continue
      worthALook.push(refusedItem(item, outcome, fetchedAt))
      await context.job.note(`refused ${show(item)}: ${outcome.detail}`)
    }
    await sources.quarantine.refuse(sourceId, worthALook)

    const accepted = outcomes.filter((outcome): outcome is Placed => !('kind' in outcome))
    await context.giveWay()
    const ingested = await archive.ingest(accepted, now(), crawl.id)
    await context.learn?.(accepted.map(({ article }) => article))
    const affected = await publishing.ingested(ingested, crawl.id)
    const published = await context.publisher.publishRelated(affected, ingested.came)
    const related = { changed: published.filter(each => each.changed).length, of: published.length }
    if (related.of > 0) log.info({ crawl: crawl.id, list: 'related', ...related }, 'published')
    const arrived = now()
    for (const [index, outcome] of outcomes.entries()) {
      // Neither edits, nor another source's copies, nor guesses at a date tell how late we were.
      const isNew = !recalled[index]?.memory && 'decision' in outcome && outcome.decision.kind !== 'same'
      if (isNew && trustsDates && items[index]?.item.published)
        context.ingested?.(arrived - outcome.article.publishedAt)
    }
    // Marked as seen, its items never come again: whatever is lost with a master must be lost before.
    await settled()
    await sources.markSeen(
      sourceId,
      crawl,
      items.map(({ key, also, fingerprint }, index) => {
        const outcome = outcomes[index]
        const before = recalled[index]?.memory?.article ?? null
        return { key, also, fingerprint, article: outcome && 'article' in outcome ? articleOf(outcome) : before }
      }),
    )
    const { added, updated, merged, unchanged } = ingested
    log.info(
      { source: sourceId, crawl: crawl.id, items: items.length, added, updated, merged, unchanged, refused },
      'articles taken in',
    )
    return { added, updated, merged, unchanged, refused, related }
  },
})

interface Placed {
  readonly article: Article
  readonly decision: Decision
}

/** The article that an item is part of from now on. */
const articleOf = ({ article, decision }: Placed): ArticleId => (decision.kind === 'same' ? decision.as : article.id)

interface Outcome {
  readonly item: FeedItem
  readonly outcome: Article | Refused
  /** The article that the item was when it came before. */
  readonly known: ArticleId | null
}

/**
 * Where each article belongs: one that the archive holds, be it under its id, as what its item was before, or under another URL, stays
 * what and where it is, also when its URL changed with its headline; only the rest are for the story room to decide.
 */
const placed = async (
  outcomes: readonly Outcome[],
  { archive, stories }: Pick<JobContext, 'archive' | 'stories'>,
): Promise<(Placed | Refused)[]> => {
  const [held, horizon] = await Promise.all([
    archive.resolve(outcomes.map(({ outcome, known }) => known ?? ('kind' in outcome ? NO_ARTICLE : outcome.id))),
    archive.horizon(),
  ])
  const stored = new Map(
    (await archive.articles(held.filter(id => id !== null))).flatMap(each => (each ? [[each.id, each] as const] : [])),
  )
  const standing = outcomes.map((_, index) => stored.get(held[index] ?? NO_ARTICLE))
  const judged = outcomes.map(({ item, outcome, known }, index) =>
    // Its article has expired: without a date it would come back as news of today.
    'kind' in outcome || standing[index]
      ? outcome
      : known !== null && item.published === null
        ? EXPIRED
        : outcome.publishedAt < horizon
          ? LET_GO
          : outcome,
  )
  // One that was marked as seen is decided and done. Any other is asked about, also one that is stored: its batch may have died half-way.
  const asked = judged.map((outcome, index) => {
    const stands = standing[index]
    if ('kind' in outcome || (stands && outcomes[index]?.known)) return []
    return [stands ? { ...outcome, id: stands.id } : outcome]
  })
  const decisions = await stories.decide(asked.flat())
  let next = 0
  return judged.map((outcome, index): Placed | Refused => {
    if ('kind' in outcome) return outcome
    const stands = standing[index]
    const decision = asked[index]?.length ? decisions[next++] : undefined
    if (stands) return { article: { ...outcome, id: stands.id }, decision: standingDecision(stands, decision?.merges) }
    if (!decision) throw new Error(`no decision on ${outcome.id}: the story room answers once for each article`)
    return { article: outcome, decision }
  })
}

const EXPIRED: Refused = { kind: 'refused', reason: 'too-old', detail: 'its article has left the archive' }

/** Its feed may carry it for long: taken in again, it would be the next to leave, again and again. */
const LET_GO: Refused = {
  kind: 'refused',
  reason: 'too-old',
  detail: 'older than what is kept within articles.memory',
}

/** Stands for the id of an item that became none: no article has it. */
const NO_ARTICLE = '' as ArticleId

const show = ({ title, link, id }: FeedItem): string => JSON.stringify(title ?? link ?? id)
