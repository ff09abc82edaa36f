/** One source: its state and why, its last fetches, what could not be ingested, its settings. (pure) */

import type { Source } from '../../../../domain/source.ts'
import type { RefusedItem } from '../../../../sources/quarantine/refused-items.ts'
import type { KeptBody } from '../../../../sources/quarantine/unreadable-bodies.ts'
import type { Fetch } from '../../../../sources/state/history.ts'
import type { PageTries, SourceState } from '../../../../sources/state/state.ts'
import { formatDuration } from '../../../../util/duration.ts'
import { withoutCredentials } from '../../../../util/redact.ts'
import { type Html, html } from '../../components/html.ts'
import { sparkline } from '../../components/sparkline.ts'
import { type HtmlColumn, table } from '../../components/table.ts'
import { dueAt, when } from '../../components/time.ts'
import { bodiesTable, refusedTable } from '../quarantine/view.ts'
import type { Listed } from './query.ts'
import { stateCell } from './view.ts'

export interface SourceView {
  /** Without credentials in its URLs. */
  readonly source: Source
  readonly listed: Pick<Listed, 'word' | 'late'>
  readonly state: SourceState
  /** Latest first. */
  readonly history: readonly Fetch[]
  /** New items of the last thirty days. */
  readonly daily: readonly number[]
  readonly bodies: readonly KeptBody[]
  readonly refused: readonly RefusedItem[]
  /** Its push state in one line. */
  readonly push: string
  /** The URL it is fetched from instead, because its publisher moved it; null if not moved. */
  readonly adopted: string | null
  /** Whether it is in sources.yaml. */
  readonly isInFile: boolean
  readonly mayAct: boolean
  /** ms since the epoch. */
  readonly now: number
}

const size = (bytes: number): string =>
  bytes === 0 ? '' : bytes < 10_240 ? `${bytes} B` : `${Math.round(bytes / 1_024)} KB`

const fetchColumns = (now: number): readonly HtmlColumn<Fetch>[] => [
  { title: 'When', heads: true, cell: ({ at }) => when(at, now) },
  {
    title: 'Outcome',
    cell: ({ outcome, reason }) => html`${outcome}${reason ? html`<br><span class="soft">${reason}</span>` : null}`,
  },
  { title: 'Status', kind: 'number', cell: ({ status }) => (status === 0 ? '' : status) },
  { title: 'Took', kind: 'number', cell: ({ ms }) => `${ms} ms` },
  { title: 'Size', kind: 'number', cell: ({ bytes }) => size(bytes) },
  { title: 'New', kind: 'number', cell: ({ items }) => items },
]

const facts = (rows: readonly (readonly [string, Html | string] | null)[]): Html =>
  html`<dl>${rows.map(row => (row ? html`<dt>${row[0]}</dt><dd>${row[1]}</dd>` : html``))}</dl>`

const pagesText = ({ read, failed, lastFailure }: PageTries, now: number): Html =>
  html`${read} read, ${failed} failed${lastFailure === null ? null : html`; last failure ${when(lastFailure.at, now)}: ${lastFailure.reason}<br><span class="soft">${lastFailure.detail}</span>`}`

const actions = ({ source: { id, enabled } }: SourceView): Html =>
  html`<div class="buttons"><form method="post" action="/sources/${id}/crawl"><input type="hidden" name="back" value="source"><button class="main">Re-crawl</button></form>
<form action="/sources/-/confirm"><input type="hidden" name="id" value="${id}"><button name="do" value="${enabled ? 'pause' : 'resume'}">${enabled ? 'Pause' : 'Resume'}</button> <button name="do" value="remove">Remove</button></form></div>`

