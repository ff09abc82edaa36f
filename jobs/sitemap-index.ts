/**
 * Reads the news sitemaps that a sitemap index names, newest first, as one feed in place of the index. The index's
 * validators say nothing about them and are never stored.
 */

import type { Feed, NotAFeed } from '../src/domain/feed-item.ts'
import { newsSitemaps } from '../src/feeds/formats/sitemap/read.ts'
import { type ReadOptions, readFeed } from '../src/feeds/read.ts'
import type { PolledFeed } from '../src/sources/polling/poll.ts'
import type { PollFailure } from '../src/sources/schedule/backoff.ts'

export type SitemapsRead =
  | { readonly kind: 'feed'; readonly feed: Feed; readonly bytes: number }
  | { readonly kind: 'failed'; readonly failure: PollFailure }

/** @param index the result of reading the index */
export const readSitemaps = async (
  index: NotAFeed,
  { more }: Pick<PolledFeed, 'more'>,
  options: Pick<ReadOptions, 'maxItems'>,
): Promise<SitemapsRead> => {
  const feeds: Feed[] = []
  const failures: PollFailure[] = []
  let bytes = 0
  for (const url of newsSitemaps(index.links, true)) {
    const fetched = await more(url)
    if ('reason' in fetched) {
      failures.push(fetched)
      continue
    }
    bytes += fetched.body.length
    const read = await readFeed(fetched.body, { ...options, contentType: fetched.contentType, url: fetched.url })
    if (read.kind === 'feed') feeds.push(read.feed)
    else failures.push({ reason: 'not-a-feed', detail: `${fetched.url}: ${read.detail}` })
  }
  const [first] = feeds
  if (!first) return { kind: 'failed', failure: failures[0] ?? { reason: 'not-a-feed', detail: index.detail } }
  const notes = failures.map(({ detail }) => `a sitemap of this index is missing: ${detail}`)
  return {
    kind: 'feed',
    feed: {
      ...first,
      items: feeds.flatMap(({ items }) => items),
      warnings: [...feeds.flatMap(({ warnings }) => warnings), ...notes],
    },
    bytes,
  }
}
