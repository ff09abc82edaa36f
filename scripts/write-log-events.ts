/** Writes the tables of the log in docs/monitoring.md. Run by `npm run docs`; a test fails while they differ. */

import { readFileSync, writeFileSync } from 'node:fs'
import { COMMON_FIELDS, LOG_EVENTS, LOG_FIELDS } from '../src/domain/log-events.ts'

const PAGE = 'docs/monitoring.md'
const [BEGIN, END] = ['<!-- log events: begin -->', '<!-- log events: end -->']

const rows = (fields: Readonly<Record<string, string>>): string[] =>
  Object.entries(fields).map(([name, text]) => `| \`${name}\` | ${text} |`)

const tables = (): string =>
  [
    ...['| event | when | fields |', '| --- | --- | --- |'],
    ...Object.entries(LOG_EVENTS).map(
      ([name, { text, fields }]) => `| \`${name}\` | ${text} | ${fields.map(field => `\`${field}\``).join(', ')} |`,
    ),
    ...['', '| field of every line | |', '| --- | --- |', ...rows(COMMON_FIELDS)],
    ...['', '| field | |', '| --- | --- |', ...rows(LOG_FIELDS)],
  ].join('\n')

/** The page with its tables replaced. */
export const withLogEvents = (page: string): string => {
  const [before = '', rest = ''] = page.split(BEGIN)
  const [, after = ''] = rest.split(END)
  return `${before}${BEGIN}\n\n${tables()}\n\n${END}${after}`
}

if (process.argv[1]?.endsWith('write-log-events.ts')) {
  writeFileSync(PAGE, withLogEvents(readFileSync(PAGE, 'utf8')))
  console.log(`wrote ${PAGE}`)
}
