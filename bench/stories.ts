/**
 * `npm run bench:stories [-- --folder <folder with stories.jsonl>] [--windows 10000,50000,200000] [--same N]`: CPU an article as the window fills, over
 * a made archive (seeded), and over real articles that arrive in it where there is a folder; or, with `--same 1000000`, as one text comes
 * over and over.
 */

import { parseArgs } from 'node:util'
import { tellingWords } from '../src/languages/segment.ts'
import { renderTable } from '../src/util/table.ts'
import { readStories, toldBy } from './quality-stories.ts'
import { type Cost, sameTextCosts, storyCosts } from './story-cost.ts'

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    windows: { type: 'string', default: '10000,50000,200000' },
    same: { type: 'string' },
  },
})
if (values.same !== undefined) {
  for (const { copies, micros } of sameTextCosts(Number(values.same)))
    console.log(`one text, up to its ${copies.toLocaleString('en')}th copy: ${Math.round(micros)} µs CPU an article`)
  process.exit(0)
}
const windows = values.windows
  .split(',')
  .map(Number)
  .sort((a, b) => a - b)

const textsOf = (folder: string) => {
  const { articles, others } = readStories(folder)
  const counts = new Map<string, number>()
  for (const { title, summary } of [...articles, ...others])
    for (const word of tellingWords(`${title} ${summary}`, 'en', true)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const vocabulary = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([word]) => word)
  return { vocabulary, real: articles.map(article => toldBy(article)) }
}

const { vocabulary, real } = values.folder === undefined ? { vocabulary: [], real: [] } : textsOf(values.folder)
const costs: Cost[] = []
for (const cost of storyCosts(windows, real, vocabulary)) {
  costs.push(cost)
  console.error(`${cost.window} articles in the window: ${Math.round(cost.micros)} µs an article`)
}
const number = (value: number | null): string => (value === null ? '-' : Math.round(value).toLocaleString('en'))
for (const line of renderTable(
  costs,
  [
    { title: 'in the window', value: ({ window }) => number(window), align: 'right' },
    { title: 'µs CPU an article', value: ({ micros }) => number(micros), align: 'right' },
    { title: 'µs, real texts', value: ({ realMicros }) => number(realMicros), align: 'right' },
    { title: 'bytes an entry', value: ({ entryBytes }) => number(entryBytes), align: 'right' },
    { title: 'heap, MB', value: ({ heapMegabytes }) => number(heapMegabytes), align: 'right' },
  ],
  120,
))
  console.log(line)
