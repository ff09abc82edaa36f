/** What was found: sources, articles, stories. (pure) */

import type { StoredArticle, StoredStory } from '../../../../articles/store.ts'
import { headline, titleText } from '../../components/headline.ts'
import { type Html, html } from '../../components/html.ts'
import { plural, when } from '../../components/time.ts'
import type { Listed } from '../sources/query.ts'

export interface SearchView {
  readonly words: string
  readonly sources: readonly Listed[]
  /** How many there are in all. */
  readonly sourcesFound: number
  readonly articles: readonly StoredArticle[]
  readonly articlesFound: number
  /** Stories of several articles among those found, each with its lead. */
  readonly stories: readonly { readonly story: StoredStory; readonly lead: StoredArticle | null }[]
  readonly nameOf: (source: string) => string
  readonly labelOf: (section: string) => string
  readonly now: number
}

const part = (title: string, rows: readonly Html[], all: number, more: string | null): Html =>
  html`<section><h2>${title}</h2>${
    rows.length === 0
      ? html`<p>None.</p>`
      : html`<ul class="found">${rows.map(row => html`<li>${row}</li>`)}</ul>${more !== null && all > rows.length ? html`<p><a href="${more}">All ${all}</a></p>` : null}`
  }</section>`

export const searchPage = (view: SearchView): Html => {
  const { words, sources, sourcesFound, articles, articlesFound, stories, nameOf, labelOf, now } = view
  if (words === '') return html`<p>Type words of a title, the name of a source, an id or an address.</p>`
  const query = new URLSearchParams({ q: words }).toString()
  return html`${part(
    'Sources',
    sources.map(
      ({ source, word }) =>
        html`<a href="/sources/${source.id}">${source.name}</a> <span class="soft">${labelOf(source.section)} · <span class="state ${word}">${word}</span></span>`,
    ),
    sourcesFound,
    `/sources?${query}`,
  )}${part(
    'Stories of several articles',
    stories.map(
      ({ story, lead }) =>
        html`<a href="/stories/${story.id}">${lead ? titleText(lead) : story.id}</a> <span class="soft">${plural(story.articles.length, 'article')} of ${plural(story.sources.length, 'source')}</span>`,
    ),
    stories.length,
    null,
  )}${part(
    'Articles',
    articles.map(
      article =>
        html`${headline(article)} <span class="soft">${nameOf(article.sources[0] ?? '')} · ${labelOf(article.section)} · ${when(article.publishedAt, now)}</span>`,
    ),
    articlesFound,
    `/articles?${query}`,
  )}`
}
