import { z } from 'zod'
import { HeaderText, sizeFrom, span, Tick } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** A registrable domain or a name under one, as in `example.org`. */
const Domain = z.string().regex(/^(?!-)[a-z0-9.-]+(:\d+)?$/i, 'must be a domain, such as example.org')

/** What differs for one domain. */
const DomainSettings = z.strictObject({
  gap: span('0ms', '1d').optional(),
  concurrency: z.int().min(1).max(50).optional(),
  robots: z.boolean().optional(),
})

/** How sources are polled and feeds fetched. YAML key: `crawl`. */
export const CrawlSettings = z
  .strictObject({
    tick: Tick.prefault('5s').describe('How often due sources are looked for. Divides a minute: 1s, 5s, 10s, 30s.'),
    minInterval: span('1s').prefault('2m').describe('Shortest time between two fetches of a source.'),
    maxInterval: span('1s').prefault('24h').describe('Longest time between two fetches of a source.'),
    startInterval: span('1s').prefault('15m').describe('Time between fetches of a source not known yet.'),
    budget: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'Most scheduled fetches an hour, all sources together; shared out so that news waits least. 0: no limit.',
      ),
    maxBackoff: span('1s').prefault('7d').describe('Longest wait after failures. A source is never given up for good.'),
    concurrency: z.int().min(1).max(500).default(20).describe('How many sources one process fetches at a time.'),
    hostGap: span('0ms', '1d')
      .prefault('1s')
      .describe('Shortest time between two requests to one registrable domain, over all replicas.'),
    hostConcurrency: z
      .int()
      .min(1)
      .max(50)
      .default(1)
      .describe('How many requests one registrable domain gets at a time, over all replicas.'),
    domains: z
      .record(Domain, DomainSettings)
      .default({})
      .describe(
        'What differs for a domain: {"example.org": {"gap": "5s", "concurrency": 2, "robots": true}}. gap is its hostGap, concurrency its hostConcurrency.',
      ),
    optOut: z
      .array(Domain)
      .default([])
      .describe(
        'Domains that are never fetched from, whatever asks for it: publishers who do not want it. [example.org]',
      ),
    robots: z
      .boolean()
      .default(false)
      .describe('Whether robots.txt is obeyed for the path of each feed. By domain: domains.'),
    limitedBy403: z
      .array(Domain)
      .default(['reddit.com', 'youtube.com', 'feedburner.com', 'medium.com', 'github.com'])
      .describe('Domains that answer 403 where they mean 429, too many requests. Others are told by their headers.'),
    headersTimeout: span('100ms', '1d')
      .prefault('15s')
      .describe('How long a server may take to connect, and to answer with headers.'),
    totalTimeout: span('100ms', '1d')
      .prefault('45s')
      .describe('How long a whole fetch may take, redirects and body included.'),
    maxBody: sizeFrom(1_024, '1KB').prefault('10MB').describe('Largest body read, counted after decompression.'),
    maxTransfer: sizeFrom(1_024, '1KB')
      .prefault('10MB')
      .describe('Largest body taken from the wire, counted before decompression.'),
    maxItems: z.int().min(1).max(20_000).default(1_000).describe('Most items read of one feed; the newest are kept.'),
    maxRedirects: z.int().min(0).max(20).default(5).describe('Most redirects followed.'),
    batch: z.int().min(1).max(500).default(50).describe('Most items in one job of the articles queue.'),
    userAgent: HeaderText.min(1).default('newsdesk/0.1').describe('Name given to publishers, before the contact URL.'),
    contact: HeaderText.default('').describe('URL or address at which a publisher reaches you; sent with the name.'),
    allow: z
      .array(z.string())
      .default([])
      .describe(
        'Private address ranges that may be fetched from, as CIDR: ["10.1.0.0/16"]. All others are refused, also behind redirects.',
      ),
    ports: z.array(z.int().min(1).max(65_535)).default([]).describe('Ports that may be fetched from; empty for any.'),
  })
  .prefault({})
  .meta(LIVE)
export type CrawlSettings = z.infer<typeof CrawlSettings>
