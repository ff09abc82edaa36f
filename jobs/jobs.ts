/** The jobs there are: one for each queue. */

import { crawl } from './crawl.ts'
import { articles } from './ingest.ts'
import { pages } from './pages.ts'
import { publish } from './publish.ts'
import { push } from './push.ts'
import { webhooks } from './webhooks.ts'

export const jobs = { crawl, articles, publish, push, pages, webhooks } as const
