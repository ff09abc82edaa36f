/**
 * `articles`: a batch of items of one source becomes articles: normalised, decided (same, reprint, story), stored, and announced to
 * the lists they change. Only then are the items marked as seen, so whatever dies when, they come again until they are in.
 */

import { existingDecision } from '../src/articles/existing-decision.ts'
import { normalise } from '../src/articles/normalise.ts'
import type { StoredArticle } from '../src/articles/store.ts'
import type { Article, ArticleId, Refused } from '../src/domain/article.ts'
import { articleId, bareId } from '../src/domain/canonical-url.ts'
import type { FeedItem } from '../src/domain/feed-item.ts'
import type { Decision } from '../src/domain/story-decision.ts'
import { articlesQueue } from '../src/queues/ingest.ts'
import { type RefusedItem, refusedItem } from '../src/sources/quarantine/quarantine.ts'
import { isPlausible } from '../src/util/plausible-time.ts'
import type { JobContext } from './context.ts'
import { defineJob } from './define.ts'

export const articles = defineJob(articlesQueue, {
  async run({ sourceId, crawl, fetchedAt, trustsDates, language, items }, context) {
    const { sources, archive, publishing, urls, log, now } = context
    const source = await sources.find(sourceId)
    // Its source was removed while the batch waited: what it brought is of no list any more.
    if (!source) return { left: items.length, why: `no source ${sourceId} in the catalogue any more` }

    await urls.refresh()
    const about = {
      source,
      keeps: urls.keeps,
      feedLanguage: language,
      fetchedAt,
      trustsDates,
      taxonomy: context.taxonomy(),
      maxAge: context.settings().articles.retention,
      ...(context.classify ? { classify: context.classify } : {}),
    }
    const settled = context.beginReplicated()
    await context.yieldToLists()
    // Looked up here and not by the crawl: a batch before this one may have brought the article that this one edits.
    const recalled = (await sources.lookUpSeen(sourceId, items)).map(({ seen }, index) =>
      items[index]?.isLost ? null : seen,
    )
    const outcomes = await placed(
      items.map(({ item, place }, index) => ({
        item,
        outcome: normalise(item, { ...about, place }),
        known: recalled[index]?.article ?? null,
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
    await context.yieldToLists()
    const ingested = await archive.ingest(accepted, now(), crawl.id)
    await context.learn?.(accepted.map(({ article }) => article))
    const affected = await publishing.ingested(ingested, crawl.id)
    const published = await context.publisher.publishRelated(affected, ingested.addedIds)
    const related = { changed: published.filter(each => each.changed).length, of: published.length }
    if (related.of > 0) log.info({ crawl: crawl.id, list: 'related', ...related }, 'published')
    const arrived = now()
    for (const [index, outcome] of outcomes.entries()) {
      // Neither edits, nor another source's copies, nor guesses at a date tell how late we were.
      const isNew = !recalled[index] && 'decision' in outcome && outcome.decision.kind !== 'same'
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
        const before = recalled[index]
        const article = outcome && 'article' in outcome ? articleOf(outcome) : (before?.article ?? null)
        return { key, also, fingerprint, article, before: before ?? null }
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
 * Whether an item was taken for an article that is another's: both lead to one page as soon as doubtful parameters are gone (src/article/
 * tracking.ts), which is how its id was made at the time, and now they are told apart.
 * @param stands what the item was taken for
 * @param rivals how many items of the batch, of other addresses, were taken for it as well
 */
const isAnothers = (stands: StoredArticle, { id, url, title }: Article, rivals: number): boolean => {
  const bare = bareId(url)
  if (bare === null || stands.id === id || stands.title === title) return false
  const shown = articleId(stands.url)
  if (shown === id || (bareId(stands.url) ?? shown) !== bare) return false
  // Under the bare address it is nobody's yet: of a single item it is what that one is after an edit.
  return shown !== bare || rivals > 0
}

/** Those that are known as an article which is another's: they come as articles of their own from now on. */
const toldApart = (outcomes: readonly Outcome[], stands: readonly (StoredArticle | undefined)[]): boolean[] => {
  const claims = new Map<ArticleId, Set<ArticleId>>()
  for (const [index, { outcome, known }] of outcomes.entries()) {
    const held = stands[index]
    if (known !== null && held && !('kind' in outcome))
      claims.set(held.id, (claims.get(held.id) ?? new Set()).add(outcome.id))
  }
  return outcomes.map(({ outcome, known }, index) => {
    const held = stands[index]
    if (known === null || !held || 'kind' in outcome) return false
    return isAnothers(held, outcome, (claims.get(held.id)?.size ?? 1) - 1)
  })
}

type Reading = Pick<JobContext['archive'], 'resolve' | 'articles'>

const standingOf = async (archive: Reading, ids: readonly ArticleId[]): Promise<(StoredArticle | undefined)[]> => {
  const held = await archive.resolve(ids)
  const stored = new Map(
    (await archive.articles(held.filter(id => id !== null))).flatMap(each => (each ? [[each.id, each] as const] : [])),
  )
  return held.map(id => stored.get(id ?? NO_ARTICLE))
}

/** The same story as it was stored before its parameters were known to mean something, or by a version that took them all away. */
const standingBare = async (
  archive: Reading,
  outcomes: readonly (Article | Refused | null)[],
): Promise<(StoredArticle | undefined)[]> => {
  const bare = outcomes.map(outcome => (outcome === null || 'kind' in outcome ? null : bareId(outcome.url)))
  if (bare.every(id => id === null)) return []
  const found = await standingOf(
    archive,
    bare.map(id => id ?? NO_ARTICLE),
  )
  return found.map((stands, index) => {
    const outcome = outcomes[index]
    const isIts = stands && outcome && !('kind' in outcome) && stands.title === outcome.title
    return isIts && articleId(stands.url) === bare[index] ? stands : undefined
  })
}

/** What the archive holds of each, and what each is known as: nothing any more where it was taken for another's. */
const findStanding = async (archive: Reading, outcomes: readonly Outcome[]) => {
  const idOf = (outcome: Article | Refused) => ('kind' in outcome ? NO_ARTICLE : outcome.id)
  const first = await standingOf(
    archive,
    outcomes.map(({ outcome, known }) => known ?? idOf(outcome)),
  )
  const apart = toldApart(outcomes, first)
  const own = apart.includes(true)
    ? await standingOf(
        archive,
        outcomes.map(({ outcome }, index) => (apart[index] ? idOf(outcome) : NO_ARTICLE)),
      )
    : []
  const standing = first.map((stands, index) => (apart[index] ? own[index] : stands))
  const bare = await standingBare(
    archive,
    outcomes.map(({ outcome }, index) => (standing[index] || apart[index] ? null : outcome)),
  )
  return outcomes.map(({ known }, index) => ({
    stands: standing[index] ?? bare[index],
    known: apart[index] ? null : known,
  }))
}

/**
 * Where each article belongs: one that the archive holds, be it under its id, as what its item was before, or under another URL, stays
 * what and where it is, also when its URL changed with its headline; only the rest are for the story room to decide.
 */
const placed = async (
  outcomes: readonly Outcome[],
  { archive, stories, now }: Pick<JobContext, 'archive' | 'stories' | 'now'>,
): Promise<(Placed | Refused)[]> => {
  const [standing, horizon] = await Promise.all([findStanding(archive, outcomes), archive.horizon()])
  const judged = outcomes.map(({ item, outcome }, index) => {
    const { stands, known = null } = standing[index] ?? {}
    if ('kind' in outcome || stands) return outcome
    // Its article has expired: without a date it would come back as news of today.
    if (known !== null && item.published === null) return EXPIRED
    return outcome.publishedAt < horizon && isPlausible(horizon, now()) ? LET_GO : outcome
  })
  // One that was marked as seen is decided and done. Any other is asked about, also one that is stored: its batch may have died half-way.
  const asked = judged.map((outcome, index) => {
    const { stands, known } = standing[index] ?? {}
    if ('kind' in outcome || (stands && known)) return []
    return [stands ? { ...outcome, id: stands.id } : outcome]
  })
  const decisions = await stories.decide(asked.flat())
  let next = 0
  return judged.map((outcome, index): Placed | Refused => {
    if ('kind' in outcome) return outcome
    const { stands } = standing[index] ?? {}
    const decision = asked[index]?.length ? decisions[next++] : undefined
    if (stands) return { article: { ...outcome, id: stands.id }, decision: existingDecision(stands, decision?.merges) }
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
