/**
 * `publish`: lists that wait are ranked and written, or one list, or the related lists of a batch of articles. However often a list is
 * asked for, it is written once in the settling time; what is asked for while this runs is written by the same run, or by one after it.
 */

import type { JobsOptions } from 'bullmq'
import { z } from 'zod'
import type { ArticleId } from '../src/article/article.ts'
import { defineJob } from './define.ts'

/** Every list that waits to be written. */
export const WAITING = 'waiting'

export const PublishData = z.object({
  /** `waiting`; or the name of a list such as `latest:world`; or `related` with the articles whose lists are meant. */
  list: z.string().min(1),
  articles: z.array(z.string().min(1)).max(1_000).optional(),
})

/** ms after which a run lets others have their turn, and goes on behind them. */
const LONGEST_RUN = 5_000
const PAUSE = 5

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

  async run({ list, articles }, { publisher, job, signal }) {
    if (articles) {
      const published = await publisher.publishRelated(articles as ArticleId[]) // looked up before anything is written
      return { list, changed: published.filter(({ changed }) => changed).length, of: articles.length }
    }
    if (list !== WAITING) return publisher.publish(list)
    const began = performance.now()
    let isOver = false
    const published = await publisher.publishWaiting(() => {
      isOver = signal.aborted || performance.now() - began > LONGEST_RUN
      return isOver
    })
    if (isOver) return job.postpone(PAUSE)
    return { list, changed: published.filter(({ changed }) => changed).length, of: published.length }
  },
})

/** What is related to new articles goes behind the lists that changed. */
const PRIORITY = { related: 5 } as const

export const publishOptions = ({ list, articles }: { list: string; articles?: readonly string[] }): JobsOptions =>
  articles ? { priority: PRIORITY.related } : { deduplication: { id: list, keepLastIfActive: true } }
