/**
 * `npm run faults [-- --seeds 20] [--seed 7] [--faults 50]`: daemons, Redis, the network between them and publishers fail at random while
 * news and readers come in; then an independent checker holds what stands in Redis to the truth. Ends with 1 where it falls short.
 * Results are appended to `--out` seed by seed. docs/reliability.md tells of it.
 */

import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { reportText } from './faults/report.ts'
import { runSeed, type SeedReport } from './faults/run.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string' },
    first: { type: 'string', default: '1' },
    faults: { type: 'string', default: '50' },
    daemons: { type: 'string', default: '2' },
    papers: { type: 'string', default: '16' },
    backlog: { type: 'string', default: '25' },
    every: { type: 'string', default: '1500' },
    within: { type: 'string', default: '30' },
    kinds: { type: 'string' },
    out: { type: 'string' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

const number = (name: 'seeds' | 'first' | 'faults' | 'daemons' | 'papers' | 'backlog' | 'every' | 'within'): number => {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= (name === 'faults' ? 0 : 1)) return value
  console.error(`--${name} must be a whole number, not ${values[name]}`)
  process.exit(2)
}

const first = values.seed === undefined ? number('first') : Number(values.seed)
const count = values.seed === undefined ? number('seeds') : 1
const isTerminal = process.stderr.isTTY
let told = 0
/** One line that is written over on a terminal; elsewhere one in ten seconds. */
const progress = (line: string): void => {
  if (isTerminal) process.stderr.write(`\r\u001b[2K${line.slice(0, process.stderr.columns - 1)}`)
  else if (performance.now() - told > 10_000) {
    told = performance.now()
    console.error(line)
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const reports: SeedReport[] = []
let broken = 0
for (let seed = first; seed < first + count; seed += 1) {
  const dir =
    values.keep === undefined ? mkdtempSync(join(tmpdir(), 'newsdesk-faults-')) : join(values.keep, String(seed))
  mkdirSync(dir, { recursive: true })
  try {
    const report = await runSeed({
      seed,
      dir,
      ...{ faults: number('faults'), daemons: number('daemons'), papers: number('papers') },
      ...{ backlog: number('backlog'), every: number('every'), within: number('within') * 1_000, say: progress },
      ...(values.kinds === undefined ? {} : { kinds: values.kinds.split(',') }),
    })
    reports.push(report)
    if (values.out !== undefined) {
      mkdirSync(dirname(values.out), { recursive: true })
      appendFileSync(values.out, `${JSON.stringify(report)}\n`)
    }
    if (isTerminal) process.stderr.write('\r\u001b[2K')
    console.error(
      `seed ${seed} (${report.fsync}): ${report.faults.length} faults, ${report.articles} articles, ${report.events} events, well after ${report.recovered === null ? 'never' : `${(report.recovered / 1_000).toFixed(1)} s`}, ${report.violations.length} wrong, ${report.seconds} s`,
    )
    for (const { what, detail } of report.violations.slice(0, 12)) console.error(`  ${what}: ${detail}`)
  } catch (error) {
    broken += 1
    console.error(`seed ${seed} could not be run:`, error)
  }
  if (values.keep === undefined) rmSync(dir, { recursive: true, force: true })
}
console.log(values.json ? JSON.stringify(reports) : reportText(reports))
process.exitCode = broken > 0 || reports.some(({ violations }) => violations.length > 0) ? 1 : 0
