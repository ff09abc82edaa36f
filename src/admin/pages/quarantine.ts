/** The pages of the quarantine. What publishers sent is shown as text, never as markup. (pure) */

import type { KeptBody, RefusedItem } from '../../sources/quarantine.ts'
import { type Html, html } from '../html.ts'
import { type Column, table, unseen } from './table.ts'
import { when } from './time.ts'

const button = ({ source, id }: KeptBody, action: string, label: string, question?: string): Html =>
  html`<form method="post" action="/quarantine/${source}/${id}/${action}"><button aria-label="${label} ${source}"${question ? html` data-confirm="${question}"` : null}>${label}</button></form>`

const soft = (text: string): Html => html`<br><span class="soft">${text}</span>`

const bodyColumns = (now: number, mayAct: boolean): readonly Column<KeptBody>[] => [
  {
    title: 'Source',
    heads: true,
    cell: ({ source, url }) => html`<a href="/sources/${source}">${source}</a>${soft(url)}`,
  },
  { title: 'Fetched', cell: ({ at }) => when(at, now) },
  { title: 'Why', cell: ({ reason, contentType }) => html`${reason}${soft(contentType ?? 'of no type')}` },
  { title: 'Bytes', kind: 'number', cell: ({ bytes, whole }) => `${bytes}${whole ? '' : ' (cut)'}` },
  {
    title: unseen('Look'),
    cell: ({ source, id }) => html`<a href="/quarantine/${source}/${id}" aria-label="Look at ${source}">Look</a>`,
  },
  ...(mayAct
    ? [
        { title: unseen('Try again'), cell: (body: KeptBody) => button(body, 'replay', 'Try again') },
        { title: unseen('Drop'), cell: (body: KeptBody) => button(body, 'drop', 'Drop', 'Drop it for good?') },
      ]
    : []),
]

const refusedColumns = (now: number): readonly Column<RefusedItem>[] => [
  { title: 'Source', heads: true, cell: ({ source }) => html`<a href="/sources/${source}">${source}</a>` },
  { title: 'Fetched', cell: ({ at }) => when(at, now) },
  { title: 'Why', cell: ({ reason, detail }) => html`${reason}${soft(detail)}` },
  { title: 'Item', cell: ({ title, link }) => html`${title ?? ''}${soft(link ?? '')}` },
]

export const bodiesTable = (
  bodies: readonly KeptBody[],
  { now, mayAct }: { readonly now: number; readonly mayAct: boolean },
): Html => table('Bodies that could not be read', bodyColumns(now, mayAct), bodies)

export const refusedTable = (refused: readonly RefusedItem[], now: number): Html =>
  table('Items that became no article', refusedColumns(now), refused)

export const quarantinePage = (
  bodies: readonly KeptBody[],
  refused: readonly RefusedItem[],
  { now, mayAct }: { readonly now: number; readonly mayAct: boolean },
): Html => html`<h2>Bodies that could not be read</h2>
${bodies.length === 0 ? html`<p>None.</p>` : bodiesTable(bodies, { now, mayAct })}
<h2>Items that became no article</h2>
${refused.length === 0 ? html`<p>None.</p>` : refusedTable(refused, now)}`

export const bodyPage = (
  body: KeptBody,
  text: string,
  { isCut, now, mayAct }: { readonly isCut: boolean; readonly now: number; readonly mayAct: boolean },
): Html => html`<p>${body.reason}, fetched ${when(body.at, now)}</p>
<p class="soft">${body.url} · ${body.contentType ?? 'of no type'} · ${body.bytes} bytes${body.whole && !isCut ? '' : ' · only the beginning is shown'}</p>
${mayAct ? button(body, 'replay', 'Try again') : null}<pre tabindex="0" aria-label="What was fetched">${text}</pre>
<p><a href="/quarantine">All in quarantine</a></p>`
