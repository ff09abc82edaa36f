/** RSS 0.9x to 2.0, also without its root. */

import { xmlFeedFormat } from '../../documents/xml-feed.ts'

export const rss = xmlFeedFormat('rss', ['rss', 'channel', 'item'])
