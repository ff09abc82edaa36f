/**
 * How fast feeds are read, beside the feed parsers of npm, in one interleaved run: `npm run bench:feed [-- --seconds 20] [--items 30] [--new 2]`.
 * Every round gives every contestant the same bytes, so that whatever else the machine does falls on all alike, ten times in a row, so that each
 * mostly clears away its own garbage and not that of the one before. Times are CPU time of the process, all its threads included, so that
 * waiting for a processor is nobody's; medians are shown.
 */

import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { parseFeed as parseByRowan } from '@rowanmanning/feed-parser'
import FeedParser from 'feedparser'
import { parseFeed as parseByFeedsmith } from 'feedsmith'
import type RssParser from 'rss-parser'
import { readFeed } from '../src/feeds/read.ts'
import { bodyHash } from '../src/http-client/fetch.ts'
import { readNewItems } from '../src/sources/items/read-new-items.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    items: { type: 'string', default: '30' },
    new: { type: 'string', default: '2' },
  },
})
const itemCount = Number(values.items)
const newCount = Number(values.new)

/** An item of a news site's WordPress feed: excerpt, full text, three categories, a picture. */
const anItem = (number: number): string => `<item>
<title>Council votes ${number} to ${number + 3} on the harbour &#8211; again &amp; again</title>
<link>https://news.example.com/2026/05/harbour-vote-${number}/?utm_source=rss&amp;utm_medium=feed</link>
<dc:creator><![CDATA[Jo Reed]]></dc:creator>
<pubDate>Mon, 04 May 2026 ${String(number % 24).padStart(2, '0')}:30:00 +0000</pubDate>
<category><![CDATA[Politics]]></category><category><![CDATA[Harbour]]></category><category><![CDATA[Local]]></category>
<guid isPermaLink="false">https://news.example.com/?p=${number}</guid>
<description><![CDATA[<p>The council voted on the harbour for the ${number}th time. ${'What follows is an excerpt. '.repeat(8)}</p>]]></description>
<content:encoded><![CDATA[${'<p>The vote took place on Monday, after a debate of <em>three hours</em>, and was <a href="https://example.com/">reported</a> widely.</p>'.repeat(12)}]]></content:encoded>
<media:content url="https://news.example.com/pictures/${number}.jpg" medium="image" width="1200" height="800"/>
</item>`

const aFeed = (from: number, count: number): string => `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>News</title><link>https://news.example.com/</link><description>All of it</description><language>en</language>
${Array.from({ length: count }, (_, index) => anItem(from - index)).join('\n')}
</channel></rss>`

const text = aFeed(1_000, itemCount)
const bytes = new TextEncoder().encode(text)
const before = await readNewItems(new TextEncoder().encode(aFeed(1_000 - newCount, itemCount)), { known: new Set() })
const known = new Set(before.kind === 'feed' ? before.itemHashes : [])

/** rss-parser as it is installed: newsdesk replaces its slow snippets in the copy that it uses itself. */
const untouched = (): RssParser => {
  const require = createRequire(import.meta.url)
  for (const file of Object.keys(require.cache)) if (file.includes('/rss-parser/')) delete require.cache[file]
  const Parser = require('rss-parser') as typeof RssParser // the module's CommonJS export is the class
  return new Parser()
}
const rssParser = untouched()

const byNpmFeedparser = (): Promise<number> =>
  new Promise((resolve, reject) => {
    let count = 0
    const parser = new FeedParser({})
    parser.on('error', reject)
    parser.on('data', () => {
      count += 1
    })
    parser.on('end', () => resolve(count))
    Readable.from([text]).pipe(parser)
  })

/** Each returns how many items it read. Those that only read text are given it decoded, which is to their advantage. */
const contestants: Readonly<Record<string, () => Promise<number> | number>> = {
  'newsdesk, all': async () => {
    const read = await readFeed(bytes)
    return read.kind === 'feed' ? read.feed.items.length : 0
  },
  [`newsdesk, ${newCount} new`]: async () => {
    const read = await readNewItems(bytes, { known })
    return read.kind === 'feed' ? read.feed.items.length : 0
  },
  'newsdesk, unchanged': () => bodyHash(bytes).length,
  'rss-parser': async () => (await rssParser.parseString(text)).items.length,
  feedsmith: () => {
    const { feed } = parseByFeedsmith(text) as { feed: { items?: unknown[] } } // of its many formats this is RSS
    return feed.items?.length ?? 0
  },
  '@rowanmanning/feed-parser': () => parseByRowan(text).items.length,
  'feedparser (npm)': byNpmFeedparser,
}

