/**
 * Tables as on all pages: a caption, headers with a scope, and horizontal scrolling on a phone, also by keyboard.
 * (pure)
 */

import { type Html, html } from './html.ts'

export interface HtmlColumn<Row> {
  /** Header text; for a header that is not visible, what a screen reader says. */
  readonly title: string | Html
  readonly cell: (row: Row) => Html | string | number | null
  readonly kind?: 'number' | 'minor' | 'tick'
  /** The cell that names the row. */
  readonly heads?: boolean
  /** How the rows are sorted by this column, if they are. */
  readonly sorted?: 'ascending' | 'descending' | null
}

export interface TableOptions<Row> {
  readonly isCaptionSeen?: boolean
  /** Key of a row, by which an open page replaces it when it changes (assets/live.js). */
  readonly keyOf?: (row: Row) => string
  /** The topic that the table follows, and the URL its rows are fetched from. */
  readonly watch?: { readonly id: string; readonly topic: string; readonly from: string }
}

/** A header for screen readers alone. */
export const unseen = (text: string): Html => html`<span class="unseen">${text}</span>`

/** A box of a row, ticked to choose it. */
interface Choice {
  readonly value: string
  /** Says what is chosen, to a screen reader. */
  readonly label: string
}

/**
 * A column of boxes by which rows are chosen.
 * @param field name of the boxes, and id of their form unless they stand in it
 */
export const selectColumn = <Row>(
  field: { readonly name: string; readonly form?: string },
  describe: (row: Row) => Choice,
): HtmlColumn<Row> => ({
  title: unseen('Select'),
  kind: 'tick',
  cell: row => {
    const { name, form } = field
    const { value, label } = describe(row)
    return html`<input type="checkbox"${form === undefined ? null : html` form="${form}"`} name="${name}" value="${value}" aria-label="${label}">`
  },
})

export const table = <Row>(
  caption: string,
  columns: readonly HtmlColumn<Row>[],
  rows: readonly Row[],
  { isCaptionSeen = false, keyOf, watch }: TableOptions<Row> = {},
): Html => {
  const classFor = ({ kind }: HtmlColumn<Row>) => (kind ? html` class="${kind}"` : null)
  const cell = (column: HtmlColumn<Row>, row: Row) =>
    column.heads
      ? html`<th scope="row"${classFor(column)}>${column.cell(row)}</th>`
      : html`<td${classFor(column)}>${column.cell(row)}</td>`
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"${watch ? html` id="${watch.id}" data-watch="${watch.topic}" data-watch-from="${watch.from}"` : null}><table><caption${isCaptionSeen ? null : html` class="unseen"`}>${caption}</caption>
<thead><tr>${columns.map(column => html`<th scope="col"${classFor(column)}${column.sorted ? html` aria-sort="${column.sorted}"` : null}>${column.title}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr${keyOf ? html` data-key="${keyOf(row)}"` : null}>${columns.map(column => cell(column, row))}</tr>\n`)}</tbody></table></div>`
}
