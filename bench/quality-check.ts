/** What a change must not make worse: figures of a small sample with limits, for `npm run quality` without a folder. */

import { renderTable } from '../src/util/table.ts'

export interface Check {
  readonly what: string
  readonly value: number
  /** The check fails below this value. */
  readonly atLeast: number
}

const WIDTH = 120

/** Prints the checks as a table. @returns whether all of them hold */
export const report = (checks: readonly Check[]): boolean => {
  const holds = ({ value, atLeast }: Check): boolean => value >= atLeast
  const lines = renderTable(
    checks,
    [
      { title: 'quality', value: ({ what }) => what },
      { title: '%', value: ({ value }) => value.toFixed(1), align: 'right' },
      { title: 'at least', value: ({ atLeast }) => atLeast.toFixed(1), align: 'right' },
      { title: '', value: check => (holds(check) ? '' : 'worse') },
    ],
    WIDTH,
  )
  for (const line of lines) console.log(line)
  return checks.every(holds)
}
