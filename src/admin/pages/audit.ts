/** Who did what, when, and what stood before and after. (pure) */

import type { AuditEntry, AuditFilter } from '../audit.ts'
import { type Html, html } from '../html.ts'
import { type Column, table } from './table.ts'
import { when } from './time.ts'

export interface AuditView {
  readonly filter: AuditFilter
  readonly entries: readonly AuditEntry[]
  /** Address of the older ones; null where there are none. */
  readonly older: string | null
  /** ms since the epoch. */
  readonly now: number
}

const field = (name: keyof AuditFilter, label: string, value: string, example: string): Html =>
  html`<label>${label}<input type="search" name="${name}" value="${value}" placeholder="${example}" autocomplete="off"></label>`

const columns = (now: number): readonly Column<AuditEntry>[] => [
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

export const auditPage = ({
  filter,
  entries,
  older,
  now,
}: AuditView): Html => html`<form class="filters" role="search" action="/audit">
${field('who', 'Who', filter.who, 'admin, cli:')}${field('what', 'What', filter.what, 'source.pause')}${field('on', 'On', filter.on, 'id')}<button>Show</button></form>
${entries.length === 0 ? html`<p>Nothing${filter.who || filter.what || filter.on ? ' of that kind' : ''} was done yet.</p>` : table('Actions, latest first', columns(now), entries)}
${older ? html`<nav class="pages" aria-label="Pages of actions"><a rel="next" href="${older}">Older</a></nav>` : null}`
