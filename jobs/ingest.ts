/**
 * `articles`: turns a batch of one source's items into articles: normalises them, decides each (same article, reprint,
 * story), stores them and announces them to the lists they change. Items are marked as seen only after that, so that
 * after a crash at any point they come again until they are stored.
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
    // Its source was removed while the batch waited: no list wants its items any more.
    if (!source) return { skipped: items.length, why: `source ${sourceId} is no longer in the catalogue` }

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
    const confirmReplicated = context.beginReplicated()
    await context.yieldToLists()
    // Looked up here rather than by the crawl: an earlier batch may have brought the article that this one edits.
    const seenBefore = (await sources.lookUpSeen(sourceId, items)).map(({ seen }, index) =>
      items[index]?.isLost ? null : seen,
    )
    const outcomes = await placeArticles(
      items.map(({ item, place }, index) => ({
        item,
        outcome: normalise(item, { ...about, place }),
        known: seenBefore[index]?.article ?? null,
      })),
      context,
    )
    const refused: Record<string, number> = {}
    const toQuarantine: Omit<RefusedItem, 'source'>[] = []
    for (const [index, outcome] of outcomes.entries()) {
      if (!('kind' in outcome)) continue
      refused[outcome.reason] = (refused[outcome.reason] ?? 0) + 1
      // Items of every feed grow too old; any other reason is worth a note on the job.
      const item = items[index]?.item
      if (outcome.reason === 'too-old' || !item) continue
      toQuarantine.push(refusedItem(item, outcome, fetchedAt))
      await context.job.note(`refused ${show(item)}: ${outcome.detail}`)
    }
    await sources.quarantine.refuse(sourceId, toQuarantine)

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
      // Edits, other sources' copies and guessed dates say nothing about how late we were.
      const isNew = !seenBefore[index] && 'decision' in outcome && outcome.decision.kind !== 'same'
      if (isNew && trustsDates && items[index]?.item.published)
        context.ingested?.(arrived - outcome.article.publishedAt)
    }
    // Items marked as seen never come again: the articles must have reached the replicas before, or the loss of the
    // master would lose them for good.
    await confirmReplicated()
    await sources.markSeen(
      sourceId,
      crawl,
      items.map(({ key, also, fingerprint }, index) => {
        const outcome = outcomes[index]
        const before = seenBefore[index]
        const article = outcome && 'article' in outcome ? findArticleId(outcome) : (before?.article ?? null)
        return { key, also, fingerprint, article, before: before ?? null }
      }),
    )
    const { added, updated, merged, unchanged } = ingested
    log.info(
      { source: sourceId, crawl: crawl.id, items: items.length, added, updated, merged, unchanged, refused },
      'articles ingested',
    )
    return { added, updated, merged, unchanged, refused, related }
  },
})

interface Placed {
  readonly article: Article
  readonly decision: Decision
}

/** The id of the article that an item belongs to from now on. */
const findArticleId = ({ article, decision }: Placed): ArticleId =>
  decision.kind === 'same' ? decision.as : article.id

interface IngestOutcome {
  readonly item: FeedItem
  readonly outcome: Article | Refused
  /** The article that the item became when it came before. */
  readonly known: ArticleId | null
}

/**
 * Whether an item was merged into the article of another page: both pages have the same address once doubtful
 * parameters are removed (src/articles/parameters), which is how the id was made at the time, and now the parameters
 * tell them apart.
 * @param stored the article into which the item was merged
 * @param rivals number of items in the batch with other addresses that were merged into it as well
 */
const isOfAnotherPage = (stored: StoredArticle, { id, url, title }: Article, rivals: number): boolean => {
  const bare = bareId(url)
  if (bare === null || stored.id === id || stored.title === title) return false
  const shown = articleId(stored.url)
  if (shown === id || (bareId(stored.url) ?? shown) !== bare) return false
  // An article under the bare address belongs to no page yet: with a single item, it is what that item was before an
  // edit.
  return shown !== bare || rivals > 0
}

/** Items that were merged into the article of another page: from now on they are articles of their own. */
const findSeparated = (
  outcomes: readonly IngestOutcome[],
  stored: readonly (StoredArticle | undefined)[],
): boolean[] => {
  const claims = new Map<ArticleId, Set<ArticleId>>()
  for (const [index, { outcome, known }] of outcomes.entries()) {
    const held = stored[index]
    if (known !== null && held && !('kind' in outcome))
      claims.set(held.id, (claims.get(held.id) ?? new Set()).add(outcome.id))
  }
  return outcomes.map(({ outcome, known }, index) => {
    const held = stored[index]
    if (known === null || !held || 'kind' in outcome) return false
    return isOfAnotherPage(held, outcome, (claims.get(held.id)?.size ?? 1) - 1)
  })
}

