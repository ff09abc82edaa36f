/** `npm run quality -- <folder> [window]`: stories and sections measured beside the baselines, in one table. */

import { existsSync } from 'node:fs'
import { storyRows } from './quality-stories.ts'

const [folder, window] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run quality -- <folder with stories.jsonl and sections-*.jsonl> [articles in the window]')
  process.exit(2)
}
const sections = new URL('./quality-sections.ts', import.meta.url)
const more = existsSync(sections) ? ((await import(sections.href)).sectionRows?.(folder) ?? []) : []
for (const { task, method, figure } of [...more, ...storyRows(folder, Number(window ?? 20_000))])
  console.log(`${task.padEnd(40)} ${method.padEnd(30)} ${figure}`)
