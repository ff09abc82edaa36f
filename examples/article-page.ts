/**
 * An article page with all its panels, from one round trip to Redis: an Express handler to copy. Titles, authors and
 * summaries are plain text, so they are escaped for the page.
 */

import express, { type Express } from 'express'
import type { Redis } from 'ioredis'
import { createClient, type Entry } from 'newsdesk/client'

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const text = (value: string): string => value.replace(/[&<>"']/g, char => ESCAPES[char] ?? char)

const line = ({ url, title, section }: Entry, labelled: boolean): string =>
  `<li>${labelled ? `<b>${text(section.label.toUpperCase())}</b> ` : ''}<a href="${text(url)}">${text(title)}</a></li>`

const panel = (heading: string, entries: readonly Entry[] = [], labelled = false): string =>
  entries.length === 0
    ? ''
    : `<section><h2>${text(heading)}</h2><ol>${entries.map(entry => line(entry, labelled)).join('')}</ol></section>`

export const articlePages = (redis: Redis, prefix = 'newsdesk'): Express => {
  const newsdesk = createClient(redis, { prefix })
  const app = express()

  app.get('/:section/:id', async (request, response) => {
    const { section, id } = request.params
    // The URL becomes part of key names, so only valid values are accepted.
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(section) || !/^[0-9a-f]{16}$/.test(id)) {
      response.sendStatus(404)
      return
    }
    const latest = { list: 'latest', section, limit: 6 }
    const related = { list: `related:${id}`, limit: 5 }
    const { article, lists } = await newsdesk.page(
      [
        latest,
        { list: 'most-read:week', limit: 12 },
        related,
        { list: 'most-read:now', limit: 5 },
        { list: 'must-reads', limit: 5 },
      ],
      { article: id },
    )
    if (!article) {
      response.sendStatus(404)
      return
    }
    // Not waited for: the page is not to be late for it. A session's id, or its hash, would be the visitor.
    newsdesk.events
      .report({ kind: 'view', article: id, visitor: request.ip ?? '', ua: request.get('user-agent') ?? '' })
      .catch((error: unknown) => console.error('a view was not reported', error))

    response.type('html').send(`<!doctype html>
<title>${text(article.title)}</title>
<article><h1>${text(article.title)}</h1><p>${text(article.author ?? article.source)}</p><p>${text(article.summary)}</p>
<p><a href="${text(article.url)}">Read on</a> · ${article.views} views · ${article.comments} comments · ${article.shares} shares</p></article>
${panel(`[${section.toUpperCase()}] Latest Stories`, lists[`latest:${section}`])}
${panel('Weekly Best Articles', lists['most-read:week'])}
${panel('You May Also Like', lists[`related:${id}`], true)}
${panel('Popular Now', lists['most-read:now'], true)}
${panel('Must-Reads', lists['must-reads'], true)}`)
  })
  return app
}
