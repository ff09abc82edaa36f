/**
 * An article page with its text and all its panels, from one round trip to Redis: an Express handler to copy. No story
 * stands on it twice, but for the weekly best, which it shows beside the article and below it. Titles, authors, summaries
 * and texts are plain text, so they are escaped for the page; `content.html` is HTML that newsdesk made safe to show.
 */

import express, { type Express } from 'express'
import type { Redis } from 'ioredis'
import { type ClientArticle, createClient, type Entry, type Panel } from 'newsdesk/client'

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

/** Nothing for an empty panel: one that would only say again what another says is left empty. */
const panel = (heading: string, { entries }: Panel, labelled = false): string =>
  entries.length === 0
    ? ''
    : `<section><h2>${text(heading)}</h2><ol>${entries.map(entry => line(entry, labelled)).join('')}</ol></section>`

/** The text of the article; its summary where the feed has no more. */
const body = ({ content, summary }: ClientArticle): string => {
  if (content?.html) return content.html
  const paragraphs = (content?.text ?? summary).split('\n\n')
  return paragraphs.map(paragraph => `<p>${text(paragraph).replaceAll('\n', '<br>')}</p>`).join('\n')
}

const recordings = ({ enclosures }: ClientArticle): string =>
  enclosures
    .map(({ url, type = '' }) => {
      const kind = /^(?:audio|video)(?=\/)/.exec(type)?.[0]
      return kind === undefined ? '' : `<${kind} controls preload="none" src="${text(url)}"></${kind}>`
    })
    .join('')

const readingTime = ({ content }: ClientArticle): string => (content ? ` · ${content.minutes} min read` : '')

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
    const { article, panels } = await newsdesk.page({
      article: id,
      // In order of priority. The related list comes first: it has the fewest entries to go on with.
      lists: [
        { list: `related:${id}`, limit: 5 },
        { list: 'latest', section, limit: 6 },
        { list: 'most-read:week', limit: 12 },
        { list: 'most-read:now', limit: 5 },
        { list: 'must-reads', limit: 5 },
        { list: 'most-read:week', limit: 12, repeat: true },
      ],
      content: true,
      unique: true,
      skipSame: true,
    })
    const [related, latest, week, now, mustReads, weekBelow] = panels
    if (!article) {
      response.sendStatus(404)
      return
    }
    // Not waited for: the page is not to be late for it. A session's id, or its hash, would be the visitor.
    newsdesk.events
      .report({ kind: 'view', article: id, visitor: request.ip ?? '', ua: request.get('user-agent') ?? '' })
      .catch((error: unknown) => console.error('a view was not reported', error))

    response.type('html').send(`<!doctype html>
<title>${text(article.headline)}</title>
<article><h1>${text(article.headline)}</h1><p>${text(article.author ?? article.publisher)}${readingTime(article)}</p>
${body(article)}
${recordings(article)}
<p><a href="${text(article.url)}">${article.content && !article.content.isCut ? `At ${text(article.publisher)}` : 'Read on'}</a> · ${article.views} views · ${article.comments} comments · ${article.shares} shares</p></article>
${panel(`[${section.toUpperCase()}] Latest Stories`, latest)}
${panel('Weekly Best Articles', week)}
${panel('You May Also Like', related, true)}
${panel('Popular Now', now, true)}
${panel('Must-Reads', mustReads, true)}
${panel('Weekly Best Articles', weekBelow)}`)
  })
  return app
}
