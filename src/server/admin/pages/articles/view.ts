/** The search for articles, and one article's way from item to lists. (pure) */

import { describeTitle } from '../../../../articles/rules/titles/describe.ts'
import type { StoredArticle } from '../../../../articles/store.ts'
import { EVENT_KINDS } from '../../../../domain/counts.ts'
import type { Entry } from '../../../../domain/entry.ts'
import { EVENT_KIND_TABLE } from '../../../../domain/event-kinds.ts'
import type { Explanation, Weighed } from '../../../../domain/story-decision.ts'
import type { Override } from '../../../../lists/overrides.ts'
import type { Fetch } from '../../../../sources/state/history.ts'
import { describeDecision } from '../../../../stories/explain.ts'
import { headline, type Titled } from '../../components/headline.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, selectColumn, table } from '../../components/table.ts'
import { plural, when } from '../../components/time.ts'
import { editingForms, overridesTable, type SectionLabel } from './edit-view.ts'
import { type ArticlesQuery, PER_PAGE, pageOf } from './query.ts'

export interface ArticlesView {
  readonly query: ArticlesQuery
  readonly rows: readonly StoredArticle[]
  readonly count: number
  readonly sections: readonly SectionLabel[]
  readonly nameOf: (source: string) => string
  readonly labelOf: (section: string) => string
  readonly mayAct: boolean
  readonly now: number
}

const option = (value: string, label: string, chosen: string): Html =>
  html`<option value="${value}"${value === chosen ? html` selected` : null}>${label}</option>`

const filters = ({
  query,
  sections,
}: ArticlesView): Html => html`<form class="filters" role="search" action="/articles">
<label>Search<input type="search" name="q" value="${query.q}" placeholder="words of the title, an id or URL" autocomplete="off"></label>
<label>Source<input name="source" value="${query.source}" placeholder="source id" autocomplete="off"></label>
<label>Section<select name="section">${option('', 'All', query.section)}${sections.map(({ id, label }) => option(id, label, query.section))}</select></label>
<label>From<input type="date" name="from" value="${query.from}"></label>
<label>To<input type="date" name="to" value="${query.to}"></label>
<button>Find</button></form>`

const pager = ({ query, count }: ArticlesView): Html | null => {
  const pages = Math.ceil(count / PER_PAGE)
  const { page } = query
  return pages <= 1
    ? null
    : html`<nav class="pages" aria-label="Pages of articles">${page > 1 ? html`<a rel="prev" href="${pageOf(query, page - 1)}">Previous</a>` : null}<span>Page ${page} of ${pages}</span>${page < pages ? html`<a rel="next" href="${pageOf(query, page + 1)}">Next</a>` : null}</nav>`
}

const MERGE_FORM = 'merge'

const articleColumns = ({ nameOf, labelOf, mayAct, now }: ArticlesView): readonly HtmlColumn<StoredArticle>[] => [
  ...(mayAct
    ? [
        selectColumn<StoredArticle>({ name: 'article', form: MERGE_FORM }, ({ id, title }) => ({
          value: id,
          label: `Select: ${title}`,
        })),
      ]
    : []),
  {
    title: 'Article',
    heads: true,
    cell: article => headline(article),
  },
  { title: 'Source', cell: ({ sources: [owner = ''] }) => nameOf(owner) },
  { title: 'Section', cell: ({ section }) => labelOf(section) },
  { title: 'Published', cell: ({ publishedAt }) => when(publishedAt, now) },
  { title: 'Reads', kind: 'number', cell: ({ counts }) => counts.views },
]

export const articlesPage = (view: ArticlesView): Html => {
  const { rows, count, mayAct } = view
  return html`${filters(view)}<p>${plural(count, 'article')}, newest first</p>${
    mayAct && rows.length > 1
      ? html`<form id="${MERGE_FORM}" class="bulk" method="post" action="/stories/-/merge" data-in-place aria-label="Merge stories"><button>Merge the stories of the selected</button></form>`
      : null
  }${rows.length === 0 ? null : table('Articles', articleColumns(view), rows)}${pager(view)}`
}

/** A story that the article was compared with. */
export interface Compared extends Pick<Weighed, 'story' | 'score' | 'needed'> {
  readonly articles: readonly { readonly article: StoredArticle; readonly shared: readonly string[] }[]
}

export interface ArticleView {
  readonly article: StoredArticle
  readonly siblings: number
  readonly source: { readonly id: string; readonly name: string; readonly weight: number } | null
  /** The fetch that brought it; null if it is too long ago. */
  readonly fetch: Fetch | null
  readonly why: Explanation | null
  readonly compared: readonly Compared[]
  /** Pins and blocks in force of it and its story. */
  readonly overrides: readonly Override[]
  readonly titles: ReadonlyMap<string, Titled>
  readonly labelOf: (section: string) => string
  readonly places: readonly { readonly list: string; readonly entry: Pick<Entry, 'rank' | 'placedBy'> }[]
  readonly sections: readonly SectionLabel[]
  readonly nameOf: (source: string) => string
  readonly mayAct: boolean
  readonly now: number
}

/** One step on the way. */
const step = (title: string, body: Html): Html => html`<li><h2>${title}</h2>${body}</li>\n`