type Reading = Pick<JobContext['archive'], 'resolve' | 'articles'>

const readStored = async (archive: Reading, ids: readonly ArticleId[]): Promise<(StoredArticle | undefined)[]> => {
  const held = await archive.resolve(ids)
  const stored = new Map(
    (await archive.articles(held.filter(id => id !== null))).flatMap(each => (each ? [[each.id, each] as const] : [])),
  )
  return held.map(id => stored.get(id ?? NO_ARTICLE))
}

/**
 * The same article as it was stored before its parameters were known to matter, or by a version that removed all
 * parameters.
 */
const readStoredBare = async (
  archive: Reading,
  outcomes: readonly (Article | Refused | null)[],
): Promise<(StoredArticle | undefined)[]> => {
  const bare = outcomes.map(outcome => (outcome === null || 'kind' in outcome ? null : bareId(outcome.url)))
  if (bare.every(id => id === null)) return []
  const found = await readStored(
    archive,
    bare.map(id => id ?? NO_ARTICLE),
  )
  return found.map((stored, index) => {
    const outcome = outcomes[index]
    const isIts = stored && outcome && !('kind' in outcome) && stored.title === outcome.title
    return isIts && articleId(stored.url) === bare[index] ? stored : undefined
  })
}

/**
 * The stored article of each item, and the article it is known as: null where it had been merged into another page's.
 */
const findStanding = async (archive: Reading, outcomes: readonly IngestOutcome[]) => {
  const idOf = (outcome: Article | Refused) => ('kind' in outcome ? NO_ARTICLE : outcome.id)
  const first = await readStored(
    archive,
    outcomes.map(({ outcome, known }) => known ?? idOf(outcome)),
  )
  const apart = findSeparated(outcomes, first)
  const own = apart.includes(true)
    ? await readStored(
        archive,
        outcomes.map(({ outcome }, index) => (apart[index] ? idOf(outcome) : NO_ARTICLE)),
      )
    : []
  const standing = first.map((stored, index) => (apart[index] ? own[index] : stored))
  const bare = await readStoredBare(
    archive,
    outcomes.map(({ outcome }, index) => (standing[index] || apart[index] ? null : outcome)),
  )
  return outcomes.map(({ known }, index) => ({
    stored: standing[index] ?? bare[index],
    known: apart[index] ? null : known,
  }))
}

/**
 * Decides where each article belongs. One that is stored already (under its id, as the article its item was before, or
 * under another URL) keeps its id and story, even if its URL changed with its headline. Only the others are clustered
 * into stories.
 */
const placeArticles = async (
  outcomes: readonly IngestOutcome[],
  { archive, stories, now }: Pick<JobContext, 'archive' | 'stories' | 'now'>,
): Promise<(Placed | Refused)[]> => {
  const [standing, horizon] = await Promise.all([findStanding(archive, outcomes), archive.horizon()])
  const judged = outcomes.map(({ item, outcome }, index) => {
    const { stored, known = null } = standing[index] ?? {}
    if ('kind' in outcome || stored) return outcome
    // Its article has expired: an item without a date would come back as news of today.
    if (known !== null && item.published === null) return EXPIRED
    return outcome.publishedAt < horizon && isPlausible(horizon, now()) ? EVICTED : outcome
  })
  // An item marked as seen was decided completely. Any other is decided now, even if its article is stored: its batch
  // may have died half-way.
  const asked = judged.map((outcome, index) => {
    const { stored, known } = standing[index] ?? {}
    if ('kind' in outcome || (stored && known)) return []
    return [stored ? { ...outcome, id: stored.id } : outcome]
  })
  const decisions = await stories.decide(asked.flat())
  let next = 0
  return judged.map((outcome, index): Placed | Refused => {
    if ('kind' in outcome) return outcome
    const { stored } = standing[index] ?? {}
    const decision = asked[index]?.length ? decisions[next++] : undefined
    if (stored) return { article: { ...outcome, id: stored.id }, decision: existingDecision(stored, decision?.merges) }
    if (!decision) throw new Error(`no story decision for ${outcome.id}: decide() must return one for each article`)
    return { article: outcome, decision }
  })
}

const EXPIRED: Refused = { kind: 'refused', reason: 'too-old', detail: 'its article has expired' }

/** A feed may carry it for long: if it were ingested again, it would be evicted next, again and again. */
const EVICTED: Refused = {
  kind: 'refused',
  reason: 'too-old',
  detail: 'older than what is kept within articles.memory',
}

/** The id in place of one where an item became no article. */
const NO_ARTICLE = '' as ArticleId

const show = ({ title, link, id }: FeedItem): string => JSON.stringify(title ?? link ?? id)
