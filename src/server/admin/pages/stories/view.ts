/** One story: its articles, its lead, and forms to merge and split it. (pure) */

import type { LeadReason } from '../../../../articles/rules/lead.ts'
import type { StoredArticle, StoredStory } from '../../../../articles/store.ts'
import { headline } from '../../components/headline.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, selectColumn, table } from '../../components/table.ts'
import { plural, when } from '../../components/time.ts'

/** A story that may be merged into this one, and the article by which it was found. */
export interface FoundStory {
  readonly story: StoredStory
  readonly article: StoredArticle
}

export interface StoryView {
  readonly story: StoredStory
  /** In order of publication, without expired ones. */
  readonly articles: readonly StoredArticle[]
  /** Why it has its lead and its time; null if an older version wrote it. */
  readonly leadership: LeadReason | null
  /** Recent merges and splits of this story. */
  readonly edits: readonly { readonly who: string; readonly what: string; readonly on: string; readonly at: number }[]
  readonly nameOf: (source: string) => string
  /** The label of a section. */
  readonly labelOf: (section: string) => string
  /** Words that were searched for stories to merge, and what was found. */
  readonly words: string
  readonly others: readonly FoundStory[]
  readonly mayAct: boolean
  readonly now: number
}

const columns = ({ story, nameOf, labelOf, mayAct, now }: StoryView): readonly HtmlColumn<StoredArticle>[] => [
  ...(mayAct
    ? [
        selectColumn<StoredArticle>({ name: 'articles', form: 'split' }, ({ id, title }) => ({
          value: id,
          label: `Select: ${title}`,
        })),
      ]
    : []),
  { title: 'Article', heads: true, cell: article => headline(article) },
  { title: 'Source', cell: ({ sources }) => sources.map(nameOf).join(', ') },
  { title: 'Section', kind: 'minor', cell: ({ section }) => labelOf(section) },
  { title: 'Published', cell: ({ publishedAt }) => when(publishedAt, now) },
  {
    title: 'Role',
    cell: ({ id, reprintOf }) =>
      id === story.lead
        ? html`<strong>lead</strong>`
        : reprintOf
          ? html`reprint of <a href="/articles/${reprintOf}">another</a>`
          : '',
  },
]

const reasons = ({ why, newsAt, whyThen, before }: LeadReason, { articles, now }: StoryView): Html => {
  const earlier = articles.find(({ id }) => id === before)
  return html`<p class="soft">Its lead: ${why}${earlier && html`, before that ${headline(earlier)}`}. Last news ${when(Date.parse(newsAt), now)}: ${whyThen}.</p>`
}

/** Finds other stories by their words, and merges those that are ticked into this one. */
const mergePart = ({ story, words, others, nameOf, now }: StoryView): Html =>
  html`<section aria-labelledby="merge-title"><h2 id="merge-title">Merge others into it</h2><form class="filters" role="search" action="/stories/${story.id}"><label>Find stories<input type="search" name="q" value="${words}" placeholder="words of a title" autocomplete="off" required></label><button>Find</button></form>${
    words === ''
      ? null
      : others.length === 0
        ? html`<p>No other story has an article with these words.</p>`
        : html`<form method="post" action="/stories/${story.id}/merge" data-in-place>${table(
            'Stories found',
            [
              selectColumn<FoundStory>({ name: 'from' }, ({ story: { id }, article }) => ({
                value: id,
                label: `Select: ${article.title}`,
              })),
              { title: 'Article', heads: true, cell: ({ article }) => headline(article) },
              { title: 'Source', cell: ({ article }) => article.sources.map(nameOf).join(', ') },
              { title: 'Published', cell: ({ article }) => when(article.publishedAt, now) },
              {
                title: 'Story',
                kind: 'number',
                cell: found =>
                  html`<a href="/stories/${found.story.id}">${plural(found.story.articles.length, 'article')}</a>`,
              },
            ],
            others,
          )}<p class="buttons"><button class="main">Merge into this story</button></p></form>`
  }</section>`

export const storyPage = (view: StoryView): Html => {
  const { story, articles, leadership, edits, labelOf, mayAct, now } = view
  const to = `/stories/${story.id}`
  return html`<p>${plural(articles.length, 'article')} of ${plural(story.sources.length, 'source')}, in ${story.sections.map(labelOf).join(', ')} · first seen ${when(story.firstSeenAt, now)}, last ${when(story.lastSeenAt, now)} · <code>${story.id}</code></p>${leadership && reasons(leadership, view)}
${table('Articles of the story', columns(view), articles)}${
  mayAct
    ? html`${
        articles.length > 1
          ? html`<form id="split" class="bulk" method="post" action="${to}/split" data-in-place aria-label="Split"><button>Split the selected off</button> <span class="soft">They get a story of their own, and are never merged back automatically.</span></form>`
          : null
      }${mergePart(view)}`
    : null
}<h2>Edits</h2>${
    edits.length === 0
      ? html`<p>None.</p>`
      : html`<ul>${edits.map(({ who, what, on, at }) => html`<li>${when(at, now)}: ${who}, ${what} ${on}</li>`)}</ul>`
  }`
}
