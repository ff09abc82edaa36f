/**
 * Invented publishers in a process of their own, 30 items per feed in 15 to 60 KB. Messages tell them what to serve:
 * which edition, each with two new items, and whether they answer to validators. `/<feed>` is a feed; feeds differ only
 * by their number.
 */

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { seeded } from '../../src/util/seeded-random.ts'

const ITEMS = 30
const NEW = 2
const STARTED = Date.now()
const SYLLABLES = 'ka lo mi ter van sol pre dun gar hes bri nol fem tas que ril osh und ary eld'.split(' ')

const itemOf = (feed: number, item: number): string => {
  const random = seeded(feed * 100_003 + item)
  const word = () =>
    Array.from({ length: 2 + Math.floor(random() * 2) }, () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]).join(
      '',
    )
  const words = (count: number) => Array.from({ length: count }, word).join(' ')
  const link = `https://paper-${feed}.example/news/${item}`
  const length = (15 + (feed % 46)) * 1_024
  const summary = words(Math.max(8, Math.floor(length / ITEMS / 7.5) - 45))
  // Seconds, as dates of feeds are told: what comes later is newer, so that it is seen to arrive at the head of a list.
  const at = new Date(STARTED - 7_200_000 + item * 60_000 + feed * 1_000).toUTCString()
  return `<item><title>${words(8)}</title><link>${link}</link><guid isPermaLink="true">${link}</guid><pubDate>${at}</pubDate><description>${summary}.</description></item>`
}

const documents = new Map<string, Buffer>()
const documentOf = (feed: number, edition: number): Buffer => {
  const key = `${feed} ${edition}`
  const known = documents.get(key)
  if (known) return known
  const newest = edition * NEW + ITEMS - 1
  const items = Array.from({ length: ITEMS }, (_, place) => itemOf(feed, newest - place)).join('')
  const made = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Paper ${feed}</title><link>https://paper-${feed}.example/</link>${items}</channel></rss>`,
  )
  documents.set(key, made)
  return made
}

let serves = { edition: 0, validators: true }
/** ms since the epoch at which something was last asked for. */
let askedAt = 0
const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
  askedAt = Date.now()
  const body = documentOf(Number(request.url?.slice(1)), serves.edition)
  const etag = `"${createHash('sha1').update(`${request.url} ${serves.edition}`).digest('hex')}"`
  const known = serves.validators ? { etag } : {}
  if (serves.validators && request.headers['if-none-match'] === etag) response.writeHead(304, known).end()
  else
    response
      .writeHead(200, { ...known, 'content-type': 'application/rss+xml', 'content-length': body.length })
      .end(body)
})
server.maxConnections = 10_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0 })
})
process.on(
  'message',
  (told: 'asked' | { edition: number; validators: boolean; feeds: [first: number, count: number] }) => {
    if (told === 'asked') return process.send?.({ askedAt })
    serves = told
    // Made before they are asked for: making them is not what is measured.
    documents.clear()
    for (let feed = told.feeds[0]; feed < told.feeds[0] + told.feeds[1]; feed += 1) documentOf(feed, told.edition)
    process.send?.('ready')
  },
)
process.on('disconnect', () => process.exit(0))
