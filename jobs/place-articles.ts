/**
 * Decides where the articles of a batch belong: to an article that is stored already, or to a new or existing story.
 */

import { existingDecision } from '../src/articles/existing-decision.ts'
import type { StoredArticle } from '../src/articles/store.ts'
import type { Article, ArticleId, Refused } from '../src/domain/article.ts'
import { articleId, bareId } from '../src/domain/canonical-url.ts'
import type { FeedItem } from '../src/domain/feed-item.ts'
import type { Decision } from '../src/domain/story-decision.ts'
import { formatStoryId } from '../src/stories/rules/story.ts'
import { isPlausible } from '../src/util/plausible-time.ts'
import type { JobContext } from './context.ts'

const EXPIRED: Refused = { kind: 'refused', reason: 'too-old', detail: 'its article has expired' }

/** A feed may carry it for long: if it were ingested again, it would be evicted next, again and again. */
const EVICTED: Refused = {
  kind: 'refused',
  reason: 'too-old',
  detail: 'older than what is kept within articles.memory',
}

const OLDER_VERSION: Refused = {
  kind: 'refused',
  reason: 'same-address',
  detail: 'the article at its address is of a later item',
}

/** The id in place of one where an item became no article. */
const NO_ARTICLE = '' as ArticleId

/** An article, and where it belongs. */
export interface Placed {
  readonly article: Article
  readonly decision: Decision
}

/** The id of the article that an item belongs to from now on. */
export const findArticleId = ({ article, decision }: Placed): ArticleId =>
  decision.kind === 'same' ? decision.as : article.id

/** An item after normalisation. */
export interface NormalisedItem {
  readonly item: FeedItem
  readonly outcome: Article | Refused
  /** The article that the item became when it came before. */
  readonly known: ArticleId | null
  /** Whether it is known by its link alone: a version of the article that came under another id. */
  readonly isVersion?: boolean
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
  outcomes: readonly NormalisedItem[],
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

type ArticleReader = Pick<JobContext['archive'], 'resolve' | 'articles'>

const readStored = async (
  archive: ArticleReader,
  ids: readonly ArticleId[],
): Promise<(StoredArticle | undefined)[]> => {
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
  archive: ArticleReader,
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
const findStanding = async (archive: ArticleReader, outcomes: readonly NormalisedItem[]) => {
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

const isOlder = (article: Article, stored: StoredArticle): boolean => article.publishedAt < stored.publishedAt

/**
 * Decides where each article belongs. One that is stored already (under its id, as the article its item was before, or
 * under another URL) keeps its id and story, even if its URL changed with its headline. Only the others are clustered
 * into stories.
 */
export const placeArticles = async (
  outcomes: readonly NormalisedItem[],
  { archive, stories, now }: Pick<JobContext, 'archive' | 'stories' | 'now'>,
): Promise<(Placed | Refused)[]> => {
  const [standing, horizon] = await Promise.all([findStanding(archive, outcomes), archive.horizon()])
  const judged = outcomes.map(({ item, outcome, isVersion = false }, index) => {
    const { stored, known = null } = standing[index] ?? {}
    if ('kind' in outcome) return outcome
    if (stored) return isVersion && item.published !== null && isOlder(outcome, stored) ? OLDER_VERSION : outcome
    // Its article has expired: an item without a date would come back as news of today.
    if (known !== null && item.published === null) return EXPIRED
    return outcome.publishedAt < horizon && isPlausible(horizon, now()) ? EVICTED : outcome
  })
  // An item marked as seen was decided completely. Any other is decided now, even if its article is stored: its batch
  // may have died half-way.
  const asked = judged.map((outcome, index) => {
    const { stored, known } = standing[index] ?? {}
    if ('kind' in outcome || outcome.ruled?.isAlone || (stored && known)) return []
    return [stored ? { ...outcome, id: stored.id } : outcome]
  })
  const decisions = await stories.decide(asked.flat())
  let next = 0
  return judged.map((outcome, index): Placed | Refused => {
    if ('kind' in outcome) return outcome
    const { stored } = standing[index] ?? {}
    const decision = asked[index]?.length ? decisions[next++] : undefined
    if (stored) return { article: { ...outcome, id: stored.id }, decision: existingDecision(stored, decision?.merges) }
    // A story that nothing is compared with: no later article joins it.
    if (outcome.ruled?.isAlone)
      return { article: outcome, decision: { kind: 'new', story: formatStoryId(outcome.id), merges: [] } }
    if (!decision) throw new Error(`no story decision for ${outcome.id}: decide() must return one for each article`)
    return { article: outcome, decision }
  })
}
