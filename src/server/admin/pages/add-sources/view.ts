/** Adding sources: by an address, or many from OPML; first what there is, then for good. (pure) */

import type { Source } from '../../../../domain/source.ts'
import type { Finding, OpmlPlan, Proposed } from '../../../../use-cases/add-sources.ts'
import { type Html, html } from '../../components/html.ts'
import { table } from '../../components/table.ts'
import { plural, when } from '../../components/time.ts'

type Sections = readonly { readonly id: string; readonly label: string }[]

/** What is to be confirmed, kept under a token until then. */
interface Kept {
  readonly token: string
  readonly sections: Sections
  /** ms since the epoch. */
  readonly now: number
}

const problemOf = (problem: string | null): Html | null =>
  problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`

const options = (sections: Sections, chosen: string): readonly Html[] =>
  sections.map(
    ({ id, label }) => html`<option value="${id}"${id === chosen ? html` selected` : null}>${label}</option>`,
  )

const back = html`<p><a href="/sources">Back to the sources</a></p>`

export const addPage = (typed: string, problem: string | null): Html =>
  html`${problemOf(problem)}<p>The address of a feed, or of any page of the publisher: the feeds behind it are looked for, which takes some seconds.</p>
<form class="filters" method="post" action="/sources/-/find"><label>Address<input name="url" value="${typed}" inputmode="url" autocapitalize="none" spellcheck="false" required autofocus></label><button class="main">Look for feeds</button></form>${back}`

export const foundPage = (
  { proposals }: Extract<Finding, { kind: 'found' }>,
  { token, sections, now }: Kept,
  shown: (source: Source) => string,
): Html => {
  const places = new Map(proposals.map((proposal, place) => [proposal, place]))
  const first = proposals.find(({ knownAs }) => knownAs === null)
  const tick = (each: Proposed): Html =>
    each.knownAs !== null
      ? html``
      : html`<input type="checkbox" name="pick" value="${places.get(each) ?? 0}" aria-label="Add ${each.title}"${each === first ? html` checked` : null}>`
  return html`<form method="post" action="/sources/-/add"><input type="hidden" name="token" value="${token}">${table(
    'Feeds found',
    [
      { title: 'Add', kind: 'tick', cell: tick },
      {
        title: 'Feed',
        heads: true,
        cell: each =>
          html`${each.title}<br><span class="soft">${shown(each.source)} · ${each.how}</span>${each.moved === null ? null : html`<br><strong>${each.moved}</strong>`}`,
      },
      { title: 'Format', kind: 'minor', cell: ({ format }) => format },
      { title: 'Items', kind: 'number', cell: ({ items }) => items },
      { title: 'Newest', cell: ({ newest }) => (newest === null ? '' : when(newest, now)) },
      { title: 'Rate', kind: 'minor', cell: ({ rate }) => rate },
      {
        title: 'Section',
        cell: each =>
          each.knownAs !== null
            ? html`a source already: <a href="/sources/${each.knownAs}">${each.knownAs}</a>`
            : html`<select name="section-${places.get(each) ?? 0}" aria-label="Section of ${each.title}">${options(sections, each.source.section)}</select><br><span class="soft">${each.why}</span>`,
      },
      { title: 'Id', kind: 'minor', cell: each => each.source.id },
    ],
    proposals,
  )}${first ? html`<p class="buttons"><button class="main">Add those ticked</button></p>` : html`<p>Nothing to add: all of them are sources already.</p>`}</form>${back}`
}

export const importPage = (sections: Sections, problem: string | null): Html =>
  html`${problemOf(problem)}<p>A list of feeds as readers export it. Folders whose names are sections file what is within. Feeds are not fetched first; those that cannot be read show as failing soon after. <code>newsdesk sources import</code> looks at each before it adds it.</p>
<form method="post" action="/sources/-/import" enctype="multipart/form-data">
<p><label for="file">File</label><br><input id="file" type="file" name="file" accept=".opml,.xml,text/x-opml,text/xml,application/xml"></p>
<p><label for="text">or its text</label><br><textarea id="text" name="text" spellcheck="false"></textarea></p>
<p><label for="section">Section of what no folder files</label><br><select id="section" name="section">${options(sections, 'world')}</select></p>
<p class="buttons"><button class="main">Show what it would add</button></p></form>${back}`

/** Of each kind, so many are shown; the rest is a number. */
const MOST_SHOWN = 100

export const planPage = (
  { added, left }: Extract<OpmlPlan, { kind: 'plan' }>,
  { token }: Pick<Kept, 'token'>,
  shown: (source: Source) => string,
): Html => {
  const more = (all: number) => (all > MOST_SHOWN ? html`<p class="soft">and ${all - MOST_SHOWN} more</p>` : null)
  return html`<p><strong>${plural(added.length, 'source')}</strong> to add, ${left.length} left out.</p>${
    added.length === 0
      ? null
      : html`<form method="post" action="/sources/-/add"><input type="hidden" name="token" value="${token}"><input type="hidden" name="pick" value="all"><p class="buttons"><button class="main">Add ${plural(added.length, 'source')}</button></p></form>
<h2>To add</h2>${table(
          'Sources to add',
          [
            {
              title: 'Source',
              heads: true,
              cell: source => html`${source.name}<br><span class="soft">${shown(source)}</span>`,
            },
            { title: 'Section', cell: ({ section }) => section },
            { title: 'Language', kind: 'minor', cell: ({ language }) => language ?? 'not said' },
            { title: 'Id', cell: ({ id }) => id },
          ],
          added.slice(0, MOST_SHOWN),
        )}${more(added.length)}`
  }${
    left.length === 0
      ? null
      : html`<h2>Left out</h2>${table(
          'Left out',
          [
            { title: 'Feed', heads: true, cell: ({ title }) => title },
            { title: 'Why', cell: ({ why }) => why },
          ],
          left.slice(0, MOST_SHOWN),
        )}${more(left.length)}`
  }${back}`
}
