/**
 * Formats tables for the terminal: columns as wide as their content; if the terminal is narrower, the widest are cut.
 * (pure)
 */

import stringWidth from 'string-width'

export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  readonly align?: 'left' | 'right'
  /** Is narrowed first if the table is too wide. */
  readonly flexible?: boolean
}

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Cuts a text to a number of terminal cells, with an ellipsis if something was cut. Removes control characters. */
export const fitTo = (text: string, cells: number): string => {
  const plain = text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ')
  if (stringWidth(plain) <= cells) return plain
  if (cells <= 0) return ''
  let out = ''
  let width = 0
  for (const { segment } of segments.segment(plain)) {
    const next = stringWidth(segment)
    if (width + next > cells - 1) break
    out += segment
    width += next
  }
  return `${out}…`
}

const pad = (text: string, cells: number, align: 'left' | 'right' = 'left'): string => {
  const space = ' '.repeat(Math.max(0, cells - stringWidth(text)))
  return align === 'right' ? space + text : text + space
}

const GAP = '  '
const NARROWEST = 8

/**
 * @param width cells that the table may take
 * @returns its lines, the first being the titles
 */
export const renderTable = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number): string[] => {
  const cells = [columns.map(({ title }) => title), ...rows.map(row => columns.map(({ value }) => value(row)))]
  const widths = columns.map((_, index) => Math.max(...cells.map(line => stringWidth(line[index] ?? ''))))
  let over = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1) - width
  for (const [index, { flexible }] of columns.entries()) {
    const own = widths[index] ?? 0
    if (!flexible || over <= 0 || own <= NARROWEST) continue
    const given = Math.min(over, own - NARROWEST)
    widths[index] = own - given
    over -= given
  }
  return cells.map(line =>
    line
      .map((text, index) => pad(fitTo(text, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.align))
      .join(GAP)
      .trimEnd(),
  )
}
