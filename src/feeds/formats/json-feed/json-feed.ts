/** JSON Feed 1.0 and 1.1. */

import type { FeedFormat } from '../../documents/format.ts'
import { refusal } from '../../documents/outcome.ts'
import { readJsonFeed } from './read.ts'

export const jsonFeed: FeedFormat = {
  name: 'json',
  detect: start => /^[{[]/.test(start),
  async read(start, { url, maxItems }) {
    try {
      const feed = await readJsonFeed(JSON.parse(start), url, maxItems)
      return feed ? { kind: 'feed', feed } : refusal('unknown-format', 'JSON, but no JSON Feed: it has no items')
    } catch (error) {
      return refusal('unreadable', `JSON that cannot be parsed: ${error instanceof Error ? error.message : error}`)
    }
  },
}
