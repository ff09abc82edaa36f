/**
 * `npm run longrun [-- --days 7 --articles 2000000 --events 20000000]`: runs newsdesk for days in fast-forward, on a
 * clock of its own. For each hour it compares all windows with an independent count, checks the age of every list, and
 * measures memory, which must not grow after the warm-up. Exits with 1 if any check fails. `--plot` writes the memory
 * as SVG. The default run is small; docs/reliability.md says what a large one takes.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { plotMemory } from './longrun/plot.ts'
import { runLong } from './longrun/run.ts'
import type { Hour } from './longrun/stage.ts'

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '3' },
    sources: { type: 'string', default: '500' },
    articles: { type: 'string', default: '3000' },
    events: { type: 'string', default: '60000' },
    retention: { type: 'string', default: '1' },
    plot: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const number = (name: 'days' | 'sources' | 'articles' | 'events' | 'retention'): number => {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= 1) return value
  console.error(`--${name} must be a whole number from 1, not ${values[name]}`)
  process.exit(2)
}
/** How much more memory the last quarter after the warm-up may take than the first. */
const GROWTH = 1.1

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-longrun-'))
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
const [days, retention] = [number('days'), number('retention')]
const report = await runLong({
  ...{ dir, days, retention, sources: number('sources'), articles: number('articles'), events: number('events') },
  say: line => console.error(line),
})

/** Articles leave after their retention; the week's window is full after a week. */
const warm = Math.min(retention * 24 + 12, report.hours.length - 4)
const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
const grown = (of: keyof Hour) => {
  const after = report.hours.slice(warm).map(hour => hour[of])
  const quarter = Math.max(1, Math.floor(after.length / 4))
  return { first: median(after.slice(0, quarter)), last: median(after.slice(-quarter)) }
}
const memory = { redis: grown('redis'), rss: grown('rss'), live: grown('live') }
const wrong = [
  ...report.wrong,
  ...(['redis', 'live'] as const).flatMap(of =>
    memory[of].last > memory[of].first * GROWTH
      ? [
          `memory ${of}: ${memory[of].first.toFixed(1)} MB after the warm-up, ${memory[of].last.toFixed(1)} MB in the end`,
        ]
      : [],
  ),
]
if (values.plot !== undefined) {
  const series = (['redis', 'rss', 'live'] as const).map(of => ({
    name: { redis: 'Redis', rss: 'worker', live: 'worker, live' }[of],
    values: report.hours.map(hour => hour[of]),
  }))
  writeFileSync(values.plot, plotMemory(series, warm))
}
const { hours, ...rest } = report
if (values.json) console.log(JSON.stringify({ ...rest, wrong, memory, hours }))
else {
  const show = (of: keyof Hour) => `${memory[of].first.toFixed(1)} -> ${memory[of].last.toFixed(1)} MB`
  console.log(
    `${hours.length} hours in ${report.seconds} s: ${report.articles} articles, ${report.events} reads, ${report.compared} windows compared, ${report.lists} ages of lists looked at`,
  )
  console.log(
    `first and last quarter after ${warm} h: Redis ${show('redis')}, worker ${show('rss')}, live ${show('live')}`,
  )
  console.log(`wrong: ${wrong.length}`)
  for (const each of wrong.slice(0, 20)) console.log(`  ${each}`)
}
process.exitCode = wrong.length > 0 ? 1 : 0
