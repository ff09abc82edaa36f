/**
 * Processes a verified hub delivery like a crawl: reads it, identifies its items and queues the new ones, before the
 * hub is answered. A body that cannot be read, such as an empty ping, becomes a crawl. There is no queue for
 * deliveries: reading the body at once is cheaper than storing it in Redis.
 */

import { contentSettings } from '../src/feeds/content/build-content.ts'
import { readFeed } from '../src/feeds/read.ts'
import type { Subscription } from '../src/websub/subscription.ts'
import type { JobContext } from './context.ts'
import { detectNewItems } from './detect-new.ts'

export interface Delivered {
  readonly subscription: Subscription
  readonly body: Uint8Array
  readonly contentType: string | null
}

export type DeliverContext = Pick<JobContext, 'sources' | 'urls' | 'settings' | 'addArticles' | 'push' | 'now'> & {
  readonly addCrawl: (sourceId: Subscription['source']) => Promise<void>
}

/** @returns number of items queued; null where a crawl was queued instead */
export const deliver = async (
  { subscription, body, contentType }: Delivered,
  { sources, urls, settings, addArticles, push, now, addCrawl }: DeliverContext,
): Promise<number | null> => {
  const started = now()
  const source = await sources.find(subscription.source)
  // Just removed: the unsubscription at its hub is under way.
  if (!source?.enabled) return 0
  const { crawl, articles } = settings()
  const content = contentSettings(source, articles)
  const read =
    body.length === 0
      ? null
      : await readFeed(body, {
          ...{ contentType, url: subscription.topic, maxItems: crawl.maxItems },
          withContent: content.keep !== 'off',
        })
  if (read?.kind !== 'feed') {
    await addCrawl(source.id)
    await push.delivered(subscription)
    return null
  }
  const { feed } = read
  const { batches, newItems, edited, learn } = await detectNewItems(
    source,
    await sources.state(source.id),
    // A part of a feed, often a single item, is too little to judge the ids and dates of the source by.
    { feed, carried: Number.POSITIVE_INFINITY, bodyHash: 'push' },
    { sources, urls, most: crawl.batch, content, now },
  )
  await learn()
  await addArticles(batches)
  await push.delivered(subscription)
  await sources.record(source.id, {
    at: started,
    outcome: 'push',
    status: 0,
    ms: now() - started,
    bytes: body.length,
    items: newItems,
    reason: '',
  })
  return newItems + edited
}
