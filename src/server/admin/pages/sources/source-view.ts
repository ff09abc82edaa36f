/** One source: how it is and why, its last fetches, what could not be taken in, its settings. (pure) */

import type { Source } from '../../../../domain/source.ts'
import type { KeptBody, RefusedItem } from '../../../../sources/quarantine/quarantine.ts'
import type { Fetch } from '../../../../sources/state/history.ts'
import type { SourceState } from '../../../../sources/state/state.ts'
import { formatDuration } from '../../../../util/duration.ts'
import { withoutCredentials } from '../../../../util/redact.ts'
import { type Html, html } from '../../components/html.ts'
import { sparkline } from '../../components/sparkline.ts'
import { type Column, table } from '../../components/table.ts'
import { dueAt, when } from '../../components/time.ts'
import { bodiesTable, refusedTable } from '../quarantine/view.ts'
import type { Listed } from './query.ts'
import { stateCell } from './view.ts'

export interface SourceView {
  /** Without what opens a door. */
  readonly source: Source
  readonly listed: Pick<Listed, 'word' | 'late'>
  readonly state: SourceState
  /** Latest first. */
  readonly history: readonly Fetch[]
  /** New items of the last thirty days. */
  readonly daily: readonly number[]
  readonly bodies: readonly KeptBody[]
  readonly refused: readonly RefusedItem[]
  /** How push stands, in a line. */
  readonly push: string
  /** In place of the address where its publisher moved it. */
  readonly adopted: string | null
  /** Whether it stands in sources.yaml. */
  readonly isInFile: boolean
  readonly mayAct: boolean
  /** ms since the epoch. */
  readonly now: number
}

const size = (bytes: number): string =>
  bytes === 0 ? '' : bytes < 10_240 ? `${bytes} B` : `${Math.round(bytes / 1_024)} KB`

const fetchColumns = (now: number): readonly Column<Fetch>[] => [
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

const actions = ({ source: { id, enabled } }: SourceView): Html =>
  html`<div class="buttons"><form method="post" action="/sources/${id}/crawl"><input type="hidden" name="back" value="source"><button class="main">Re-crawl</button></form>
<form action="/sources/-/confirm"><input type="hidden" name="id" value="${id}"><button name="do" value="${enabled ? 'pause' : 'resume'}">${enabled ? 'Pause' : 'Resume'}</button> <button name="do" value="remove">Remove</button></form></div>`

/** What waits for somebody's word, since it came from where the address leads. */
const heldPart = ({ source: { id }, state: { places }, mayAct, now }: SourceView): Html | null => {
  const { held, refused } = places
  if (held === null)
    return refused.length === 0
      ? null
      : html`<p class="soft">What comes from ${refused.join(', ')} was refused and is not taken in.</p>`
  const to = withoutCredentials(held.to)
  return html`<h2>It leads elsewhere</h2><p>Its address leads to <strong>${to}</strong>, first seen ${when(held.since, now)}. ${held.items} ${held.items === 1 ? 'item' : 'items'} from there ${held.items === 1 ? 'is' : 'are'} held in quarantine and not published${held.isPermanent ? ' until the move has proved itself over three days, or is accepted' : ' until it is accepted'}.</p>
${mayAct ? html`<form class="buttons" method="post" action="/sources/${id}/place"><input type="hidden" name="to" value="${to}"><button name="do" value="accept" data-confirm="Publish what comes from ${to} under this source's name?">Accept ${to}</button> <button name="do" value="refuse" data-confirm="Delete what is held, and take nothing in from ${to}?">Refuse it</button></form>` : null}`
}

const settingsOf = ({ source, isInFile }: SourceView): Html => {
  const { id, name, url, site, section, language, weight, interval, enabled } = source
  return html`<h2>Settings</h2>${facts([
    ['Id', id],
    ['Name', name],
    ['Address', url],
    ['Site', site ? html`<a href="${site}" rel="noreferrer">${site}</a>` : 'not said'],
    ['Section', section],
    ['Language', language ?? 'as its feed says; where that does not, its texts are not judged'],
    ['Weight', String(weight)],
    ['Interval', interval === undefined ? 'learnt' : `every ${formatDuration(interval)}`],
    ['Polled', enabled ? 'yes' : 'no, paused'],
  ])}<p class="soft">${
    isInFile
      ? html`These stand in <code>config/sources.yaml</code>, and are changed there; a running newsdesk takes them up at a reload. Pausing and removing is done here.`
      : html`It was added in the desk or the terminal. To change more than whether it is polled, move it into <code>config/sources.yaml</code>: <code>newsdesk sources export --yaml</code> writes it down.`
  }</p>`
}

export const sourcePage = (view: SourceView): Html => {
  const { source, listed, state, history, daily, bodies, refused, push, adopted, mayAct, now } = view
  const next = !source.enabled
    ? html`never: it is paused`
    : state.nextAt === null
      ? html`not scheduled: ${state.retiredAt === null ? 'is a daemon with the role scheduler running?' : 'its publisher said that it is gone for good; a re-crawl revives it'}`
      : html`${dueAt(state.nextAt, now)}: ${state.nextReason}`
  return html`<div id="source" data-watch="sources" data-watch-from="/sources/${source.id}"><div data-key="${source.id}">
${facts([
  ['State', stateCell({ ...state, ...listed, detail: state.lastError?.detail ?? null }, now)],
  ['Last fetch', when(state.lastFetchAt, now)],
  ['Next fetch', next],
  adopted ? ['Moved', html`fetched from ${adopted}`] : state.movedTo ? ['Moved', html`to ${state.movedTo}`] : null,
  state.unreliableValidators
    ? ['Distrusted', html`${state.unreliableValidators.how}, found out ${when(state.unreliableValidators.at, now)}`]
    : null,
  ['Push', push],
  ['New a day', sparkline(daily, 'new articles')],
])}
${heldPart(view)}
${mayAct ? actions(view) : null}
<h2>Last fetches</h2>${history.length === 0 ? html`<p>None is remembered yet.</p>` : table(`The last fetches, latest first`, fetchColumns(now), history)}
<h2>In quarantine</h2>${bodies.length === 0 ? html`<p>No body.</p>` : bodiesTable(bodies, { now, mayAct })}
<h2>Items that became no article</h2>${refused.length === 0 ? html`<p>None.</p>` : refusedTable(refused, now)}
</div></div>
${settingsOf(view)}<p><a href="/sources">All sources</a> · <a href="/audit?on=${source.id}">What was done to it</a></p>`
}