const facts = (pairs: readonly (readonly [string, Html | string | number])[]): Html =>
  html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`

const originFacts = ({ article, source, fetch, nameOf, now }: ArticleView): Html => {
  const [owner = '', ...others] = article.sources
  return facts([
    [
      'Source',
      source
        ? html`<a href="/sources?q=${source.id}">${source.name}</a>, weight ${source.weight}`
        : html`${owner}, no longer in the catalogue`,
    ],
    ['First seen', when(article.firstSeenAt, now)],
    [
      'Fetch',
      fetch
        ? html`${when(fetch.at, now)}: ${fetch.status === 0 ? fetch.outcome : `status ${fetch.status}`}, ${fetch.bytes} bytes in ${fetch.ms} ms, ${fetch.items} new`
        : 'no longer among the last thirty fetches of its source',
    ],
    ['Crawl', article.crawl ? html`<code>${article.crawl}</code> (its id in the log)` : 'unknown'],
    ...(others.length > 0 ? [['Also carried by', others.map(nameOf).join(', ')] as const] : []),
  ])
}

const normalised = ({ article, now }: ArticleView): Html => {
  const read = describeTitle(article)
  return facts([
    ['Id', html`<code>${article.id}</code>`],
    ['Address', html`<a href="${article.url}" rel="noreferrer">${article.url}</a>`],
    ['Title', article.title],
    ...(read.length > 0 ? [['Read as', html`${read.map(line => html`${line}<br>`)}`] as const] : []),
    ['Summary', article.summary === '' ? 'none' : article.summary],
    ['Author', article.author ?? 'none'],
    ['Language', article.language === '' ? 'unknown' : article.language],
    ['Published', when(article.publishedAt, now)],
    ['Last changed', when(article.updatedAt, now)],
    ['Picture', article.image ?? 'none'],
  ])
}

const section = ({ article, labelOf }: ArticleView): Html =>
  html`<p><strong>${labelOf(article.section)}</strong>${article.sections.length > 1 ? `, also ${article.sections.slice(1).map(labelOf).join(', ')}` : ''}</p>${table(
    'Evidence for its sections',
    [
      { title: 'Section', heads: true, cell: evidence => labelOf(evidence.section) },
      { title: 'By', cell: ({ from }) => from },
      { title: 'What', cell: ({ what }) => what },
      { title: 'Weight', kind: 'number', cell: ({ weight }) => Math.round(weight * 100) / 100 },
    ],
    article.evidence,
  )}`

const story = ({ article, siblings, why, compared }: ArticleView): Html =>
  html`<p><a href="/stories/${article.story}">Its story</a> has ${siblings === 1 ? 'no other article' : `${siblings} articles`}${
    article.reprintOf ? html`; it is a reprint of <a href="/articles/${article.reprintOf}">another</a>` : null
  }.</p><p>${why ? describeDecision(why) : 'It is older than the time window for clustering stories (stories.window).'}</p>${
    compared.length === 0
      ? null
      : table(
          'Stories it was compared with, as they are now',
          [
            {
              title: 'Story',
              heads: true,
              cell: each =>
                html`<a href="/stories/${each.story}">${each.story === article.story ? 'its own' : each.story}</a>`,
            },
            {
              title: 'Related by',
              kind: 'number',
              cell: ({ score, needed }) => `${score.toFixed(2)} of ${needed.toFixed(2)}`,
            },
            {
              title: 'Articles, and words in common',
              cell: ({ articles }) =>
                html`${articles.map(({ article: other, shared }) => html`${headline(other)}<br><span class="soft">${shared.length > 0 ? shared.join(', ') : 'none'}</span><br>`)}`,
            },
          ],
          compared,
        )
  }`

const listed = ({ places, article }: ArticleView): Html =>
  html`${
    places.length === 0
      ? html`<p>It is in no list.</p>`
      : html`<ul>${places.map(({ list, entry }) => html`<li>${list}, place ${entry.rank}${entry.placedBy === 'rule' ? '' : ` (${entry.placedBy})`} · <a href="/?${new URLSearchParams({ list, article: article.id }).toString()}#opened" aria-label="Why it is in ${list}">Why?</a></li>`)}</ul>`
  }`

export const articlePage = (view: ArticleView): Html => {
  const { article, siblings, sections, overrides, titles, mayAct, now } = view
  const isMoved = article.evidence.some(({ from }) => from === 'editor')
  return html`<p class="soft">${view.nameOf(article.sources[0] ?? '')} · ${when(article.publishedAt, now)}</p><ol class="way">${step('Where it came from', originFacts(view))}${step('The article', normalised(view))}${step('Its section', section(view))}${step('Its story', story(view))}${step(
    'Its readers',
    facts(EVENT_KINDS.map(kind => [EVENT_KIND_TABLE[kind].label, article.counts[EVENT_KIND_TABLE[kind].counter]])),
  )}${step('Its places in lists', listed(view))}</ol><section id="overrides"><h2>Pins and blocks</h2>${overridesTable(overrides, { titles, now, mayAct })}</section>${
    mayAct
      ? html`<h2>Change it</h2>${editingForms({
          article: { id: article.id, section: article.section, isMoved, story: article.story, siblings },
          ...{ list: null, sections, back: `/articles/${article.id}` },
        })}`
      : null
  }`
}
