/** One story: its articles, its lead, and forms to merge and split it. (pure) */

import type { LeadReason } from '../../../../articles/rules/lead.ts'
import type { StoredArticle, StoredStory } from '../../../../articles/store.ts'
import { headline } from '../../components/headline.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, table } from '../../components/table.ts'
import { when } from '../../components/time.ts'

export interface StoryView {
  readonly story: StoredStory
  /** In order of publication, without expired ones. */
  readonly articles: readonly StoredArticle[]
  /** Why it has its lead and its time; null if an older version wrote it. */
  readonly leadership: LeadReason | null
  /** Recent merges and splits of this story. */
  readonly edits: readonly { readonly who: string; readonly what: string; readonly on: string; readonly at: number }[]
  readonly nameOf: (source: string) => string
  readonly mayAct: boolean
  readonly now: number
}

const columns = ({ story, nameOf, mayAct, now }: StoryView): readonly HtmlColumn<StoredArticle>[] => [
  ...(mayAct
    ? [
        {
          title: 'Select',
          cell: ({ id, title }: StoredArticle) =>
            html`<input type="checkbox" name="articles" value="${id}" form="split" aria-label="Select: ${title}">`,
        },
      ]
    : []),
  { title: 'Article', heads: true, cell: article => headline(article) },
  { title: 'Source', cell: ({ sources }) => sources.map(nameOf).join(', ') },
  { title: 'Section', kind: 'minor', cell: ({ section }) => section },
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

export const storyPage = (view: StoryView): Html => {
  const { story, articles, leadership, edits, mayAct, now } = view
  const to = `/stories/${story.id}`
  return html`<p>${articles.length === 1 ? '1 article' : `${articles.length} articles`} of ${story.sources.length === 1 ? '1 source' : `${story.sources.length} sources`}, in ${story.sections.join(', ')} · first seen ${when(story.firstSeenAt, now)}, last ${when(story.lastSeenAt, now)} · <code>${story.id}</code></p>${leadership && reasons(leadership, view)}
${table('Articles of the story', columns(view), articles)}${
  mayAct
    ? html`<div class="edits">${
        articles.length > 1
          ? html`<form class="edit" id="split" method="post" action="${to}/split"><fieldset><legend>Split</legend><p class="soft">The selected articles leave it for a story of their own, and are never merged back automatically.</p><button>Split</button></fieldset></form>`
          : null
      }<form class="edit" method="post" action="${to}/merge"><fieldset><legend>Merge</legend><label>Id of another story, or of one of its articles<input name="into" maxlength="64" required autocomplete="off"></label><button>Merge into that story</button></fieldset></form></div>`
    : null
}<h2>Edits</h2>${
    edits.length === 0
      ? html`<p>None.</p>`
      : html`<ul>${edits.map(({ who, what, on, at }) => html`<li>${when(at, now)}: ${who}, ${what} ${on}</li>`)}</ul>`
  }`
}
