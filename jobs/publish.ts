/**
 * `publish`: ranks and writes the enqueued lists, or one list, or the related lists of a batch of articles. However
 * often a list is enqueued, it is written at most once per `lists.debounce`; lists enqueued during a run are written by
 * that run or by the next.
 */

import type { ArticleId } from '../src/domain/article.ts'
import type { Published } from '../src/lists/write-ranked.ts'
import { ENQUEUED, publishQueue } from '../src/queues/publish.ts'
import { defineJob } from './define.ts'

/** ms after which a run stops and continues behind other jobs. */
const MAX_RUN = 5_000
const PAUSE = 5
/** Names of lists in one line of the log. */
const MAX_LOGGED = 30

export const publish = defineJob(publishQueue, {
  async run({ list, articles, crawl }, { publisher, job, log, signal }) {
    const began = performance.now()
    /** Logs one line. Returns what the queue dashboard shows. */
    const report = (published: readonly Published[], of: number) => {
      const changed = published.filter(each => each.changed)
      log[changed.length > 0 ? 'info' : 'debug'](
        {
          event: 'lists.published',
          ...(crawl === undefined ? {} : { crawl }),
          ...(articles ? { list } : { lists: changed.slice(0, MAX_LOGGED).map(each => each.list) }),
          ...{ changed: changed.length, of, ms: Math.round(performance.now() - began) },
        },
        'published',
      )
      return { list, changed: changed.length, of }
    }
    // Looked up before anything is written.
    if (articles) return report(await publisher.publishRelated(articles as ArticleId[]), articles.length)
    if (list !== ENQUEUED) {
      const published = await publisher.publish(list)
      report([published], 1)
      return published
    }
    let isOver = false
    const published = await publisher.publishWaiting(() => {
      isOver = signal.aborted || performance.now() - began > MAX_RUN
      return isOver
    })
    const outcome = report(published, published.length)
    return isOver ? job.postpone(PAUSE) : outcome
  },
})
