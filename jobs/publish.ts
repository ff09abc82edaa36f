/**
 * `publish`: lists that wait are ranked and written, or one list, or the related lists of a batch of articles. However often a list is
 * asked for, it is written once in the settling time; what is asked for while this runs is written by the same run, or by one after it.
 */

import type { JobsOptions } from 'bullmq'
import { z } from 'zod'
import type { ArticleId } from '../src/domain/article.ts'
import type { Published } from '../src/lists/publisher.ts'
import { defineJob } from './define.ts'

/** Every list that waits to be written. */
export const WAITING = 'waiting'

export const PublishData = z.object({
  /** `waiting`; or the name of a list such as `latest:world`; or `related` with the articles whose lists are meant. */
  list: z.string().min(1),
  articles: z.array(z.string().min(1)).max(1_000).optional(),
  /** For the log: the crawl whose articles asked for it. What others ask for while it waits is written by the same run. */
  crawl: z.string().optional(),
})

/** ms after which a run lets others have their turn, and goes on behind them. */
const LONGEST_RUN = 5_000
const PAUSE = 5
/** Names of lists in one line of the log. */
const MOST_TOLD = 30

export const publish = defineJob({
  queue: 'publish',
  version: 1,
  data: PublishData,
  options: {
    attempts: 5,
    backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
    removeOnComplete: { count: 200 },
    removeOnFail: { age: 86_400, count: 500 },
  },
  title: ({ list, articles }) => (articles ? `${list}: ${articles.length} articles` : list),

  async run({ list, articles, crawl }, { publisher, job, log, signal }) {
    const began = performance.now()
    /** One line, and what the dashboard shows. */
    const told = (published: readonly Published[], of: number) => {
      const changed = published.filter(each => each.changed)
      log[changed.length > 0 ? 'info' : 'debug'](
        {
          ...(crawl === undefined ? {} : { crawl }),
          ...(articles ? { list } : { lists: changed.slice(0, MOST_TOLD).map(each => each.list) }),
          ...{ changed: changed.length, of, ms: Math.round(performance.now() - began) },
        },
        'published',
      )
      return { list, changed: changed.length, of }
    }
    if (articles) return told(await publisher.publishRelated(articles as ArticleId[]), articles.length) // looked up before anything is written
    if (list !== WAITING) {
      const published = await publisher.publish(list)
      told([published], 1)
      return published
    }
    let isOver = false
    const published = await publisher.publishWaiting(() => {
      isOver = signal.aborted || performance.now() - began > LONGEST_RUN
      return isOver
    })
    const outcome = told(published, published.length)
    return isOver ? job.postpone(PAUSE) : outcome
  },
})

/** What is related to new articles goes behind the lists that changed. */
const PRIORITY = { related: 5 } as const

export const publishOptions = ({ list, articles }: { list: string; articles?: readonly string[] }): JobsOptions =>
  articles ? { priority: PRIORITY.related } : { deduplication: { id: list, keepLastIfActive: true } }
