/** The pages of the quarantine. What publishers sent is shown as text, never as markup. (pure) */

import type { KeptBody, RefusedItem } from '../sources/quarantine.ts'
import { type Html, html } from './html.ts'
import { NAV, notice, page, when } from './pages.ts'

const button = ({ source, id }: KeptBody, action: string, label: string): Html =>
  html`<form method="post" action="/quarantine/${source}/${id}/${action}"><button aria-label="${label} ${source}">${label}</button></form>`

const bodyRow = (body: KeptBody, now: number): Html => html`<tr>
<td>${body.source}<br><span class="soft">${body.url}</span></td>
<td>${when(body.at, now)}</td>
<td>${body.reason}<br><span class="soft">${body.contentType ?? 'of no type'}</span></td>
<td class="number">${body.bytes}${body.whole ? '' : ' (cut)'}</td>
<td><a href="/quarantine/${body.source}/${body.id}" aria-label="Look at ${body.source}">Look</a></td>
<td>${button(body, 'replay', 'Replay')}</td>
<td>${button(body, 'drop', 'Drop')}</td></tr>`

const refusedRow = (item: RefusedItem, now: number): Html => html`<tr>
<td>${item.source}</td><td>${when(item.at, now)}</td>
<td>${item.reason}<br><span class="soft">${item.detail}</span></td>
<td>${item.title ?? ''}<br><span class="soft">${item.link ?? ''}</span></td></tr>`

export const quarantinePage = (
  bodies: readonly KeptBody[],
  refused: readonly RefusedItem[],
  message: string | null,
  now: number,
): string =>
  page(
    'Quarantine',
    html`${notice(message)}<h2>Bodies that could not be read</h2>
${
  bodies.length === 0
    ? html`<p>None.</p>`
    : html`<div class="wide"><table><thead><tr><th>Source</th><th>Fetched</th><th>Why</th><th class="number">Bytes</th><th><span hidden>Look</span></th><th><span hidden>Replay</span></th><th><span hidden>Drop</span></th></tr></thead>
<tbody>${bodies.map(body => bodyRow(body, now))}</tbody></table></div>`
}
<h2>Items that became no article</h2>
${
  refused.length === 0
    ? html`<p>None.</p>`
    : html`<div class="wide"><table><thead><tr><th>Source</th><th>Fetched</th><th>Why</th><th>Item</th></tr></thead>
<tbody>${refused.map(item => refusedRow(item, now))}</tbody></table></div>`
}`,
    NAV,
  )

export const bodyPage = (body: KeptBody, text: string, isCut: boolean, now: number): string =>
  page(
    `Quarantine of ${body.source}`,
    html`<h2>${body.source}, ${when(body.at, now)}</h2><p>${body.reason}</p>
<p class="soft">${body.url} · ${body.contentType ?? 'of no type'} · ${body.bytes} bytes${body.whole && !isCut ? '' : ' · only the beginning is shown'}</p>
${button(body, 'replay', 'Replay')}<pre class="wide">${text}</pre>`,
    NAV,
  )
