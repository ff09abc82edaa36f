/**
 * Publishers with a known truth: every article that any of them ever carried, as it must stand in the end. They fail, stall, lie and move
 * as told.
 */

import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { TrueArticle } from './check/truth.ts'
import { wordsFrom } from './words.ts'

export type Trouble = 'error' | 'reset' | 'slow' | 'cut-off' | 'cut-short' | 'unchanged' | 'old' | 'moved'

interface Item {
  readonly url: string
  title: string
  readonly text: string
  /** ms since the epoch. */
  readonly at: number
  updatedAt: number
  readonly event: string
}

interface Paper {
  readonly id: string
  readonly items: Item[]
  /** Changes with every edition, and when a lie has ended. */
  generation: number
  trouble: Trouble | null
  /** Items of the edition before the trouble, told under new validators. */
  before: readonly Item[]
}

export interface Stand {
  readonly sources: readonly { readonly id: string; readonly url: string }[]
  /** A new article in some feed, sometimes of another's event, sometimes the same page as another's, sometimes a corrected headline. */
  publish(): void
  trouble(paper: number, trouble: Trouble): void
  well(paper: number): void
  truth(): readonly TrueArticle[]
  /** When an article came out, ms since the epoch; null for one that never did. */
  cameOut(url: string): number | null
  close(): Promise<void>
}

export interface StandWanted {
  readonly papers: number
  /** Articles a feed carries from the start. */
  readonly backlog: number
  readonly random: () => number
  readonly now: () => number
}

const SLOW = 3_000
const BACKLOG_SPAN = 6 * 3_600_000
/** An article's date lies a little back, as if it had been written before it was put in the feed, ms. */
const WRITTEN = 1_500

const wholeSecond = (at: number): number => Math.floor(at / 1_000) * 1_000

const entryOf = ({ url, title, text, at, updatedAt }: Item): string =>
  `<entry><title>${title}</title><link href="${url}"/><id>${url}</id><published>${new Date(at).toISOString()}</published><updated>${new Date(updatedAt).toISOString()}</updated><summary>${text}.</summary></entry>`

const documentOf = (id: string, items: readonly Item[]): Buffer =>
  Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>${id}</title><id>urn:${id}</id><updated>${new Date(Math.max(...items.map(({ updatedAt }) => updatedAt))).toISOString()}</updated>${items.map(entryOf).join('')}</feed>`,
  )

const TYPE = { 'content-type': 'application/atom+xml' }

const answer = async (paper: Paper, path: string, asked: string | undefined, response: ServerResponse) => {
  const { trouble } = paper
  const body = documentOf(paper.id, trouble === 'old' ? paper.before : paper.items)
  const etag = `"${createHash('sha256').update(`${paper.id} ${paper.generation}`).digest('base64url').slice(0, 16)}"`
  if (trouble === 'error') return response.writeHead(500).end('The press is broken.')
  if (trouble === 'reset') return response.socket?.resetAndDestroy()
  if (trouble === 'moved' && path === 'feed')
    return response.writeHead(301, { location: `/${paper.id}/elsewhere` }).end()
  if (trouble === 'slow') await delay(SLOW)
  if (asked === etag || (trouble === 'unchanged' && asked !== undefined))
    return response.writeHead(304, { etag: asked }).end()
  if (trouble === 'cut-off') {
    response.writeHead(200, { ...TYPE, etag, 'content-length': body.length })
    response.write(body.subarray(0, body.length / 2), () => response.destroy())
    return
  }
  // Half a document that claims to be whole.
  const sent = trouble === 'cut-short' ? body.subarray(0, body.length / 2) : body
  response.writeHead(200, { ...TYPE, etag, 'content-length': sent.length }).end(sent)
}

export const openStand = async ({ papers: count, backlog, random, now }: StandWanted): Promise<Stand> => {
  const words = wordsFrom(random)
  const papers = Array.from(
    { length: count },
    (_, n): Paper => ({ id: `paper-${n}`, items: [], generation: 0, trouble: null, before: [] }),
  )
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T // lists here are never empty
  const came = new Map<string, number>()
  let made = 0

  const make = (paper: Paper, at: number): Item => {
    made += 1
    const other = random() < 0.15 ? pick(papers).items[0] : undefined
    const event = other?.event ?? words(9)
    const item: Item = {
      url: `https://${paper.id}.example/news/${made}`,
      title: `${event.split(' ').slice(0, 5).join(' ')} ${words(3)}`,
      text: `${event} ${words(24)}`,
      ...{ at, updatedAt: at, event },
    }
    came.set(item.url, now())
    return item
  }
  const put = (paper: Paper, item: Item): void => {
    paper.items.unshift(item)
    paper.generation += 1
  }
  /** A date like now: lists know whole seconds. */
  const moment = (): number => wholeSecond(now() - WRITTEN)

  for (let n = 0; n < count * backlog; n += 1) {
    const paper = papers[n % count] as Paper // within its length
    put(paper, make(paper, wholeSecond(now() - BACKLOG_SPAN + (n / (count * backlog)) * (BACKLOG_SPAN - 60_000))))
  }

  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    const [, id, path = ''] = (request.url ?? '').split('/')
    const paper = papers.find(each => each.id === id)
    if (paper) void answer(paper, path, request.headers['if-none-match'], response)
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  return {
    // Each is a domain of its own to whoever crawls it.
    sources: papers.map(({ id }) => ({ id, url: `http://${id}.localhost:${port}/${id}/feed` })),

    publish() {
      const paper = pick(papers)
      const dice = random()
      const own = paper.items.filter(({ url }) => url.includes(`//${paper.id}.`))
      const corrected = pick(own)
      if (dice < 0.15 && corrected && !papers.some(each => each !== paper && each.items.includes(corrected))) {
        corrected.title = `${corrected.title} ${words(1)}`
        corrected.updatedAt = moment()
        paper.generation += 1
        return
      }
      const item = make(paper, moment())
      put(paper, item)
      // The same page in another's feed.
      const other = pick(papers)
      if (dice > 0.93 && other !== paper) put(other, item)
    },
    trouble(index, trouble) {
      const paper = papers[index]
      if (!paper) return
      paper.before = paper.items.slice(Math.min(3, paper.items.length - 1))
      paper.trouble = trouble
    },
    well(index) {
      const paper = papers[index]
      if (!paper) return
      // Whoever was told a lie under the last validators asks with them: they are of the past now.
      if (paper.trouble === 'old') paper.generation += 1
      paper.trouble = null
    },
    truth() {
      const all = new Map<string, { title: string; at: number; sources: string[] }>()
      for (const { id, items } of papers)
        for (const { url, title, at } of items) {
          const known = all.get(url) ?? { title, at, sources: [] }
          known.sources.push(id)
          all.set(url, known)
        }
      return [...all].map(([url, article]) => ({ url, ...article }))
    },
    cameOut: url => came.get(url) ?? null,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
