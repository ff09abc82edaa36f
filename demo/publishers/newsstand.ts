/**
 * The newsstand: an HTTP server on loopback where the invented publishers serve their feeds, pages and pictures, with
 * realistic troubles.
 */

import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type DemoClock, listItems, type StandItem } from './editions.ts'
import { formatDocument } from './formats.ts'
import { createHub, type Hub } from './hub.ts'
import { escapeHtml, listen, send } from './listen.ts'
import { type DemoPublisher, PUBLISHERS } from './publishers.ts'

/** A source as it would be written in sources.yaml. */
export interface StandSource {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly site: string
  readonly section: string
  readonly language: string
  readonly weight: number
}

export interface Newsstand {
  readonly url: string
  readonly sources: readonly StandSource[]
  /** Adds an item to a publisher's feed, and notifies the hub if it has one. @returns the URL of its page */
  publish(publisherId: string, item: Pick<StandItem, 'title' | 'text' | 'category' | 'section'>): string
  /** The WebSub hub that two of the publishers offer. */
  readonly hub: Hub
  /** The current troubles, for people: which publishers fail, are slow, have moved. */
  troubles(): readonly string[]
  close(): Promise<void>
}

export interface NewsstandWanted {
  readonly port?: number
  readonly seed?: number
  /** Speed of editions relative to real time. */
  readonly speed?: number
  /** Maximum lease that the hub grants, s. */
  readonly lease?: number
  /** ms since the epoch. */
  readonly now?: () => number
}

/** At speed 60: fails for half a minute after the first half minute, moves after 40 s. */
const FAILS_FROM = 30 * 60_000
const FAILS_UNTIL = 60 * 60_000
const MOVES_AFTER = 40 * 60_000
const SLOW = 1_500
const CARRIED = 30
/** ms between two checks for a changed edition. */
const WATCH = 100

const renderPage = ({ name, language }: DemoPublisher, item: StandItem): string =>
  `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${escapeHtml(item.title)} - ${escapeHtml(name)}</title><h1>${escapeHtml(item.title)}</h1><p>${escapeHtml(item.text)}</p></html>`

