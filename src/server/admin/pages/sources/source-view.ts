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
import { writeDuration } from './settings.ts'
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
  /** As sources.yaml defines it; null if it does not. */
  readonly inFile: Source | null
  readonly sections: readonly { readonly id: string; readonly label: string }[]
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
  html`<div class="buttons"><form method="post" action="/sources/${id}/crawl" data-in-place><button class="main">Re-crawl</button></form>
<form method="post" action="/sources/-/act" data-in-place><input type="hidden" name="id" value="${id}"><button name="do" value="${enabled ? 'pause' : 'resume'}">${enabled ? 'Pause' : 'Resume'}</button></form>
<form action="/sources/-/confirm" data-dialog><input type="hidden" name="id" value="${id}"><button name="do" value="remove">Remove</button></form></div>`

/** Items from a new address that await a decision. */
const heldPart = ({ source: { id }, state: { places }, mayAct, now }: SourceView): Html | null => {
  const { held, refused } = places
  if (held === null)
    return refused.length === 0
      ? null
      : html`<p class="soft">Content from ${refused.join(', ')} was refused and is not ingested.</p>`
  const to = withoutCredentials(held.to)
  return html`<h2>Its address leads to another domain</h2><p>Its address leads to <strong>${to}</strong>, first seen ${when(held.since, now)}. ${held.items} ${held.items === 1 ? 'item' : 'items'} from there ${held.items === 1 ? 'is' : 'are'} held in quarantine and not published${held.isPermanent ? ' until the move has lasted for three days, or an admin accepts it' : ' until an admin accepts the move'}.</p>
${mayAct ? html`<form class="buttons" method="post" action="/sources/${id}/place" data-in-place><input type="hidden" name="to" value="${to}"><button name="do" value="accept" data-confirm="Publish content from ${to} under this source's name?">Accept ${to}</button> <button name="do" value="refuse" data-confirm="Delete the held items, and ingest nothing from ${to}?">Refuse it</button></form>` : null}`
}

const describeInterval = (interval: number | undefined): string =>
  interval === undefined ? 'learnt from its publishing times' : `every ${formatDuration(interval)}`

/** How a setting is in the file, where it is overridden. */
const overridden = ({ source, inFile }: SourceView, name: 'name' | 'section' | 'weight' | 'language' | 'interval') =>
  inFile !== null && (source[name] ?? null) !== (inFile[name] ?? null)
    ? html` <span class="soft">overridden; in the file: ${name === 'interval' ? describeInterval(inFile.interval) : String(inFile[name] ?? 'not given')}</span>`
    : null

const EDITED = ['name', 'section', 'weight', 'language', 'interval'] as const

/** Form of the settings that can be changed here. */
const settingsForm = (view: SourceView): Html => {
  const { source, sections, inFile } = view
  const { id, name, section, language, weight, interval } = source
  const label = (field: (typeof EDITED)[number], title: string, input: Html) =>
    html`<label>${title}${overridden(view, field)}${input}</label>`
  const known = sections.some(each => each.id === section) ? sections : [{ id: section, label: section }, ...sections]
  const isOverridden = EDITED.some(field => overridden(view, field) !== null)
  return html`<form class="edit settings" method="post" action="/sources/${id}/settings" data-in-place><fieldset><legend>Change</legend>
${label('name', 'Name', html`<input name="name" value="${name}" maxlength="200" required>`)}
${label('section', 'Section', html`<select name="section">${known.map(each => html`<option value="${each.id}"${each.id === section ? html` selected` : null}>${each.label}</option>`)}</select>`)}
${label('weight', 'Weight, from 0 to 10; 1 is usual', html`<input name="weight" type="number" min="0" max="10" step="any" value="${weight}" required>`)}
${label('language', 'Language, such as en or pt-BR; empty: as its texts say', html`<input name="language" value="${language ?? ''}" maxlength="20" autocomplete="off">`)}
${label('interval', 'Interval, such as 10m; empty: learnt', html`<input name="interval" value="${interval === undefined ? '' : writeDuration(interval)}" maxlength="20" autocomplete="off">`)}
<p class="buttons"><button class="main">Save</button></p></fieldset></form>${
    inFile !== null && isOverridden
      ? html`<form method="post" action="/sources/${id}/settings/reset" data-in-place><button>Reset to sources.yaml</button></form>`
      : null
  }`
}

const settingsPart = (view: SourceView): Html => {
  const { source, inFile, mayAct, sections } = view
  const { id, name, url, site, section, language, weight, interval, content, enabled } = source
  const editable: readonly (readonly [string, Html | string])[] = [
    ['Name', html`${name}${overridden(view, 'name')}`],
    ['Section', html`${sections.find(each => each.id === section)?.label ?? section}${overridden(view, 'section')}`],
    ['Language', html`${language ?? 'as its texts say, else as its feed declares'}${overridden(view, 'language')}`],
    ['Weight', html`${weight}${overridden(view, 'weight')}`],
    ['Interval', html`${describeInterval(interval)}${overridden(view, 'interval')}`],
  ]
  return html`<section id="settings"><h2>Settings</h2>${facts([
    ['Id', id],
    ['Address', url],
    ['Site', site ? html`<a href="${site}" rel="noreferrer">${site}</a>` : 'not given'],
    ...(mayAct ? [] : editable),
    ['Text kept', content ?? 'as articles.content says'],
    ['Polled', enabled ? 'yes' : 'no, paused'],
  ])}${mayAct ? settingsForm(view) : null}<p class="soft">${
    inFile !== null
      ? html`It is defined in <code>config/sources.yaml</code>, which is never written: what is changed here overrides the file, and goes back to it by a reset. The other settings are changed there.`
      : html`It was added in the admin UI or on the command line. For its other settings, move it into <code>config/sources.yaml</code>: <code>newsdesk sources export --yaml</code> prints its entry.`
  }</p></section>`
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
