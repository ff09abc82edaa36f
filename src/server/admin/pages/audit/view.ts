/** The audit: who did what, when, and the values before and after. (pure) */

import type { AuditEntry, AuditFilter } from '../../../../use-cases/audit-log.ts'
import type { RefusedRequest } from '../../auth/refusals.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, table } from '../../components/table.ts'
import { when } from '../../components/time.ts'

export interface AuditView {
  readonly filter: AuditFilter
  readonly entries: readonly AuditEntry[]
  /** URL of older entries; null if there are none. */
  readonly older: string | null
  /** The latest refusal first. */
  readonly refused: readonly RefusedRequest[]
  /** ms since the epoch. */
  readonly now: number
}

const field = (name: keyof AuditFilter, label: string, value: string, example: string): Html =>
  html`<label>${label}<input type="search" name="${name}" value="${value}" placeholder="${example}" autocomplete="off"></label>`

const columns = (now: number): readonly HtmlColumn<AuditEntry>[] => [
  { title: 'When', cell: ({ at }) => when(at, now) },
  {
    title: 'Who',
    heads: true,
    cell: ({ who, from }) => html`${who}${from ? html`<br><span class="soft">${from}</span>` : null}`,
  },
  { title: 'What', cell: ({ what }) => what },
  { title: 'On', cell: ({ on }) => on },
  { title: 'Before', cell: ({ before }) => html`<span class="soft">${before}</span>` },
  { title: 'After', cell: ({ after }) => html`<span class="soft">${after}</span>` },
  { title: 'Outcome', cell: ({ outcome }) => outcome },
]

/** Descriptions of the kinds of refusals. */
const KINDS: Readonly<Record<string, string>> = {
  role: 'an action by a viewer',
  'log-in': 'a log-in with a wrong password or user',
  delayed: 'a log-in attempt that came too soon',
  token: 'a token, or a user of the proxy, without access',
  forged: 'a change requested by another site’s page',
  host: 'a request under an unknown host name',
}
const MAX_REFUSED = 50

const refusedColumns = (now: number): readonly HtmlColumn<RefusedRequest>[] => [
  { title: 'What', heads: true, cell: ({ kind }) => KINDS[kind] ?? kind },
  { title: 'Who', cell: ({ who, from }) => html`${who}${from ? html`<br><span class="soft">${from}</span>` : null}` },
  { title: 'How often', kind: 'number', cell: ({ count }) => count },
  { title: 'Since', cell: ({ first }) => when(first, now) },
  { title: 'Last', cell: ({ last }) => when(last, now) },
  { title: 'Last request', cell: ({ on }) => html`<span class="soft">${on}</span>` },
]

const refusedTable = (refused: readonly RefusedRequest[], now: number): Html | null =>
  refused.length === 0
    ? null
    : html`<h2>Refused</h2><p class="soft">Refused requests are counted rather than listed, so that they cannot push actions out of the audit.</p>
${table('Refused requests, latest first', refusedColumns(now), refused.slice(0, MAX_REFUSED))}`

export const auditPage = ({
  filter,
  entries,
  older,
  refused,
  now,
}: AuditView): Html => html`<form class="filters" role="search" action="/audit">
${field('who', 'Who', filter.who, 'admin, cli:')}${field('what', 'What', filter.what, 'source.pause')}${field('on', 'On', filter.on, 'id')}<button>Show</button></form>
${entries.length === 0 ? html`<p>Nothing${filter.who || filter.what || filter.on ? ' of this kind' : ''} has been done yet.</p>` : table('Actions, latest first', columns(now), entries)}
${older ? html`<nav class="pages" aria-label="Pages of actions"><a rel="next" href="${older}">Older</a></nav>` : null}
${refusedTable(refused, now)}`
