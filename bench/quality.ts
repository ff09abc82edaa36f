/**
 * `npm run quality -- <folder> [--window N] [--fold 0|1] [--embeddings PATH]`: sections, then stories, reprints and their cost, measured on
 * labelled data beside the baselines. The folder holds sections-train.jsonl, sections-test.jsonl and stories.jsonl.
 */

import { parseArgs } from 'node:util'
import { renderTable } from '../src/app/table.ts'
import { quality as sections } from './quality-sections.ts'
import { OURS, type Row, readStories, reprintRows, storyRows } from './quality-stories.ts'
import { storyCosts } from './story-cost.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    window: { type: 'string', default: '20000' },
    fold: { type: 'string' },
    embeddings: { type: 'string' },
  },
})
const [folder] = positionals
if (folder === undefined) {
  console.error(
    'usage: npm run quality -- <folder with stories.jsonl and sections-*.jsonl> [--window articles] [--fold 0|1] [--embeddings path]',
  )
  process.exit(2)
}
await sections(folder, values.embeddings === undefined ? [] : ['--embeddings', values.embeddings])

const started = performance.now()
const { articles, others } = readStories(folder, values.fold === undefined ? undefined : Number(values.fold))
const rows: Row[] = []
const add = (row: Row): void => {
  rows.push(row)
  console.error(`${((performance.now() - started) / 1000).toFixed(0)} s  ${row.task}: ${row.cells[OURS]}`)
}
for (const row of storyRows(articles, others)) add(row)
for (const row of reprintRows(articles)) add(row)
for (const { window, micros, entryBytes } of storyCosts([Number(values.window)], [], [])) {
  const task = (what: string): string => `${what}, ${window.toLocaleString('en')} in the window`
  add({ task: task('µs CPU an article'), goal: '<= 500', cells: { [OURS]: micros.toFixed(0) } })
  add({ task: task('bytes an article in Redis'), goal: '<= 1,500', cells: { [OURS]: entryBytes.toFixed(0) } })
}

const methods = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))]
console.log(
  '\nBCubed F1 in percent, ours with (precision / recall); TF-IDF at the thresholds best for large and for small stories',
)
for (const line of renderTable(
  rows,
  [
    { title: 'task', value: ({ task }) => task },
    ...methods.map(method => ({
      title: method,
      value: ({ cells }: Row) => cells[method] ?? '',
      align: 'right' as const,
    })),
    { title: 'goal', value: ({ goal }) => goal },
  ],
  160,
))
  console.log(line)
