/**
 * Pages to look at: the figures, a front page, pages of articles as the site shows them, the largest stories and what
 * is hidden, and related lists with the kind of each entry. Every event has a colour; an entry whose event already
 * stands further up on the page is marked.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry } from '../../src/domain/entry.ts'
import { type Html, html } from '../../src/server/admin/components/html.ts'
import { type Day, groupBy, type Item } from './build.ts'
import type { FigureRow } from './figures.ts'
import { FRONT, type Judgement } from './judge.ts'
import type { Outcome } from './outcome.ts'
import { makePage, makeUniquePage, type Panel } from './page.ts'
import type { Read } from './readers.ts'

/** Articles whose pages and whose related lists are shown. */
const PAGES = 8
const RELATED = 60
const HIDDEN = 40
const STYLE = `body{font:15px/1.4 system-ui,sans-serif;margin:2em auto;max-width:80em;padding:0 1em}h2{font-size:1.1em}
table{border-collapse:collapse}td,th{padding:.15em .8em;text-align:right;border-bottom:1px solid #ddd;white-space:pre-wrap;vertical-align:top}
td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(22em,1fr));gap:1em}
ol{padding-left:1.8em;margin:0}li{margin:.2em 0}small{color:#555}.tag{border-radius:3px;padding:0 .3em;font-size:.8em}
.again{outline:2px solid #b00}.junk{color:#b00}.ownStory,.sameEvent{color:#a50}.sameTopic{color:#070}`

export interface PagesWanted {
  readonly day: Day
  readonly reads: readonly Read[]
  readonly outcome: Outcome
  readonly judged: Judgement
  readonly rows: readonly FigureRow[]
}

const hueOf = (label: string): number => [...label].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 360, 7)

const document = (title: string, body: Html): string => {
  const page = html`<title>${title}</title><meta name="viewport" content="width=device-width"><style>${{ markup: STYLE }}</style>
<nav><a href="index.html">figures</a> · <a href="front.html">front page</a> · <a href="articles.html">articles</a> · <a href="stories.html">stories</a> · <a href="related.html">related</a></nav>
<h1>${title}</h1>${body}`
  return `<!doctype html><html lang="en"><meta charset="utf-8">${page.markup}</html>`
}

const table = (titles: readonly string[], rows: readonly (readonly (string | number)[])[]): Html =>
  html`<table><tr>${titles.map(title => html`<th>${title}</th>`)}</tr>
${rows.map(cells => html`<tr>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`)}</table>`

/** An event is told by number, from the one with the most headlines on. */
const createTags = ({ events, items }: Day) => {
  const sizes = groupBy(items, ({ label }) => label)
  const ordered = events.toSorted((a, b) => (sizes.get(b)?.length ?? 0) - (sizes.get(a)?.length ?? 0))
  const numbers = new Map(ordered.map((label, place) => [label, place + 1]))
  return (label: string, isAgain = false): Html => {
    const event = numbers.get(label)
    return event === undefined
      ? html`<span class="tag${isAgain && ' again'}">single</span>`
      : html`<span class="tag${isAgain && ' again'}" style="background:hsl(${hueOf(label)} 70% 85%)">event ${event}</span>`
  }
}

