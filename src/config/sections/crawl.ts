import { z } from 'zod'
import { HeaderText, sizeFrom, span, Tick } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** A registrable domain such as `example.org`, or a name below one. */
const Domain = z.string().regex(/^(?!-)[a-z0-9.-]+(:\d+)?$/i, 'must be a domain, such as example.org')

/** Overrides for one domain. */
const DomainSettings = z.strictObject({
  gap: span('0ms', '1d').optional(),
  concurrency: z.int().min(1).max(50).optional(),
  robots: z.boolean().optional(),
})

/** How sources are polled and feeds fetched. YAML key: `crawl`. */
export const CrawlSettings = z
  .strictObject({
    tick: Tick.prefault('5s').describe(
      'How often the scheduler looks for due sources. Must divide a minute evenly: 1s, 5s, 10s, 30s.',
    ),
    minInterval: span('1s').prefault('2m').describe('Minimum time between two fetches of a source.'),
    maxInterval: span('1s').prefault('24h').describe('Maximum time between two fetches of a source.'),
    startInterval: span('1s')
      .prefault('15m')
      .describe(
        'Longest time between fetches of a new source while its publishing pattern is not known. It grows with a tenth of the time watched.',
      ),
    budget: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'Maximum number of scheduled fetches per hour for all sources together, distributed so that news is found as early as possible. 0: no limit.',
      ),
    maxBackoff: span('1s')
      .prefault('7d')
      .describe('Maximum backoff after failures. A failing source is retried forever.'),
    concurrency: z.int().min(1).max(500).default(20).describe('How many sources one process fetches in parallel.'),
    pageConcurrency: z
      .int()
      .min(1)
      .max(50)
      .default(2)
      .describe('How many pages of articles one process fetches in parallel, of sources that have `content: page`.'),
    hostGap: span('0ms', '1d')
      .prefault('1s')
      .describe('Minimum time between two requests to one registrable domain, across all processes.'),
    hostConcurrency: z
      .int()
      .min(1)
      .max(50)
      .default(1)
      .describe('Maximum number of parallel requests to one registrable domain, across all processes.'),
    domains: z
      .record(Domain, DomainSettings)
      .default({})
      .describe(
        'Overrides per domain: {"example.org": {"gap": "5s", "concurrency": 2, "robots": true}}. gap replaces hostGap, concurrency replaces hostConcurrency.',
      ),
    optOut: z
      .array(Domain)
      .default([])
      .describe(
        'Domains that newsdesk never fetches from, because their publishers asked not to be crawled: [example.org].',
      ),
    robots: z
      .boolean()
      .default(false)
      .describe('Whether to obey robots.txt for the path of each feed. `domains` sets it per domain.'),
    limitedBy403: z
      .array(Domain)
      .default(['reddit.com', 'youtube.com', 'feedburner.com', 'medium.com', 'github.com'])
      .describe(
        'Domains that answer 403 when they mean 429 (too many requests). For all other domains the response headers decide.',
      ),
    headersTimeout: span('100ms', '1d')
      .prefault('15s')
      .describe('Timeout for connecting, and for receiving the response headers.'),
    totalTimeout: span('100ms', '1d')
      .prefault('45s')
      .describe('Timeout for a whole fetch, including redirects and body.'),
    maxBody: sizeFrom(1_024, '1KB').prefault('10MB').describe('Maximum size of a response body after decompression.'),
    maxTransfer: sizeFrom(1_024, '1KB')
      .prefault('10MB')
      .describe('Maximum size of a response body before decompression.'),
    maxItems: z
      .int()
      .min(1)
      .max(20_000)
      .default(1_000)
      .describe('Maximum number of items read from one feed; the newest are used.'),
    maxRedirects: z.int().min(0).max(20).default(5).describe('Maximum number of redirects to follow.'),
    batch: z.int().min(1).max(500).default(50).describe('Maximum number of items in one job of the articles queue.'),
    userAgent: HeaderText.min(1)
      .default('newsdesk/0.1')
      .describe('User-Agent sent to publishers, followed by `contact`.'),
    contact: HeaderText.default('').describe(
      'URL or email address for publishers to contact you, sent in the User-Agent.',
    ),
    allow: z
      .array(z.string())
      .default([])
      .describe(
        'Private address ranges that newsdesk may fetch from, as CIDR: ["10.1.0.0/16"]. All other private addresses are refused, also after redirects.',
      ),
    ports: z
      .array(z.int().min(1).max(65_535))
      .default([])
      .describe('Ports that newsdesk may fetch from. Empty: any port.'),
  })
  .prefault({})
  .meta(LIVE)
export type CrawlSettings = z.infer<typeof CrawlSettings>
