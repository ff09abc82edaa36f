/** Enqueues lists for publishing, and the jobs that publish them. */

import type { Ingested } from '../articles/store.ts'
import type { ArticleId } from '../domain/article.ts'
import type { Changes } from '../lists/changes.ts'
import type { PublishQueue } from '../lists/publish-queue/publish-queue.ts'
import type { Publisher } from '../lists/publisher.ts'
import { versioned } from './definition.ts'
import { ENQUEUED, publishOptions, publishQueue } from './publish.ts'
import type { Queues } from './queues.ts'

/** Enqueues lists, debounced: a burst of changes to the same list publishes it once. */
export interface Publishing {
  /**
   * Enqueues every list that an ingested batch may have changed.
   * @param crawl the crawl that ingested the batch, for the log
   * @returns the articles whose related lists it changed; the caller writes these lists, since it has the index of
   *          stories
   */
  ingested(ingested: Ingested, crawl?: string): Promise<readonly ArticleId[]>
  /** The same for a caller without the index of stories: jobs write the related lists. */
  changed(ingested: Ingested): Promise<void>
  /** @param isRefresh whether it is a periodic refresh, which comes after lists that changed */
  lists(names: readonly string[], isRefresh?: boolean): Promise<void>
}

/** Maximum number of articles whose related lists one job writes. */
const RELATED = 500

export interface PublishingParts {
  /** Knows which lists a batch changes. */
  readonly publisher: Pick<Publisher, 'affectedBy' | 'relatedShowing'>
  readonly changes: Pick<Changes, 'noteIngested'>
  readonly waiting: Pick<PublishQueue, 'enqueue'>
}

/** @param queues opened when something is enqueued, not before */
export const publishingTo = (
  queues: () => Promise<Pick<Queues, 'publish'>>,
  { publisher, changes, waiting }: PublishingParts,
): Publishing => {
  const add = async (data: readonly { list: string; articles?: readonly ArticleId[]; crawl?: string }[]) =>
    (await queues()).publish.addBulk(
      data.map(each => ({
        name: publishQueue.title(publishQueue.data.parse(each)),
        data: versioned(publishQueue, each),
        opts: publishOptions(each),
      })),
    )
  const lists = async (names: readonly string[], isRefresh: boolean, crawl?: string): Promise<void> => {
    if (names.length === 0) return
    await waiting.enqueue(names, isRefresh)
    await add([{ list: ENQUEUED, ...(crawl === undefined ? {} : { crawl }) }])
  }
  const ingested = async (what: Ingested, crawl?: string): Promise<readonly ArticleId[]> => {
    // Noted first, so that every later ranking reads the current state.
    await changes.noteIngested(what)
    await lists(publisher.affectedBy(what), false, crawl)
    // A list beside an article of the joint story may show what is of its own story now.
    const showing = await publisher.relatedShowing([...what.edited, ...what.moved])
    return [...new Set([...what.articles, ...what.moved, ...showing])]
  }
  return {
    ingested,
    async changed(what) {
      const relatedArticles = await ingested(what)
      await add(
        Array.from({ length: Math.ceil(relatedArticles.length / RELATED) }, (_, part) => ({
          list: 'related',
          articles: relatedArticles.slice(part * RELATED, (part + 1) * RELATED),
        })),
      )
    },
    lists: (names, isRefresh = false) => lists(names, isRefresh),
  }
}