/** Times a contestant reads the feed in a round. */
const IN_A_ROW = 10

const times = new Map(Object.keys(contestants).map(name => [name, [] as number[]]))
const counts = new Map<string, number>()
const until = performance.now() + Number(values.seconds) * 1_000
for (let round = 0; performance.now() < until; round += 1) {
  for (const [name, run] of Object.entries(contestants)) {
    const started = process.cpuUsage()
    for (let again = 0; again < IN_A_ROW; again += 1) counts.set(name, await run())
    const { user, system } = process.cpuUsage(started)
    // The first rounds are for the compiler.
    if (round >= 5) times.get(name)?.push((user + system) / 1_000 / IN_A_ROW)
  }
}

const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN
const reference = median(times.get('rss-parser') ?? [])
console.log(
  `${itemCount} items, ${(bytes.length / 1_024).toFixed(0)} KB, ${times.get('rss-parser')?.length} rounds of ${IN_A_ROW}\n`,
)
console.log(
  `${'reader'.padEnd(28)}${'items'.padStart(6)}${'CPU ms'.padStart(12)}${'MB/s'.padStart(9)}${'x rss-parser'.padStart(14)}`,
)
for (const [name, measured] of times) {
  const ms = median(measured)
  console.log(
    `${name.padEnd(28)}${String(name.endsWith('unchanged') ? '-' : counts.get(name)).padStart(6)}${ms.toFixed(3).padStart(12)}${(bytes.length / 1e3 / ms).toFixed(1).padStart(9)}${(reference / ms).toFixed(1).padStart(14)}`,
  )
}

/** A feed of 20,000 items in 10 MB, cut at the most that may be configured and at the default: how long it takes, and how long it holds the event loop. */
const large = new TextEncoder().encode(
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Archive</title>${Array.from(
    { length: 20_000 },
    (_, index) =>
      `<item><title>Council votes on the harbour for the ${index}th time</title><link>https://news.example.com/${index}</link><guid>https://news.example.com/${index}</guid><pubDate>Mon, 04 May 2026 12:00:00 +0000</pubDate><description>&lt;p&gt;${'What follows is an excerpt. '.repeat(9)}&lt;/p&gt;</description></item>`,
  ).join('')}</channel></rss>`,
)
console.log(`\n20,000 items, ${(large.length / 1e6).toFixed(1)} MB\n`)
console.log(
  `${'cut at'.padEnd(12)}${'items'.padStart(8)}${'CPU ms'.padStart(10)}${'longest hold, ms'.padStart(20)}${'heap, MB'.padStart(12)}`,
)
for (const maxItems of [1_000, 20_000]) {
  for (const counts of [false, true]) {
    const holds: number[] = []
    let last = process.cpuUsage()
    let heap = 0
    let reading = true
    // CPU time between two turns of the loop: what nobody else could use it for.
    const turn = () => {
      const { user, system } = process.cpuUsage(last)
      holds.push((user + system) / 1_000)
      heap = Math.max(heap, process.memoryUsage().heapUsed)
      last = process.cpuUsage()
      if (reading) setImmediate(turn)
    }
    setImmediate(turn)
    const started = process.cpuUsage()
    const read = await readFeed(large, { maxItems })
    const { user, system } = process.cpuUsage(started)
    reading = false
    // The first of each is for the compiler.
    if (counts && read.kind === 'feed')
      console.log(
        `${String(maxItems).padEnd(12)}${String(read.feed.items.length).padStart(8)}${((user + system) / 1_000).toFixed(0).padStart(10)}${Math.max(
          ...holds,
        )
          .toFixed(0)
          .padStart(20)}${(heap / 1e6).toFixed(0).padStart(12)}`,
      )
  }
}
