/** The pages of the quarantine. Publishers' content is shown as text, never as markup. (pure) */

import type { HeldSource } from '../../../../sources/quarantine/held-items.ts'
import type { RefusedItem } from '../../../../sources/quarantine/refused-items.ts'
import type { KeptBody } from '../../../../sources/quarantine/unreadable-bodies.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, table, unseen } from '../../components/table.ts'
import { when } from '../../components/time.ts'

const button = ({ source, id }: KeptBody, action: string, label: string, question?: string): Html =>
  html`<form method="post" action="/quarantine/${source}/${id}/${action}" data-in-place><button aria-label="${label} ${source}"${question ? html` data-confirm="${question}"` : null}>${label}</button></form>`

const soft = (text: string): Html => html`<br><span class="soft">${text}</span>`

const bodyColumns = (now: number, mayAct: boolean): readonly HtmlColumn<KeptBody>[] => [
  {
    title: 'Source',
    heads: true,
    cell: ({ source, url }) => html`<a href="/sources/${source}">${source}</a>${soft(url)}`,
  },
  { title: 'Fetched', cell: ({ at }) => when(at, now) },
  { title: 'Why', cell: ({ reason, contentType }) => html`${reason}${soft(contentType ?? 'no content type')}` },
  { title: 'Bytes', kind: 'number', cell: ({ bytes, whole }) => `${bytes}${whole ? '' : ' (cut)'}` },
  {
    title: unseen('Show'),
    cell: ({ source, id }) => html`<a href="/quarantine/${source}/${id}" aria-label="Show ${source}">Show</a>`,
  },
  ...(mayAct
    ? [
        { title: unseen('Try again'), cell: (body: KeptBody) => button(body, 'replay', 'Try again') },
        { title: unseen('Drop'), cell: (body: KeptBody) => button(body, 'drop', 'Drop', 'Delete it for good?') },
      ]
    : []),
]

const refusedColumns = (now: number): readonly HtmlColumn<RefusedItem>[] => [
  { title: 'Source', heads: true, cell: ({ source }) => html`<a href="/sources/${source}">${source}</a>` },
  { title: 'Fetched', cell: ({ at }) => when(at, now) },
  { title: 'Why', cell: ({ reason, detail }) => html`${reason}${soft(detail)}` },
  { title: 'Item', cell: ({ title, link }) => html`${title ?? ''}${soft(link ?? '')}` },
]

const heldColumns = (now: number): readonly HtmlColumn<HeldSource>[] => [
  {
    title: 'Source',
    heads: true,
    cell: ({ source }) => html`<a href="/sources/${source}">${source}</a>${soft('accept or refuse it on its page')}`,
  },
  { title: 'Items', kind: 'number', cell: ({ items }) => items },
  { title: 'Latest', cell: ({ at }) => when(at, now) },
]

/** Maximum rows of a table; the rest is a number. */
const MAX_ROWS = 200
const more = (all: number): Html | null =>
  all > MAX_ROWS ? html`<p class="soft">and ${all - MAX_ROWS} older</p>` : null

export const bodiesTable = (
  bodies: readonly KeptBody[],
  { now, mayAct }: { readonly now: number; readonly mayAct: boolean },
): Html =>
  html`${table('Bodies that could not be read', bodyColumns(now, mayAct), bodies.slice(0, MAX_ROWS))}${more(bodies.length)}`

export const refusedTable = (refused: readonly RefusedItem[], now: number): Html =>
  html`${table('Items that became no article', refusedColumns(now), refused.slice(0, MAX_ROWS))}${more(refused.length)}`

export const quarantinePage = (
  bodies: readonly KeptBody[],
  refused: readonly RefusedItem[],
  held: readonly HeldSource[],
  { now, mayAct }: { readonly now: number; readonly mayAct: boolean },
): Html => html`${held.length === 0 ? null : html`<h2>Held items: the address of their source leads to another domain</h2>${table('Held items by source', heldColumns(now), held.slice(0, MAX_ROWS))}`}<h2>Bodies that could not be read</h2>
${bodies.length === 0 ? html`<p>None.</p>` : bodiesTable(bodies, { now, mayAct })}
<h2>Items that became no article</h2>
${refused.length === 0 ? html`<p>None.</p>` : refusedTable(refused, now)}`

export const bodyPage = (
  body: KeptBody,
  text: string,
  { isCut, now, mayAct }: { readonly isCut: boolean; readonly now: number; readonly mayAct: boolean },
): Html => html`<p>${body.reason}, fetched ${when(body.at, now)}</p>
<p class="soft">${body.url} · ${body.contentType ?? 'no content type'} · ${body.bytes} bytes${body.whole && !isCut ? '' : ' · only the beginning is shown'}</p>
${mayAct ? button(body, 'replay', 'Try again') : null}<pre tabindex="0" aria-label="The fetched body">${text}</pre>
<p><a href="/quarantine">All in quarantine</a></p>`
