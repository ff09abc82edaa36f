/** Prints a table on stdout, as wide as the terminal, and formats what its cells show. */

import pc from 'picocolors'
import { formatDuration } from '../util/duration.ts'
import { type Column, renderTable } from '../util/table.ts'

export const print = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void => {
  const [head = '', ...lines] = renderTable(rows, columns, process.stdout.columns ?? 120)
  console.log(pc.bold(head))
  for (const line of lines) console.log(line)
}

/** @param at ms since the epoch; null if it never happened */
export const formatAgo = (at: number | null): string =>
  at === null ? 'never' : `${formatDuration(Date.now() - at)} ago`
