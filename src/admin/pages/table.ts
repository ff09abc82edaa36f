/** Tables as all pages have them: a caption, headers with a scope, and room to scroll sideways on a phone, by keyboard too. (pure) */

import { type Html, html } from '../html.ts'

export interface Column<Row> {
  /** Of the header; where nothing is to be seen there, what a screen reader says. */
  readonly title: string | Html
  readonly cell: (row: Row) => Html | string | number | null
  readonly kind?: 'number' | 'minor'
  /** The cell that names the row. */
  readonly heads?: boolean
  /** How the rows are sorted by it, where they are. */
  readonly sorted?: 'ascending' | 'descending' | null
}

/** A header for screen readers alone. */
export const unseen = (text: string): Html => html`<span class="unseen">${text}</span>`

export const table = <Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { isCaptionSeen = false }: { readonly isCaptionSeen?: boolean } = {},
): Html => {
  const classOf = ({ kind }: Column<Row>) => (kind ? html` class="${kind}"` : null)
  const cell = (column: Column<Row>, row: Row) =>
    column.heads
      ? html`<th scope="row"${classOf(column)}>${column.cell(row)}</th>`
      : html`<td${classOf(column)}>${column.cell(row)}</td>`
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table><caption${isCaptionSeen ? null : html` class="unseen"`}>${caption}</caption>
<thead><tr>${columns.map(column => html`<th scope="col"${classOf(column)}${column.sorted ? html` aria-sort="${column.sorted}"` : null}>${column.title}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${columns.map(column => cell(column, row))}</tr>\n`)}</tbody></table></div>`
}
