/**
 * A day of news through the real daemon, judged as a reader would: 44 labelled events in 2,898 headlines, 1,500
 * unrelated articles, 105 feeds, three editions and 17,500 reads, all drawn from a seed.
 *
 *     npm run bench:day -- --folder ../shared/text [--seed 1] [--seeds 1] [--out DIR] [--keep] [--json]
 *     npm run bench:day -- --day de
 *
 * `--day de` and `--day fr` are small days in other languages, made by hand: 12 events in 60 articles of 8 feeds.
 * `--seeds 3` runs three seeds from `--seed` on and adds medians. `--out` gets pages to look at, one folder a seed, and
 * figures.json. `--keep` leaves configuration, log and data of the daemon where they were, and says where.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { renderTable } from '../src/util/table.ts'
import { buildDay, MADE_DAYS, readMadeDay, readTexts, type Texts } from './day/build.ts'
import { type FigureRow, makeRows } from './day/figures.ts'
import { judge } from './day/judge.ts'
import { writePages } from './day/pages.ts'
import { makeReads } from './day/readers.ts'
import { runDay } from './day/run.ts'

const READS = 17_500
/** Of a small day: so many that each article that is out has some. */
const READS_OF_MADE = 1_500
const DAYS = 'bench/day/days'

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string' },
    day: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    out: { type: 'string' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const fail = (text: string): never => {
  console.error(text)
  process.exit(2)
}
const number = (name: 'seed' | 'seeds'): number => {
  const value = Number(options[name])
  return Number.isInteger(value) && value >= 1 ? value : fail(`--${name} must be a whole number, not ${options[name]}`)
}
const readFolder = (): Texts => {
  const made = MADE_DAYS.find(language => language === options.day)
  if (made) return readMadeDay(DAYS, made)
  if (options.day !== undefined) return fail(`--day must be ${MADE_DAYS.join(' or ')}, not ${options.day}`)
  if (options.folder === undefined)
    return fail(`--folder must name the folder with events-large.jsonl, or --day ${MADE_DAYS.join(' or ')}`)
  try {
    return readTexts(options.folder)
  } catch (error) {
    return fail(`--folder ${options.folder}: ${(error as Error).message}`)
  }
}

/** Runs one seed. @returns its figures, by name, and what they are made of */
const runSeed = async (texts: Texts, seed: number) => {
  const began = performance.now()
  const say = (text: string) =>
    console.error(`seed ${seed}, ${Math.round((performance.now() - began) / 1_000)} s: ${text}`)
  const dir = mkdtempSync(join(tmpdir(), `newsdesk-day-${seed}-`))
  const remove = (): void => rmSync(dir, { recursive: true, force: true })
  // Also where the benchmark is broken off.
  if (!options.keep) process.once('exit', remove)
  try {
    const day = buildDay(texts, { seed, end: Date.now() })
    const reads = makeReads(day, { seed, count: options.day === undefined ? READS : READS_OF_MADE })
    const { outcome, costs, restarted } = await runDay({ day, reads, dir, say })
    say('judging')
    const judged = judge(day, reads, outcome, restarted)
    const figures = {
      ...judged.figures,
      workerCpu: (1_000 * costs.worker) / outcome.articles.size,
      redisCpu: (1_000 * costs.redis) / outcome.articles.size,
      workerMemory: costs.workerMemory,
      redisMemory: costs.redisMemory,
      seconds: costs.seconds,
    }
    if (options.out !== undefined) {
      const pages = join(options.out, `seed-${seed}`)
      mkdirSync(pages, { recursive: true })
      writePages(pages, { day, reads, outcome, judged, rows: makeRows([figures], day.events.length) })
      say(`pages are in ${pages}`)
    }
    const { order, largest, hidden } = judged
    return { seed, figures, order, largest, hidden, refused: outcome.refused }
  } finally {
    if (options.keep) say(`kept ${dir}`)
    else remove()
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const texts = readFolder()
const [first, count] = [number('seed'), number('seeds')]
const runs: Awaited<ReturnType<typeof runSeed>>[] = []
for (let seed = first; seed < first + count; seed += 1) runs.push(await runSeed(texts, seed))

const countEvents = new Set(texts.headlines.map(({ story }) => story)).size
const rows = makeRows(
  runs.map(({ figures }) => figures),
  countEvents,
)
const json = JSON.stringify({ node: process.version, runs }, null, 2)
if (options.out !== undefined) writeFileSync(join(options.out, 'figures.json'), json)
if (options.json) console.log(json)
else {
  const titles = [...runs.map(({ seed }) => `seed ${seed}`), ...(count > 1 ? ['median'] : [])]
  const columns = [
    { title: '', value: ({ title }: FigureRow) => title },
    ...titles.map((title, place) => ({
      title,
      value: ({ values }: FigureRow) => values[place] ?? '',
      align: 'right' as const,
    })),
    { title: 'goal', value: ({ goal }: FigureRow) => goal, align: 'right' as const },
  ]
  for (const line of renderTable(rows, columns, 140)) console.log(line)
}
