/**
 * `npm run quality`: a small sample of the repository against limits; ends with 1 if a change made something worse.
 *
 * `npm run quality -- <folder> [--window N] [--fold 0|1] [--embeddings PATH]`: sections, stories, reprints and what they cost, measured on
 * labelled data beside the baselines, in one table; on stderr what comes up on the way. The folder holds sections-train.jsonl, sections-test.jsonl, stories.jsonl and events-*.jsonl.
 */

import { parseArgs } from 'node:util'
import { report } from './quality-check.ts'
import { checkSections } from './quality-check-sections.ts'
import { checkStories, eventRows } from './quality-events.ts'
import { quality as sections } from './quality-sections.ts'
import { readStories, reprintRows, storyRows } from './quality-stories.ts'
import { OURS, type Row, tableOf } from './quality-table.ts'
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
if (folder === undefined) process.exit(report([...checkSections(), ...checkStories()]) ? 0 : 1)
const started = performance.now()
const { articles, others } = readStories(folder, values.fold === undefined ? undefined : Number(values.fold))
const rows: Row[] = await sections(folder, values.embeddings === undefined ? [] : ['--embeddings', values.embeddings])
const add = (row: Row): void => {
  rows.push(row)
  console.error(`${((performance.now() - started) / 1000).toFixed(0)} s  ${row.task}: ${row.cells[OURS]}`)
}
for (const row of eventRows(folder)) add(row)
for (const row of storyRows(articles, others)) add(row)
for (const row of reprintRows(articles)) add(row)
for (const { window, micros, entryBytes } of storyCosts([Number(values.window)], [], [])) {
  const task = (what: string): string => `${what}, ${window.toLocaleString('en')} in the window`
  add({ task: task('µs CPU an article'), goal: '<= 500', cells: { [OURS]: micros.toFixed(0) } })
  add({ task: task('bytes an article in Redis'), goal: '<= 1,500', cells: { [OURS]: entryBytes.toFixed(0) } })
}

console.log(
  '\nPercent: sections by macro-F1, stories by BCubed F1 (ours with precision / recall); TF-IDF at the thresholds best for large and for small stories',
)
for (const line of tableOf(rows)) console.log(line)
