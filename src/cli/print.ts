/** Prints a table on stdout, as wide as the terminal. */

import pc from 'picocolors'
import { type Column, renderTable } from '../util/table.ts'

export const print = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void => {
  const [head = '', ...lines] = renderTable(rows, columns, process.stdout.columns ?? 120)
  console.log(pc.bold(head))
  for (const line of lines) console.log(line)
}
