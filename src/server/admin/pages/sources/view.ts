/** The sources: their states, last and next fetches, and why; searched, filtered, sorted. (pure) */

import { STATES } from '../../../../use-cases/source-status.ts'
import { formatDuration } from '../../../../util/duration.ts'
import { type Html, html } from '../../components/html.ts'
import { sparkline } from '../../components/sparkline.ts'
import { type HtmlColumn, selectColumn, table, unseen } from '../../components/table.ts'
import { dueAt, plural, when } from '../../components/time.ts'
import { type Listed, type Selection, SORTS, type SourcesQuery, sourcesUrl } from './query.ts'
import { ACTION_NAMES, ACTIONS } from './selection.ts'

/** Details that are read only for the rows of a page. */
export interface SourceRow extends Listed {
  /** Home page of the publisher, or the feed. */
  readonly link: string
  readonly nextReason: string
  readonly detail: string | null
  readonly movedTo: string | null
  /** The address it leads to that is not known to be its publisher's: items from there are held. */
  readonly heldFrom: string | null
  /** New items of the last thirty days. */
  readonly daily: readonly number[]
}

export interface SourcesView {
  readonly query: SourcesQuery
  readonly selection: Omit<Selection, 'rows'> & { readonly rows: readonly SourceRow[] }
  readonly sections: readonly { readonly id: string; readonly label: string }[]
  readonly mayAct: boolean
  /** ms since the epoch. */
  readonly now: number
}

const SORT_NAMES: Readonly<Record<SourcesQuery['sort'], string>> = {
  worst: 'Worst first',
  name: 'Name',
  last: 'Last fetched',
  next: 'Next to be fetched',
  busiest: 'Most articles in a week',
}

const option = (value: string, label: string, chosen: string): Html =>
  html`<option value="${value}"${value === chosen ? html` selected` : null}>${label}</option>`

const filters = ({ query, sections }: SourcesView): Html => html`<form class="filters" role="search" action="/sources">
<label>Search<input type="search" name="q" value="${query.q}" placeholder="name, id or address" autocomplete="off"></label>
<label>Section<select name="section">${option('', 'All', query.section)}${sections.map(({ id, label }) => option(id, label, query.section))}</select></label>
<label>Sort<select name="sort">${SORTS.map(sort => option(sort, SORT_NAMES[sort], query.sort))}</select></label>
${query.state ? html`<input type="hidden" name="state" value="${query.state}">` : null}${query.reason ? html`<input type="hidden" name="reason" value="${query.reason}">` : null}
<button>Show</button></form>`

const facet = (href: string, label: string, isChosen: boolean): Html =>
  html`<li><a href="${href}"${isChosen ? html` aria-current="true"` : null}>${label}</a></li>`

const facets = ({ query, selection: { states, reasons, all } }: SourcesView): Html =>
  html`<nav aria-label="By state"><ul class="facets">${facet(sourcesUrl(query, { state: '', reason: '' }), `all ${all}`, query.state === '' && query.reason === '')}${STATES.filter(
    state => states.has(state),
  ).map(state =>
    // Choosing the active filter again removes it.
    facet(
      sourcesUrl(query, { state: query.state === state ? '' : state }),
      `${state} ${states.get(state)}`,
      query.state === state,
    ),
  )}</ul></nav>${
    reasons.length === 0
      ? null
      : html`<nav aria-label="Failures by kind"><ul class="facets">${reasons.map(([reason, count]) => facet(sourcesUrl(query, { reason: query.reason === reason ? '' : reason }), `${reason} ${count}`, query.reason === reason))}</ul></nav>`
  }`

export const stateCell = (
  {
    word,
    late,
    lastError,
    detail,
    failures,
    stalledSince,
    refusals,
  }: Pick<SourceRow, 'word' | 'late' | 'lastError' | 'detail' | 'failures' | 'stalledSince' | 'refusals'>,
  now: number,
): Html =>
  html`<span class="state ${word}">${word === 'late' ? `late by ${formatDuration(late)}` : word}</span>${
    lastError && word !== 'fresh'
      ? html`<br><span class="soft">${failures > 1 ? `${failures} times: ` : ''}${lastError.reason}${detail ? `: ${detail}` : ''}</span>`
      : word === 'stalled'
        ? html`<br><span class="soft">noticed ${when(stalledSince, now)}</span>`
        : word === 'refused' && refusals
          ? html`<br><span class="soft">${refusals.count} items: ${refusals.reason}</span>`
          : null
  }`

/** The form of the checkboxes is above the table: a form cannot contain a table whose rows have forms. */
const BULK_FORM = 'pick'

