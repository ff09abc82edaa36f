/** RSS 0.9x to 2.0, even without the root element. */

import { xmlFeedFormat } from '../../documents/xml-feed.ts'

export const rss = xmlFeedFormat('rss', ['rss', 'channel', 'item'])
