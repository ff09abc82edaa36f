/** What is remembered of a source's items, and what that says of the items its feed carries now. (pure) */

import type { ArticleId } from '../../domain/article.ts'
import { type Identified, TRUSTED_SHARE, titlePart } from '../../feeds/identity.ts'

/** What is kept under each key of an item, as `fingerprint:day:article:first`. */
export interface SeenItem {
  readonly fingerprint: string
  /** Days since the epoch: when its feed was last seen to carry it. */
  readonly day: number
  /** The article it became; null where it was refused. */
  readonly article: ArticleId | null
  /** Days since the epoch: when it was first taken in; absent in what versions wrote that did not keep it. */
  readonly first?: number | undefined
}

/** The keys of an item, as a job carries them. */
export type Keyed = Pick<Identified, 'key' | 'also' | 'headlined' | 'fingerprint'>

export const parseSeenItem = (written: string | null | undefined): SeenItem | null => {
  if (!written) return null
  const [fingerprint = '', day, article, first] = written.split(':')
  // In the format of formatSeenItem, which mark-seen.lua stores.
  return {
    fingerprint,
    day: Number(day),
    article: (article || null) as ArticleId | null,
    ...(first ? { first: Number(first) } : {}),
  }
}

export const formatSeenItem = ({ fingerprint, day, article, first }: SeenItem): string =>
  `${fingerprint}:${day}:${article ?? ''}${first === undefined ? '' : `:${first}`}`

export interface ItemMatch {
  readonly seen: SeenItem | null
  /** Its id and its link were seen on two different articles: the id has wandered to another item. */
  readonly crossed: boolean
  /** Known by id alone, under another link and another headline: edited, or the id was given to another item. */
  readonly replaced: boolean
  /** Known by its link alone, under another id: a version of an article that came under the other id. */
  readonly isVersion?: boolean
}

/**
 * @param memories what is kept under `key`, then under each of `also`
 * @returns the memory of the item: where id and link disagree, the link's
 */
export const matchItem = (item: Keyed, memories: readonly (SeenItem | null)[]): ItemMatch => {
  // An id made of the headline counts only where the headline is another: then the item was edited, else it may be
  // tomorrow's.
  const usable = memories.map((memory, index) =>
    memory && item.headlined && index > 0 && titlePart(memory.fingerprint) === titlePart(item.fingerprint)
      ? null
      : memory,
  )
  const [first = null, second = null] = usable
  if (first && second && first.article !== null && second.article !== null && first.article !== second.article)
    return { seen: item.headlined ? first : second, crossed: true, replaced: false }
  const memory = first ?? second
  const byIdAlone = item.also.length > 0 && (item.headlined ? !first && second : first && !second)
  return {
    seen: memory,
    crossed: false,
    isVersion: item.also.length > 0 && Boolean(item.headlined ? first && !second : !first && second),
    replaced: Boolean(byIdAlone && memory && titlePart(memory.fingerprint) !== titlePart(item.fingerprint)),
  }
}

/**
 * Ids that stand for places in the feed, not for items: more of them than this have moved on to other items at once.
 */
const REPLACED_SHARE = 1 / 3
const MIN_CROSSED = 2
const MIN_REPLACED = 3

/**
 * Whether what was remembered speaks against a source's ids: they wander from item to item, as numbers of places in the
 * feed do.
 * @param carried items in the document
 */
export const areIdsUnstable = (recalled: readonly ItemMatch[], carried: number): boolean => {
  const crossed = recalled.filter(each => each.crossed).length
  const replaced = recalled.filter(each => each.replaced).length
  return (
    (crossed >= MIN_CROSSED && crossed > carried * TRUSTED_SHARE) ||
    (replaced >= MIN_REPLACED && replaced > carried * REPLACED_SHARE)
  )
}
