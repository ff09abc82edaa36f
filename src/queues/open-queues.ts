/** Opens the BullMQ queues. */

import { type ConnectionOptions, Queue, type Telemetry } from 'bullmq'
import type { Keys } from '../redis/keys.ts'
import { crawlQueue } from './crawl.ts'
import { articlesQueue } from './ingest.ts'
import { pagesQueue } from './pages.ts'
import { publishQueue } from './publish.ts'
import { pushQueue } from './push.ts'
import type { Queues } from './queues.ts'
import { webhooksQueue } from './webhooks.ts'

const definitions = [crawlQueue, articlesQueue, publishQueue, pushQueue, pagesQueue, webhooksQueue] as const

/**
 * @param connection a Redis connection for all of them, without automatic pipelining
 * @param telemetry passes the trace of a job on to the jobs it adds
 * @param onlyReads whether the queues are only looked at: BullMQ then writes nothing about them
 */
export const openQueues = (
  connection: ConnectionOptions,
  keys: Keys,
  telemetry?: Telemetry,
  onlyReads = false,
): Queues => {
  const open = ({ queue: name, options }: (typeof definitions)[number]) => {
    // Set as defaults, so that a job added by hand in the dashboard is kept and retried like any other.
    const queue = new Queue(name, {
      ...{ connection, prefix: keys.bull(), defaultJobOptions: options, skipMetasUpdate: onlyReads },
      ...(telemetry ? { telemetry } : {}),
    })
    // BullMQ reports only lost connections here, which the connection logs itself; without a listener they would be
    // printed.
    queue.on('error', () => undefined)
    return queue
  }
  return {
    ...{ crawl: open(crawlQueue), articles: open(articlesQueue), publish: open(publishQueue) },
    ...{ push: open(pushQueue), pages: open(pagesQueue), webhooks: open(webhooksQueue) },
  }
}
