/**
 * `publish`: lists that wait are ranked and written, or one list, or the related lists of a batch of articles. However often a list is
 * asked for, it is written once in the settling time; what is asked for while this runs is written by the same run, or by one after it.
 */

import type { ArticleId } from '../src/domain/article.ts'
import type { Published } from '../src/lists/publisher.ts'
import { ENQUEUED, publishQueue } from '../src/queues/publish.ts'
import { defineJob } from './define.ts'

/** ms after which a run lets others have their turn, and goes on behind them. */
const LONGEST_RUN = 5_000
const PAUSE = 5
/** Names of lists in one line of the log. */
const MOST_TOLD = 30

export const publish = defineJob(publishQueue, {
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
    if (list !== ENQUEUED) {
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