/** Items from a new address that await a decision. */
const heldPart = ({ source: { id }, state: { places }, mayAct, now }: SourceView): Html | null => {
  const { held, refused } = places
  if (held === null)
    return refused.length === 0
      ? null
      : html`<p class="soft">Content from ${refused.join(', ')} was refused and is not ingested.</p>`
  const to = withoutCredentials(held.to)
  return html`<h2>Its address leads to another domain</h2><p>Its address leads to <strong>${to}</strong>, first seen ${when(held.since, now)}. ${held.items} ${held.items === 1 ? 'item' : 'items'} from there ${held.items === 1 ? 'is' : 'are'} held in quarantine and not published${held.isPermanent ? ' until the move has lasted for three days, or an admin accepts it' : ' until an admin accepts the move'}.</p>
${mayAct ? html`<form class="buttons" method="post" action="/sources/${id}/place"><input type="hidden" name="to" value="${to}"><button name="do" value="accept" data-confirm="Publish content from ${to} under this source's name?">Accept ${to}</button> <button name="do" value="refuse" data-confirm="Delete the held items, and ingest nothing from ${to}?">Refuse it</button></form>` : null}`
}

const settingsPart = ({ source, isInFile }: SourceView): Html => {
  const { id, name, url, site, section, language, weight, interval, content, enabled } = source
  return html`<h2>Settings</h2>${facts([
    ['Id', id],
    ['Name', name],
    ['Address', url],
    ['Site', site ? html`<a href="${site}" rel="noreferrer">${site}</a>` : 'not given'],
    ['Section', section],
    ['Language', language ?? 'as its texts say, else as its feed declares'],
    ['Weight', String(weight)],
    ['Interval', interval === undefined ? 'learnt from its publishing times' : `every ${formatDuration(interval)}`],
    ['Text kept', content ?? 'as articles.content says'],
    ['Polled', enabled ? 'yes' : 'no, paused'],
  ])}<p class="soft">${
    isInFile
      ? html`These settings come from <code>config/sources.yaml</code> and are changed there; a running newsdesk applies them at a reload. Pause or remove the source here.`
      : html`It was added in the admin UI or on the command line. To change its settings, move it into <code>config/sources.yaml</code>: <code>newsdesk sources export --yaml</code> prints its entry.`
  }</p>`
}

export const sourcePage = (view: SourceView): Html => {
  const { source, listed, state, history, daily, bodies, refused, push, adopted, mayAct, now } = view
  const next = !source.enabled
    ? html`never: it is paused`
    : state.nextAt === null
      ? html`not scheduled: ${state.retiredAt === null ? 'is a daemon with the role scheduler running?' : 'its publisher answered that it is gone for good; a re-crawl revives it'}`
      : html`${dueAt(state.nextAt, now)}: ${state.nextReason}`
  return html`<div id="source" data-watch="sources" data-watch-from="/sources/${source.id}"><div data-key="${source.id}">
${facts([
  ['State', stateCell({ ...state, ...listed, detail: state.lastError?.detail ?? null }, now)],
  ['Last fetch', when(state.lastFetchAt, now)],
  ['Next fetch', next],
  adopted ? ['Moved', html`fetched from ${adopted}`] : state.movedTo ? ['Moved', html`to ${state.movedTo}`] : null,
  state.unreliableValidators
    ? [
        'Validators not reliable',
        html`${state.unreliableValidators.how}, found ${when(state.unreliableValidators.at, now)}`,
      ]
    : null,
  ['Push', push],
  state.pages === null ? null : ['Pages of articles', pagesText(state.pages, now)],
  ['New a day', sparkline(daily, 'new articles')],
])}
${heldPart(view)}
${mayAct ? actions(view) : null}
<h2>Last fetches</h2>${history.length === 0 ? html`<p>No fetch is recorded yet.</p>` : table(`The last fetches, latest first`, fetchColumns(now), history)}
<h2>In quarantine</h2>${bodies.length === 0 ? html`<p>None.</p>` : bodiesTable(bodies, { now, mayAct })}
<h2>Items that became no article</h2>${refused.length === 0 ? html`<p>None.</p>` : refusedTable(refused, now)}
</div></div>
${settingsPart(view)}<p><a href="/sources">All sources</a> · <a href="/audit?on=${source.id}">Actions on it</a></p>`
}