export const writePages = (dir: string, { day, reads, outcome, judged, rows }: PagesWanted): void => {
  const byId = new Map(day.items.map(item => [item.id, item]))
  const labelOf = (id: string): string => byId.get(id)?.label ?? id
  const tag = createTags(day)
  const write = (file: string, title: string, body: Html): void => writeFileSync(join(dir, file), document(title, body))
  const age = (at: number): string => `${((outcome.at - at) / 3_600_000).toFixed(1)} h`

  const line = ({ id, title, section, source, publishedAt, story, counts }: Entry, isAgain: boolean): Html =>
    html`<li>${tag(labelOf(id), isAgain)} ${title} <small>${section.label}, ${source.name}, ${age(Date.parse(publishedAt))} ago, ${story.articles} articles of ${story.sources}, ${counts.views} views</small></li>`
  const panels = (all: readonly Panel[], before: readonly string[] = []): Html => {
    const shown = new Set(before)
    const lineAfter = (entry: Entry): Html => line(entry, shown.size === shown.add(labelOf(entry.id)).size)
    return html`<div class="panels">${all.map(
      ({ title, entries }) => html`<section><h2>${title}</h2><ol>${entries.map(lineAfter)}</ol></section>`,
    )}</div>`
  }

  const orders = Object.entries(judged.order).map(([window, { wanted, right, inPlace, displacement }]) => [
    ...[`most-read:${window}`, wanted, right, inPlace],
    displacement.toFixed(1),
  ])
  const titleOf = (story: string): string => byId.get(outcome.stories.get(story)?.lead ?? '')?.title ?? story
  const places = judged.order.day.stories.map(({ id, reads: count, published }, place) => [
    ...[titleOf(id), count, place + 1],
    published === 0 ? 'missing' : published,
  ])
  const orderTitles = ['list', 'entries wanted', 'right', 'in place', 'places off, mean']
  write(
    'index.html',
    'A day of news, judged',
    html`${table(
      ['figure', 'value', 'goal'],
      rows.map(({ title, values, goal }) => [title, values[0] ?? '', goal]),
    )}
<h2>Lists ranked by reads beside the order computed from all reads</h2>${table(orderTitles, orders)}
<h2>most-read:day</h2>${table(['lead of the story', 'reads in the window', 'its place', 'published place'], places)}`,
  )
  const heads = FRONT.map(list => ({ title: list, entries: (outcome.lists.get(list) ?? []).slice(0, 12) }))
  write('front.html', 'Front page', panels(heads))

  const byReads = [...groupBy(reads, ({ item }) => item.id)].sort(([, a], [, b]) => b.length - a.length)
  const mostRead = byReads.flatMap(([id]) => {
    const item = byId.get(id)
    return item && outcome.articles.has(id) ? [item] : []
  })
  const articlePage = ({ id, title, label }: Item): Html => {
    const article = outcome.articles.get(id)
    return html`<article><h2>${tag(label)} ${title}</h2>${article && panels(makeUniquePage(outcome, article), [label])}<h3>As the lists are</h3>${article && panels(makePage(outcome.lists, article), [label])}</article><hr>`
  }
  write('articles.html', 'Pages of the most read articles', html`${mostRead.slice(0, PAGES).map(articlePage)}`)

  const nameOf = (label: string): string => day.items.find(item => item.label === label)?.title ?? label
  const stories = judged.largest.map(({ articles, publishers, lead, leadAge, inLastSixHours, labels }) => {
    const mix = labels.map(([label, count]) => `${count} × ${nameOf(label)}`)
    return [lead.title, articles, publishers, `${leadAge.toFixed(1)} h`, inLastSixHours, mix.slice(0, 4).join('\n')]
  })
  const hidden = judged.hidden.slice(0, HIDDEN).map(({ label, by, articles }) => [nameOf(label), articles, nameOf(by)])
  write(
    'stories.html',
    'The ten largest stories, and what is hidden',
    html`${table(['lead', 'articles', 'publishers', 'its age', 'in the last six hours', 'first headline of its events'], stories)}
<h2>Articles that stand behind another event</h2>${table(['first headline of the event', 'articles', 'behind'], hidden)}`,
  )

  // Evenly from the most read to the least.
  const step = Math.max(1, Math.floor(mostRead.length / RELATED))
  const related = mostRead
    .filter((_, place) => place % step === 0)
    .slice(0, RELATED)
    .map(({ id, title }) => {
      const entries = (outcome.lists.get(`related:${id}`) ?? []).slice(0, 5)
      const lines = entries.map(entry => {
        const kind = judged.related.kindOf(id, entry.id) ?? 'unknown'
        return html`<li>${entry.title} <small class="${kind}">${kind}</small></li>`
      })
      return html`<section><h2>${title}</h2><ol>${lines}</ol></section>`
    })
  write('related.html', 'You may also like, beside 60 articles', html`<div class="panels">${related}</div>`)
}
