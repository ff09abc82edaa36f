/**
 * `npm run quality -- <folder> [--window N] [--embeddings PATH]`: sections, then stories, measured on labelled data beside the baselines.
 * The folder holds sections-train.jsonl, sections-test.jsonl and stories.jsonl, or some of them.
 */

import { parseArgs } from 'node:util'
import { quality as sections } from './quality-sections.ts'
import { storyRows } from './quality-stories.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { window: { type: 'string', default: '20000' }, embeddings: { type: 'string' } },
})
const [folder] = positionals
if (folder === undefined) {
  console.error(
    'usage: npm run quality -- <folder with stories.jsonl and sections-*.jsonl> [--window articles] [--embeddings path]',
  )
  process.exit(2)
}
await sections(folder, values.embeddings === undefined ? [] : ['--embeddings', values.embeddings])
for (const { task, method, figure } of storyRows(folder, Number(values.window)))
  console.log(`${task.padEnd(40)} ${method.padEnd(30)} ${figure}`)
