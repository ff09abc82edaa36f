/** Publishes the related lists of articles, and remembers which of them show an article. */

import type { ArticleId } from '../domain/article.ts'
import type { Store } from '../redis/store.ts'
import { chunk } from '../util/slices.ts'
import type { CandidateCache } from './candidate-cache.ts'
import type { Ranker } from './ranker.ts'
import { RELATED } from './registry.ts'
import { createRelatedBackLinks } from './related-back-links.ts'
import { listIds, type Published, type RankedList, type WriteRanked } from './write-ranked.ts'

/** Maximum number of articles whose related lists are written together. */
const MAX_AT_ONCE = 50

export interface RelatedPublisher {
  /** Finds the articles whose related lists show any of these articles. */
  relatedShowing(ids: readonly ArticleId[]): Promise<readonly ArticleId[]>
  /** Publishes the related lists of articles. @param unread those of them that are new, so nobody can have read them */
  publishRelated(ids: readonly ArticleId[], unread?: readonly ArticleId[]): Promise<readonly Published[]>
}

export interface RelatedPublisherParts extends Store {
  readonly candidateCache: Pick<CandidateCache, 'refresh'>
  readonly ranker: Pick<Ranker, 'rankRelatedTo'>
  readonly write: WriteRanked
  /** articles.retention, ms: related lists expire with articles. */
  readonly retention: () => number
  readonly now: () => number
  /** Lets lists that readers wait for go first. */
  readonly yieldToLists: () => Promise<void>
}

export const createRelatedPublisher = (parts: RelatedPublisherParts): RelatedPublisher => {
  const { redis, keys, candidateCache, ranker, write, retention, now, yieldToLists } = parts
  const backLinks = createRelatedBackLinks({ redis, keys, lives: retention })

  const publishSome = async (ids: readonly ArticleId[], unread: ReadonlySet<ArticleId>): Promise<Published[]> => {
    const asOf = await candidateCache.refresh()
    const rankings = await ranker.rankRelatedTo(ids, unread)
    const lists = ids.map((id, index): RankedList => {
      const ranking = rankings[index]
      if (!ranking) throw new Error(`no ranking for ${id}: the ranker answers once for each article`)
      return { name: `${RELATED}:${id}`, ranking }
    })
    const written = await write(lists, asOf, retention())
    const changed = ids.flatMap((id, index): [ArticleId, ArticleId[]][] => {
      const list = lists[index]
      return list && written[index]?.changed ? [[id, listIds(list.ranking)]] : []
    })
    await backLinks.note(new Map(changed), now())
    return written
  }

  return {
    relatedShowing: backLinks.showing,

    async publishRelated(ids, unread = []) {
      const published: Published[] = []
      const fresh = new Set(unread)
      for (const some of chunk(ids, MAX_AT_ONCE)) {
        await yieldToLists()
        published.push(...(await publishSome(some, fresh)))
      }
      return published
    },
  }
}
