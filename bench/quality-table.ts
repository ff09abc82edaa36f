/** The one table of `npm run quality`: a row for each thing measured, a column for each method. */

import { renderTable } from '../src/util/table.ts'

/** One line of the table: what each method reached, and what was asked of ours. */
export interface Row {
  readonly task: string
  readonly goal: string
  readonly cells: Readonly<Record<string, string>>
}

export const OURS = 'newsdesk'

const WIDTH = 220

export const tableOf = (rows: readonly Row[]): string[] => {
  const methods = [OURS, ...new Set(rows.flatMap(({ cells }) => Object.keys(cells)).filter(name => name !== OURS))]
  return renderTable(
    rows,
    [
      { title: 'task', value: ({ task }) => task },
      { title: 'goal', value: ({ goal }) => goal },
      ...methods.map(method => ({
        title: method,
        value: ({ cells }: Row) => cells[method] ?? '',
        align: 'right' as const,
      })),
    ],
    WIDTH,
  )
}
