/** Adding sources, one by its URL or many from OPML: first a proposal, then the confirmation. (pure) */

import type { Source } from '../../../../domain/source.ts'
import type { FeedSearch, OpmlPlan, Proposed } from '../../../../use-cases/add-sources.ts'
import { type Html, html } from '../../components/html.ts'
import { table } from '../../components/table.ts'
import { plural, when } from '../../components/time.ts'

type Sections = readonly { readonly id: string; readonly label: string }[]

/** A proposal to confirm, stored under a token until then. */
interface ShownProposal {
  readonly token: string
  readonly sections: Sections
  /** ms since the epoch. */
  readonly now: number
}

const showProblem = (problem: string | null): Html | null =>
  problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`

const options = (sections: Sections, chosen: string): readonly Html[] =>
  sections.map(
    ({ id, label }) => html`<option value="${id}"${id === chosen ? html` selected` : null}>${label}</option>`,
  )

const back = html`<p><a href="/sources">Back to the sources</a></p>`

export const addPage = (typed: string, problem: string | null): Html =>
  html`${showProblem(problem)}<p>Enter the address of a feed, or of any page of the publisher. newsdesk then searches for feeds, which takes some seconds.</p>
<form class="filters" method="post" action="/sources/-/find"><label>Address<input name="url" value="${typed}" inputmode="url" autocapitalize="none" spellcheck="false" required autofocus></label><button class="main">Look for feeds</button></form>${back}`

export const foundPage = (
  { proposals }: Extract<FeedSearch, { kind: 'found' }>,
  { token, sections, now }: ShownProposal,
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
            ? html`already a source: <a href="/sources/${each.knownAs}">${each.knownAs}</a>`
            : html`<select name="section-${places.get(each) ?? 0}" aria-label="Section of ${each.title}">${options(sections, each.source.section)}</select><br><span class="soft">${each.why}</span>`,
      },
      { title: 'Id', kind: 'minor', cell: each => each.source.id },
    ],
    proposals,
  )}${first ? html`<p class="buttons"><button class="main">Add selected feeds</button></p>` : html`<p>Nothing to add: all of them are already sources.</p>`}</form>${back}`
}

export const importPage = (sections: Sections, problem: string | null): Html =>
  html`${showProblem(problem)}<p>A list of feeds as exported by feed readers. Feeds in a folder with the name of a section are added to that section. The feeds are not checked first; those that cannot be read will soon be shown as failing. <code>newsdesk sources import</code> checks each feed before adding it.</p>
<form method="post" action="/sources/-/import" enctype="multipart/form-data">
<p><label for="file">File</label><br><input id="file" type="file" name="file" accept=".opml,.xml,text/x-opml,text/xml,application/xml"></p>
<p><label for="text">or its text</label><br><textarea id="text" name="text" spellcheck="false"></textarea></p>
<p><label for="section">Section of all other feeds</label><br><select id="section" name="section">${options(sections, 'world')}</select></p>
<p class="buttons"><button class="main">Preview</button></p></form>${back}`

/** Sources shown of each kind; the rest is a number. */
const MAX_SHOWN = 100

export const planPage = (
  { added, left }: Extract<OpmlPlan, { kind: 'plan' }>,
  { token }: Pick<ShownProposal, 'token'>,
  shown: (source: Source) => string,
): Html => {
  const more = (all: number) => (all > MAX_SHOWN ? html`<p class="soft">and ${all - MAX_SHOWN} more</p>` : null)
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
            { title: 'Language', kind: 'minor', cell: ({ language }) => language ?? 'not given' },
            { title: 'Id', cell: ({ id }) => id },
          ],
          added.slice(0, MAX_SHOWN),
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
          left.slice(0, MAX_SHOWN),
        )}${more(left.length)}`
  }${back}`
}
