/** The format of Google News sitemaps. A sitemap index is refused, and the refusal lists the sitemaps it names. */

import { type FeedFormat, HEAD } from '../../documents/format.ts'
import { refusal } from '../../documents/outcome.ts'
import { isSitemap, readSitemap, sitemapsIn } from './read.ts'

export const sitemap: FeedFormat = {
  name: 'sitemap',
  detect: start => isSitemap(start.slice(0, HEAD)),
  async read(start, { url, maxItems }) {
    const sitemaps = await sitemapsIn(start, url)
    return sitemaps
      ? refusal(
          'sitemap-index',
          `an index of ${sitemaps.length} sitemaps, itself without news; the newest: ${sitemaps.slice(0, 3).join(', ')}`,
          sitemaps,
        )
      : { kind: 'feed', feed: await readSitemap(start, maxItems) }
  },
}