const columns = ({ now, mayAct }: Pick<SourcesView, 'now' | 'mayAct'>): readonly HtmlColumn<SourceRow>[] => [
  ...(mayAct
    ? [
        selectColumn<SourceRow>({ name: 'id', form: BULK_FORM }, ({ source: { id, name } }) => ({
          value: id,
          label: `Select ${name}`,
        })),
      ]
    : []),
  {
    title: 'Source',
    heads: true,
    cell: ({ source, link }) =>
      html`<a href="/sources/${source.id}">${source.name}</a><br><span class="soft">${source.id} · ${source.section} · ${source.language === undefined ? null : `${source.language} · `}<a href="${link}" rel="noreferrer">site</a></span>`,
  },
  { title: 'State', cell: row => stateCell(row, now) },
  { title: 'Last fetch', kind: 'minor', cell: ({ lastFetchAt }) => when(lastFetchAt, now) },
  {
    title: 'Next fetch',
    cell: ({ nextAt, nextReason, movedTo, heldFrom, source }) =>
      source.enabled
        ? html`${nextAt === null ? 'never' : dueAt(nextAt, now)}<br><span class="soft">${nextReason}</span>${movedTo ? html`<br><span class="soft">moved to ${movedTo}</span>` : null}${heldFrom ? html`<br><strong>leads to ${heldFrom}: held</strong>` : null}`
        : html`paused`,
  },
  { title: 'New a day', cell: ({ daily }) => sparkline(daily, 'new articles') },
  { title: 'In a week', kind: 'number', cell: ({ week }) => week },
  ...(mayAct
    ? [
        {
          title: unseen('Action'),
          cell: ({ source }: SourceRow) =>
            html`<div class="actions"><form method="post" action="/sources/${source.id}/crawl" data-in-place><button aria-label="Re-crawl ${source.name}">Re-crawl</button></form><form method="post" action="/sources/-/act" data-in-place><input type="hidden" name="id" value="${source.id}"><button name="do" value="${source.enabled ? 'pause' : 'resume'}" aria-label="${source.enabled ? 'Pause' : 'Resume'} ${source.name}">${source.enabled ? 'Pause' : 'Resume'}</button></form></div>`,
        },
      ]
    : []),
]

/** Actions on several sources: on the selected ones, or on all that match the filter. */
const bulk = ({ query, selection: { found, states } }: SourcesView): Html => {
  const failing = states.get('failing') ?? 0
  const { page: _page, sort: _sort, ...filter } = query
  return html`<form id="${BULK_FORM}" class="bulk" action="/sources/-/confirm" data-dialog aria-label="Actions on several sources">
<label>Apply to<select name="which"><option value="ticked">selected sources</option><option value="found">all ${found} found</option></select></label>
${Object.entries(filter).map(([name, value]) => (value === '' ? html`` : html`<input type="hidden" name="${name}" value="${value}">`))}
${ACTIONS.map(act => html`<button name="do" value="${act}">${ACTION_NAMES[act]}</button>`)}${
  failing > 0
    ? html`<a href="/sources/-/confirm?do=crawl&amp;which=found&amp;state=failing">${failing === 1 ? 'Re-crawl the failing one' : `Re-crawl all ${failing} failing`}</a>`
    : null
}</form>`
}

const sourcesTable = (caption: string, view: Pick<SourcesView, 'now' | 'mayAct'>, rows: readonly SourceRow[]): Html =>
  table(caption, columns(view), rows, {
    keyOf: ({ source }) => source.id,
    watch: { id: 'sources', topic: 'sources', from: '/sources/-/rows' },
  })

/** Only some rows, which replace those of an open page. */
export const sourceRows = (view: Pick<SourcesView, 'now' | 'mayAct'>, rows: readonly SourceRow[]): Html =>
  sourcesTable('Sources that changed', view, rows)

const pager = ({ query, selection: { page, pages } }: SourcesView): Html | null =>
  pages === 1
    ? null
    : html`<nav class="pages" aria-label="Pages of sources">${page > 1 ? html`<a rel="prev" href="${sourcesUrl(query, { page: page - 1 })}">Previous</a>` : null}<span>Page ${page} of ${pages}</span>${page < pages ? html`<a rel="next" href="${sourcesUrl(query, { page: page + 1 })}">Next</a>` : null}</nav>`

export const sourcesPage = (view: SourcesView): Html => {
  const { found, rows } = view.selection
  return html`${facets(view)}${filters(view)}<p>${plural(found, 'source')}${view.mayAct ? html` · <a href="/sources/-/add">Add by address</a> · <a href="/sources/-/import">Import OPML</a>` : null} · <a href="/sources/-/export.opml" download>Export OPML</a></p>${view.mayAct && found > 0 ? bulk(view) : null}${
    rows.length === 0
      ? html`<p>No source matches. <a href="/sources">Show all</a></p>`
      : sourcesTable(`Sources, ${SORT_NAMES[view.query.sort].toLowerCase()}`, view, rows)
  }${pager(view)}`
}
