/**
 * `publish`: one list is ranked and swapped, or the related lists of a batch of articles. However often a list is asked for while a job of
 * it waits, it is written once; asked for while one runs, once more after it.
 */

import type { JobsOptions } from 'bullmq'
import { z } from 'zod'
import type { ArticleId } from '../src/article/article.ts'
import { defineJob } from './define.ts'

export const PublishData = z.object({
  /** Name of a list such as `latest:world`; `related` with the articles whose lists are meant. */
  list: z.string().min(1),
  articles: z.array(z.string().min(1)).max(1_000).optional(),
})

export const publish = defineJob({
  queue: 'publish',
  data: PublishData,
  options: {
    attempts: 5,
    backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
    removeOnComplete: { count: 200 },
    removeOnFail: { age: 86_400, count: 500 },
  },
  title: ({ list, articles }) => (articles ? `${list}: ${articles.length} articles` : list),

  async run({ list, articles }, { publisher }) {
    if (!articles) return publisher.publish(list)
    const published = await Promise.all(articles.map(id => publisher.publish(`related:${id as ArticleId}`)))
    return { list, changed: published.filter(({ changed }) => changed).length, of: articles.length }
  },
})

/** Lists that changed go first, then what is related to new articles, then lists that are only refreshed by the clock. */
const PRIORITY = { related: 5, refresh: 10 } as const

/**
 * @param settle ms a list waits for more changes
 * @param isRefresh asked for by the clock, not because an article changed it
 */
export const publishOptions = (
  { list, articles }: { list: string; articles?: readonly string[] },
  settle: number,
  isRefresh: boolean,
): JobsOptions =>
  articles
    ? { priority: PRIORITY.related }
    : {
        deduplication: { id: list, keepLastIfActive: true },
        delay: settle,
        ...(isRefresh ? { priority: PRIORITY.refresh } : {}),
      }
