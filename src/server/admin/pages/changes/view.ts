/** What changed in a list: what entered, left and moved, and when. (pure) */

import type { EntryMove } from '../../../../lists/rules/moves.ts'
import type { ListChanges, NamedMove } from '../../../../use-cases/list-changes.ts'
import { headline } from '../../components/headline.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, table } from '../../components/table.ts'
import { plural, when } from '../../components/time.ts'

export interface ChangesView {
  /** All lists that there are. */
  readonly lists: readonly string[]
  /** Times to choose from, such as `6h`. */
  readonly spans: readonly string[]
  readonly span: string
  readonly changes: ListChanges
  /** ms since the epoch. */
  readonly now: number
}

interface Row {
  readonly move: NamedMove
  /** ms since the epoch; null where it is what became of the list in all. */
  readonly at: number | null
}

/** Changes shown; the newest first. */
const MAX_CHANGES = 200

const describe = ({ from, to }: NamedMove): string =>
  from === null
    ? `entered at place ${to}`
    : to === null
      ? `left, from place ${from}`
      : `${to < from ? 'rose' : 'fell'} from ${from} to ${to}`

const columns = (now: number, hasTime: boolean): readonly HtmlColumn<Row>[] => [
  ...(hasTime ? [{ title: 'When', cell: ({ at }: Row) => when(at, now) }] : []),
  {
    title: 'Article',
    heads: true,
    cell: ({ move: { id, title, language } }) =>
      title === null ? html`<span class="soft">deleted: ${id}</span>` : headline({ id, title, language }),
  },
  { title: 'What', cell: ({ move }) => describe(move) },
]

/** Such as `3 in, 1 out, 2 moved`; empty if nothing changed. */
export const summarise = (moves: readonly EntryMove[]): string => {
  const entered = moves.filter(({ from }) => from === null).length
  const left = moves.filter(({ to }) => to === null).length
  const moved = moves.length - entered - left
  return [
    [entered, 'in'],
    [left, 'out'],
    [moved, 'moved'],
  ]
    .flatMap(([count, what]) => (count === 0 ? [] : `${count} ${what}`))
    .join(', ')
}

export const changesUrl = (list: string): string => `/changes?${new URLSearchParams({ list })}`

const option = (value: string, text: string, chosen: string): Html =>
  html`<option value="${value}"${value === chosen ? html` selected` : null}>${text}</option>`

export const changesPage = ({ lists, spans, span, changes, now }: ChangesView): Html => {
  const shown = changes.changes.slice(0, MAX_CHANGES)
  const rows = shown.flatMap(({ at, moves }) => moves.map(move => ({ move, at })))
  return html`<form class="filters" role="search" action="/changes">
<label>List<select name="list">${lists.map(name => option(name, name, changes.list))}</select></label>
<label>In the last<select name="span">${spans.map(each => option(each, each, span))}</select></label><button>Show</button></form>
${
  changes.isUnknown
    ? html`<p>Nothing is known of this list: it has not been published yet, or <code>lists.history</code> is 0.</p>`
    : changes.changes.length === 0
      ? html`<p>Nothing has changed in the last ${span}.</p>`
      : html`<h2>Now and ${span} ago</h2>${
          changes.net.length === 0
            ? html`<p>The list stands as it did then.</p>`
            : html`<p>${summarise(changes.net)}</p>${table(
                `What changed in ${span}`,
                columns(now, false),
                changes.net.map(move => ({ move, at: null })),
              )}`
        }<h2>One by one</h2><p class="soft">${plural(changes.changes.length, 'change')}${
          shown.length < changes.changes.length ? `, of which the latest ${shown.length} are shown` : ''
        }. Changes within a minute are one.</p>${table('Changes, latest first', columns(now, true), rows)}`
}`
}
