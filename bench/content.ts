/**
 * What the texts of articles cost: parsing with and without them in one interleaved run, making and packing them, and
 * Redis per article by the length of its text. `npm run bench:content [-- --seconds 20]`.
 */

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { createArticleStore } from '../src/articles/redis-store.ts'
import type { Article, ArticleId, StoryId } from '../src/domain/article.ts'
import { packContent } from '../src/domain/packed-content.ts'
import type { SourceId } from '../src/domain/source.ts'
import { buildContents } from '../src/feeds/content/build-content.ts'
import { readFeed } from '../src/feeds/read.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } })
const SIZE = 20_480

/** English prose of the documentation, without its tables and marks. */
const PROSE = readdirSync('docs')
  .filter(name => name.endsWith('.md'))
  .flatMap(name => readFileSync(join('docs', name), 'utf8').split('\n\n'))
  .filter(paragraph => /^[A-Z]/.test(paragraph) && paragraph.length > 200)
  .map(paragraph => paragraph.replace(/[`*\n]+/g, ' '))

/** A text of about so many words, another for each number. */
const textOf = (number: number, words: number): string[] => {
  const paragraphs: string[] = []
  for (let count = 0, at = number * 7; count < words; at += 1) {
    const paragraph = PROSE[at % PROSE.length] ?? ''
    paragraphs.push(paragraph)
    count += paragraph.split(' ').length
  }
  return paragraphs
}

const WORDS = 500
const items = Array.from({ length: 30 }, (_, n) => {
  const markup = textOf(n, WORDS).map(paragraph => `<p>${paragraph.replaceAll('<', '&lt;')}</p>`)
  return `<item><title>Council votes ${n} on the harbour</title><link>https://news.example.com/${n}</link><guid>https://news.example.com/${n}</guid>
<dc:creator><![CDATA[Jo Reed]]></dc:creator><pubDate>Mon, 04 May 2026 12:00:00 +0000</pubDate><category><![CDATA[Politics]]></category>
<description><![CDATA[<p>${PROSE[n % PROSE.length]?.slice(0, 300)}</p>]]></description><content:encoded><![CDATA[${markup.join('\n')}]]></content:encoded></item>`
})
const feed = new TextEncoder().encode(
  `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title><link>https://news.example.com/</link>${items.join('')}</channel></rss>`,
)

const parse = async (withContent: boolean) => {
  const read = await readFeed(feed, { withContent })
  if (read.kind !== 'feed') throw new Error(read.detail)
  return read.feed.items
}
const parsed = await parse(true)
const packAll = async (keep: 'text' | 'html') => {
  for (const content of await buildContents(parsed, { keep, bytes: SIZE })) if (content) packContent(content)
}
const contestants: Readonly<Record<string, () => Promise<unknown>>> = {
  'parse without texts': () => parse(false),
  'parse with texts': () => parse(true),
  'make and pack plain texts': () => packAll('text'),
  'make and pack HTML': () => packAll('html'),
}

const times = new Map(Object.keys(contestants).map(name => [name, [] as number[]]))
const until = performance.now() + Number(values.seconds) * 1_000
for (let round = 0; performance.now() < until || round < 15; round += 1)
  for (const [name, run] of Object.entries(contestants)) {
    const started = process.cpuUsage()
    for (let again = 0; again < 10; again += 1) await run()
    const { user, system } = process.cpuUsage(started)
    // The first rounds are for the compiler.
    if (round >= 5) times.get(name)?.push((user + system) / 10)
  }
const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN
const reference = median(times.get('parse without texts') ?? [])
console.log(
  `${parsed.length} items of ${WORDS} words, ${(feed.length / 1_024).toFixed(0)} KB, ${times.get('parse with texts')?.length} rounds of 10\n`,
)
for (const [name, measured] of times) {
  const each = median(measured) / parsed.length
  console.log(
    `${name.padEnd(28)}${each.toFixed(1).padStart(8)} µs an item${(median(measured) / reference).toFixed(2).padStart(8)} of parsing without`,
  )
}

/** An article as a feed with excerpt, author and picture brings it. */
const anArticle = (n: number): Article => {
  const url = `https://news.example.com/2026/05/04/council-votes-on-the-harbour-for-the-time-${n}/`
  return {
    ...{ id: createHash('sha256').update(url).digest('hex').slice(0, 16) as ArticleId, url },
    ...{ title: `Council votes for the ${n}th time on the harbour of Port Ellin`, author: 'Jo Reed' },
    ...{ summary: PROSE[n % PROSE.length]?.slice(0, 290) ?? '', authors: [{ name: 'Jo Reed' }] },
    ...{
      image: `https://news.example.com/pictures/2026/05/${n}.jpg`,
      language: 'en',
      categories: ['Politics', 'Harbour'],
    },
    ...{
      publishedAt: 1_777_900_000_000 + n,
      firstSeenAt: 1_777_900_000_000 + n,
      section: 'world',
      sections: ['world'],
    },
    evidence: [{ section: 'world', from: 'category', what: 'Politics', weight: 0.9 }],
    sources: ['courier' as SourceId],
  }
}

const ARTICLES = 2_000
const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
const server = await resolveRedis({ dataDir: dir, durable: false, say: () => undefined })
if (!('socket' in server.address)) throw new Error('the benchmark runs a Redis of its own')
const redis = new Redis({ path: server.address.socket })
const memory = async (): Promise<number> => Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1])

/** Bytes of Redis per article whose text has so many words; 0 for none. */
const measure = async (words: number): Promise<number> => {
  await redis.flushall()
  const archive = createArticleStore({
    ...{ redis, keys: keysFor('newsdesk'), retention: () => 86_400_000, poolSize: () => 2_000 },
    ...{ findWeight: () => 1, findParent: () => undefined },
    labels: {
      findPublisher: () => 'The Courier',
      findSectionLabel: () => 'World',
      listSectionLabels: () => ({ world: 'World' }),
    },
  })
  const before = await memory()
  for (let from = 0; from < ARTICLES; from += 50) {
    const batch = Array.from({ length: 50 }, (_, n) => from + n).map(n => {
      const text = textOf(n, words).join('\n\n').slice(0, SIZE)
      return {
        article: anArticle(n),
        decision: { kind: 'new' as const, story: `s${n}` as StoryId, merges: [] },
        content: words === 0 ? null : packContent({ text, words, minutes: 3, from: 'feed' }),
      }
    })
    await archive.ingest(batch, Date.now())
  }
  return ((await memory()) - before) / ARTICLES
}
const bare = await measure(0)
console.log(`\n${'words'.padEnd(10)}${'Redis per article'.padStart(20)}${'of without'.padStart(14)}`)
console.log(`${'none'.padEnd(10)}${(bare / 1_024).toFixed(2).padStart(17)} KB`)
for (const words of [150, 300, 500, 800, 1_500]) {
  const bytes = await measure(words)
  console.log(
    `${String(words).padEnd(10)}${(bytes / 1_024).toFixed(2).padStart(17)} KB${(bytes / bare).toFixed(2).padStart(14)}`,
  )
}
redis.disconnect()
await server.stop()
rmSync(dir, { recursive: true, force: true })