const renderPicture = (id: string): string => {
  const hue = createHash('sha256').update(id).digest().readUInt16BE(0) % 360
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><rect width="320" height="180" fill="hsl(${hue} 40% 45%)"/><circle cx="${hue % 320}" cy="60" r="34" fill="hsl(${(hue + 60) % 360} 70% 75%)"/><path d="M0 140 Q 80 ${100 + (hue % 40)} 160 140 T 320 140 V 180 H 0" fill="hsl(${(hue + 200) % 360} 35% 30%)"/></svg>`
}

export const startNewsstand = async ({
  port = 0,
  seed = 1,
  speed = 60,
  lease,
  now = Date.now,
}: NewsstandWanted = {}): Promise<Newsstand> => {
  const clock: DemoClock = { seed, start: now(), speed }
  let url = ''
  const elapsed = () => (now() - clock.start) * speed
  const isFailing = ({ trouble }: DemoPublisher) =>
    trouble === 'fails' && elapsed() >= FAILS_FROM && elapsed() < FAILS_UNTIL
  const hasMoved = ({ trouble }: DemoPublisher) => trouble === 'moves' && elapsed() >= MOVES_AFTER

  const extra = new Map<string, StandItem[]>()
  const carriedBy = (publisher: DemoPublisher): StandItem[] =>
    [...(extra.get(publisher.id) ?? []), ...listItems(publisher, now(), clock)].slice(0, CARRIED)
  const documentBy = (publisher: DemoPublisher) =>
    formatDocument(publisher, `${url}/${publisher.id}`, carriedBy(publisher))
  const topicUrl = ({ id }: DemoPublisher) => `${url}/${id}/feed`
  const hub = createHub({
    url: () => `${url}/hub`,
    content: topic => {
      const publisher = PUBLISHERS.find(each => each.push && topicUrl(each) === topic)
      return publisher ? documentBy(publisher) : null
    },
    ...(lease === undefined ? {} : { lease }),
  })
  // In life, editors notify the hub; here a changed edition does.
  const editions = new Map<string, string>()
  const watch = setInterval(() => {
    for (const publisher of PUBLISHERS.filter(each => each.push)) {
      const [newest] = listItems(publisher, now(), clock)
      const edition = `${newest?.id} ${newest?.updatedAt}`
      if (editions.get(publisher.id) !== edition && editions.has(publisher.id)) hub.publish(topicUrl(publisher))
      editions.set(publisher.id, edition)
    }
  }, WATCH)
  watch.unref()

  const feed = async (
    publisher: DemoPublisher,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    if (isFailing(publisher)) return send(response, 500, 'text/plain', 'The press is broken.')
    if (publisher.trouble === 'slow') await delay(Math.min(SLOW, (SLOW * 60) / speed))
    if (hasMoved(publisher) && path === 'feed')
      return send(response, 301, 'text/plain', 'Moved.', { location: `${url}/${publisher.id}/new-feed` })
    const items = carriedBy(publisher)
    const { body, contentType } = documentBy(publisher)
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
    const latest = Math.max(0, ...items.map(item => item.updatedAt ?? item.publishedAt))
    // Whole seconds by arithmetic: setMilliseconds uses local time, and goes back an hour in the hour that is repeated
    // in autumn.
    const changedAt = new Date(Math.floor(latest / 1_000) * 1_000)
    const { validator } = publisher
    const unchanged =
      (validator === 'etag' && request.headers['if-none-match'] === etag) ||
      (validator === 'last-modified' && Date.parse(request.headers['if-modified-since'] ?? '') >= changedAt.getTime())
    const headers = {
      ...(validator === 'etag' ? { etag } : {}),
      ...(validator === 'last-modified' ? { 'last-modified': changedAt.toUTCString() } : {}),
      ...(publisher.push ? { link: `<${url}/hub>; rel="hub", <${topicUrl(publisher)}>; rel="self"` } : {}),
    }
    if (unchanged) {
      response.writeHead(304, headers).end()
      return
    }
    send(response, 200, contentType, body, headers)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://newsstand')
    const [id = '', ...rest] = pathname.split('/').filter(Boolean)
    if (id === '') return send(response, 200, 'text/html; charset=utf-8', indexPage(url))
    if (id === 'hub') return hub.answer(request, response)
    const publisher = PUBLISHERS.find(each => each.id === id)
    if (!publisher) return send(response, 404, 'text/plain', 'No such publisher.')
    const path = rest.join('/')
    if (path === 'feed' || path === 'new-feed') return feed(publisher, path, request, response)
    const picture = /^pictures\/([\w-]{1,80})\.svg$/.exec(path)?.[1]
    if (picture) return send(response, 200, 'image/svg+xml', renderPicture(picture))
    const item = carriedBy(publisher).find(each => each.path === path)
    if (item) return send(response, 200, 'text/html; charset=utf-8', renderPage(publisher, item))
    if (path === '')
      return send(
        response,
        200,
        'text/html; charset=utf-8',
        `<!doctype html><title>${escapeHtml(publisher.name)}</title><link rel="alternate" type="application/rss+xml" href="/${id}/feed"><h1>${escapeHtml(publisher.name)}</h1>`,
      )
    send(response, 404, 'text/plain', 'No such page.')
  }

  const listening = await listen(answer, port)
  url = listening.url
  return {
    url,
    sources: PUBLISHERS.map(({ id, name, section, language, weight }) => ({
      id,
      name,
      url: `${url}/${id}/feed`,
      site: `${url}/${id}/`,
      section,
      language,
      weight,
    })),
    troubles: () =>
      PUBLISHERS.flatMap(publisher => {
        if (isFailing(publisher)) return [`${publisher.name} answers 500`]
        if (hasMoved(publisher)) return [`${publisher.name} has moved`]
        return publisher.trouble === 'slow' ? [`${publisher.name} is slow`] : []
      }),
    hub,
    publish(publisherId, { title, text, category, section }) {
      const publisher = PUBLISHERS.find(({ id }) => id === publisherId)
      if (!publisher) throw new RangeError(`no publisher ${publisherId}`)
      const list = extra.get(publisherId) ?? []
      const id = `${publisherId}-extra-${list.length}`
      const path = `extra/${list.length}`
      list.unshift({ id, path, title, text, category, section, author: null, publishedAt: now(), updatedAt: null })
      extra.set(publisherId, list)
      if (publisher.push) hub.publish(topicUrl(publisher))
      return `${url}/${publisherId}/${path}`
    },
    async close() {
      clearInterval(watch)
      await hub.close()
      await listening.close()
    },
  }
}

const indexPage = (url: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Newsstand</title><h1>Newsstand</h1><ul>${PUBLISHERS.map(
    ({ id, name, format, charset, language }) =>
      `<li><a href="${url}/${id}/feed">${escapeHtml(name)}</a> (${format}, ${charset}, ${language})</li>`,
  ).join('')}</ul>`
