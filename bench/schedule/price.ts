/**
 * What a poll costs our own fetcher, by its answer: 304, the same body, or a body with two new items. Bytes of both
 * directions, headers included, and CPU time of the process, all its threads included, in rounds that interleave the
 * answers. What a poll costs besides, whatever the answer (the queue, the turn at the domain, the state in Redis), is
 * measured in a daemon and added. Ingesting the new articles is left out: it comes with the news, not with the poll.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { bodyHash, createFetcher, type FetchRequest } from '../../src/http-client/fetch.ts'
import { readNewItems } from '../../src/sources/items/read-new-items.ts'
import { NOT_MODIFIED_COST } from '../../src/sources/schedule/learn.ts'
import { seeded } from '../../src/util/seeded-random.ts'
import { measurePolls } from './poll-cost.ts'

/** Items of the feeds; new ones among them in an answer with news. */
const SIZES = [10, 20, 40, 80]
const NEW = 2
const IN_A_ROW = 20

const ANSWERS = ['304', 'same body', 'new body'] as const
type Answer = (typeof ANSWERS)[number]

const WORDS = readFileSync(new URL('../../src/languages/tables/words/en.txt', import.meta.url), 'utf8')
  .split('\n')
  .slice(0, 3_000)

/** Words at random: repeated sentences would compress better than any news. */
const someWords = (random: () => number, count: number): string =>
  Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ')

/** Items with a title of 9 words and a text of 120, most of a publisher's excerpt feed. */
const anItem = (number: number): string => {
  const random = seeded(number)
  const link = `https://news.example.com/2026/05/${number}/`
  return `<item><title>${someWords(random, 9)}</title><link>${link}?utm_source=rss</link><guid isPermaLink="false">${link}</guid><pubDate>Mon, 04 May 2026 ${String(number % 24).padStart(2, '0')}:30:00 +0000</pubDate><category>Politics</category><description><![CDATA[<p>${someWords(random, 120)}</p>]]></description><media:content url="https://news.example.com/pictures/${number}.jpg" medium="image" width="1200" height="800"/></item>`
}

/** A feed of so many items, the newest of a number. */
const aFeed = (newest: number, items: number): string =>
  `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>News</title><link>https://news.example.com/</link><description>All</description>${Array.from({ length: items }, (_, index) => anItem(newest - index)).join('\n')}</channel></rss>`

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

interface Cost {
  readonly cpu: number
  readonly bytes: number
}

/** Of a poll answered 304, beside one answered with a new body. */
interface Share {
  readonly cpu: number
  readonly bytes: number
}

/** @returns lines to print */
export const measurePrice = async (rounds: number): Promise<string[]> => {
  const settings = CrawlSettings.parse({ allow: ['127.0.0.0/8'] })
  const fetcher = createFetcher(() => settings)
  const server = fork(new URL('./price-server.ts', import.meta.url))
  const signal = new AbortController().signal
  try {
    server.send(Object.fromEntries(SIZES.map(items => [`/${items}`, aFeed(1_000, items)])))
    const [port] = await once(server, 'message')
    const url = `http://127.0.0.1:${port}`
    const bytesSoFar = async (): Promise<number> => {
      const read = await fetcher.fetchText(`${url}/bytes`, 100, signal)
      if ('kind' in read) throw new Error(`${read.reason}: ${read.detail}`)
      return Number(read.text)
    }
    /** What asking for the bytes takes itself. */
    const [first, second] = [await bytesSoFar(), await bytesSoFar()]
    const overhead = second - first

    const poll = async (items: number, answer: Answer, known: ReadonlySet<string>, hash: string): Promise<void> => {
      const validators = { etag: '"unchanged"', lastModified: null, bodyHash: answer === 'same body' ? hash : null }
      const request: FetchRequest = { url: `${url}/${items}`, validators, isConditional: answer === '304', signal }
      const fetched = await fetcher.fetchFeed(request)
      const got = fetched.kind === 'unchanged' ? fetched.by : fetched.kind
      if (got !== { '304': 'status', 'same body': 'body', 'new body': 'changed' }[answer])
        throw new Error(`${answer}: ${JSON.stringify(fetched).slice(0, 500)}`)
      if (fetched.kind !== 'changed') return
      const read = await readNewItems(fetched.body, { known, contentType: fetched.contentType, url: fetched.url })
      if (read.kind !== 'feed' || read.feed.items.length !== NEW) throw new Error(`not ${NEW} new items`)
    }

    /** Of a whole poll, what the fetcher does not take: the same whatever the answer. */
    const whole = median((await measurePolls(`${url}/${SIZES[0]}`, rounds)).slice(Math.ceil(rounds / 4)))
    const lines = [`a whole poll answered 304: ${whole.toFixed(2)} ms of CPU`]
    const shares: Share[] = []
    for (const items of SIZES) {
      const body = new TextEncoder().encode(aFeed(1_000, items))
      const before = await readNewItems(new TextEncoder().encode(aFeed(1_000 - NEW, items - NEW)), { known: new Set() })
      const known = new Set(before.kind === 'feed' ? before.itemHashes : [])
      const hash = bodyHash(body)
      const costs: Record<Answer, Cost[]> = { '304': [], 'same body': [], 'new body': [] }
      for (let round = 0; round < rounds; round += 1) {
        for (const answer of ANSWERS) {
          const bytes = await bytesSoFar()
          const since = process.cpuUsage()
          for (let time = 0; time < IN_A_ROW; time += 1) await poll(items, answer, known, hash)
          const { user, system } = process.cpuUsage(since)
          const took = (await bytesSoFar()) - bytes - overhead
          // The first rounds compile.
          if (round >= rounds / 4)
            costs[answer].push({ cpu: (user + system) / 1_000 / IN_A_ROW, bytes: took / IN_A_ROW })
        }
      }
      const of = (answer: Answer, what: keyof Cost) => median(costs[answer].map(each => each[what]))
      const wholeOf = (answer: Answer) => whole - of('304', 'cpu') + of(answer, 'cpu')
      const share = { bytes: of('304', 'bytes') / of('new body', 'bytes'), cpu: whole / wholeOf('new body') }
      shares.push(share)
      lines.push(
        `feed of ${items} items, ${(body.length / 1_024).toFixed(0)} KB; bytes and ms of CPU in the fetcher: ${ANSWERS.map(answer => `${answer} ${of(answer, 'bytes').toFixed(0)} and ${of(answer, 'cpu').toFixed(2)}`).join(', ')}`,
        `  a 304 beside a new body: ${share.bytes.toFixed(3)} of the bytes, ${share.cpu.toFixed(2)} of the CPU of a whole poll; the same body: ${(wholeOf('same body') / wholeOf('new body')).toFixed(2)} of the CPU`,
      )
    }
    const mean = (what: keyof Share) => shares.reduce((sum, each) => sum + each[what], 0) / shares.length
    lines.push(
      `all sizes: ${mean('bytes').toFixed(2)} of the bytes, ${mean('cpu').toFixed(2)} of the CPU, mean ${((mean('bytes') + mean('cpu')) / 2).toFixed(2)}; the rule takes ${NOT_MODIFIED_COST}`,
    )
    return lines
  } finally {
    await fetcher.close()
    server.kill()
  }
}
