/**
 * How fresh each rule for polling keeps a site, and at what cost: `npm run bench:schedule [-- --sources 2000] [--days 28] [--seeds 1]`, a
 * discrete-event simulation on publication patterns, the same world for every rule; `--from 100` takes other seeds, `--world other` a world in
 * which every number is another. `--times <file>` simulates real publication times instead (see `schedule/times.ts`); `--every 4 --first 1` a
 * quarter of its sources, `--warm` after the 30 days before were polled too, `--budget 800` a budget
 * for half of `--sources`, and then all. `-- --claim [--due 50000]` measures instead what the
 * scheduler's tick costs on a real Redis, and what a source takes there. `--plot file.svg` draws mean delay against requests.
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CrawlSettings } from '../src/config/sections/crawl.ts'
import { DEFAULT_FETCH_COST } from '../src/sources/schedule/next-due.ts'
import { measureBudget } from './schedule/budget.ts'
import { measureClaim } from './schedule/claim.ts'
import { plot } from './schedule/plot.ts'
import { commafeed, fixed, mediacloud, miniflux, newsdesk, type Policy } from './schedule/policies.ts'
import { measurePrice } from './schedule/price.ts'
import {
  burstDelays,
  pooled,
  type Row,
  rowOf,
  showGoals,
  showPatterns,
  showRows,
  showTimesGoals,
} from './schedule/report.ts'
import { simulate } from './schedule/simulate.ts'
import { readTimes } from './schedule/times.ts'
import { aWorld, MINUTE, type World } from './schedule/world.ts'

const { values } = parseArgs({
  options: {
    sources: { type: 'string', default: '2000' },
    days: { type: 'string', default: '28' },
    seeds: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    world: { type: 'string', default: 'usual' },
    plot: { type: 'string' },
    times: { type: 'string' },
    every: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    warm: { type: 'boolean', default: false },
    budget: { type: 'string' },
    claim: { type: 'boolean', default: false },
    price: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '60' },
    due: { type: 'string', default: '50000' },
  },
})

const settings = CrawlSettings.parse({})
const rivals = [fixed(15), fixed(60), miniflux, commafeed, mediacloud]
const priced = (price: number): Policy => newsdesk(`newsdesk at ${price / MINUTE} min`, price, settings)
const own = newsdesk('newsdesk', DEFAULT_FETCH_COST, settings)
/** Prices for the curve on real times: from 4 to 96 requests. */
const TIMES_CURVE = [0.05, 0.15, 0.3, 0.5, 0.8, 1.5, 3, 5, 7.5, 10, 20, 50, 150].map(price => price * MINUTE)
/** Other prices, for the curve: on a part of the first world. */
const CURVE = [0.5, 1, 2, 3, 5, 14, 25, 60].map(price => price * MINUTE)
const CURVE_SOURCES = 200

const say = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
  else if (line !== '') process.stderr.write(`${line}\n`)
}

/** Every rule on the worlds together, newsdesk at other prices on another. */
const compare = (worlds: readonly World[], part: World, prices: readonly number[]): { rows: Row[]; curve: Row[] } => {
  const rows = [...rivals, own].map(policy => {
    const outcomes = worlds.map(world =>
      simulate(world, policy, done => say(`${world.name}, ${policy.name}: ${done} sources`)),
    )
    return rowOf(pooled(outcomes), part)
  })
  const curve = prices.map(price =>
    rowOf(
      simulate(part, priced(price), done => say(`curve, price ${price / MINUTE} min: ${done} sources`)),
      part,
    ),
  )
  say('')
  return { rows, curve }
}

const synthetic = (): void => {
  const [count, days, seeds] = [Number(values.sources), Number(values.days), Number(values.seeds)]
  const first = Number(values.from)
  const kind = values.world === 'other' ? 'other' : 'usual'
  const worlds = Array.from({ length: seeds }, (_, index) => aWorld(first + index, count, days, kind))
  const part = aWorld(first, Math.min(CURVE_SOURCES, count), days, kind)
  const { rows, curve } = compare(
    worlds,
    part,
    [...CURVE, DEFAULT_FETCH_COST].sort((a, b) => a - b),
  )
  console.log(
    `${count} sources, ${days} days, ${seeds} seeds from ${first}, ${kind} world; delays in minutes, requests a source and day\n`,
  )
  for (const line of showRows(rows, curve, part.known)) console.log(line)
  console.log('\nmean delay (requests) by pattern\n')
  for (const line of showPatterns(rows, part.patterns)) console.log(line)
  console.log(`\nnewsdesk at other prices, ${part.sources.length} sources of the first seed\n`)
  for (const line of showRows(curve, [], part.known)) console.log(line)
  console.log('\ngoals\n')
  for (const line of showGoals(rows, curve)) console.log(line)
  if (values.plot) writeFileSync(values.plot, plot(rows, curve))
}

const real = (file: string): void => {
  const [every, part] = [Number(values.every), Number(values.first)]
  const world = readTimes(file, { every, first: part, isWarm: values.warm })
  const { rows, curve } = compare([world], world, TIMES_CURVE)
  console.log(
    `${world.sources.length} sources, ${world.days} days of real times, ${values.warm ? 'polled for 30 days before' : 'first fetched at their start'}; delays in minutes, requests a source and day\n`,
  )
  for (const line of showRows(rows, curve, world.known)) console.log(line)
  console.log('\nmean delay (requests) by rate\n')
  for (const line of showPatterns(rows, world.patterns)) console.log(line)
  console.log('\nnewsdesk at other prices\n')
  for (const line of showRows(curve, [], world.known)) console.log(line)
  console.log('\ngoals\n')
  for (const line of showTimesGoals(rows, curve)) console.log(line)
  console.log('\nbursts: delay of the second to tenth item of the 100 largest\n')
  for (const policy of [commafeed, own, priced(MINUTE)]) {
    const { mean, median, bursts } = burstDelays(simulate(world, policy), world, 100)
    console.log(`${policy.name.padEnd(26)} mean ${mean.toFixed(1)}, median ${median.toFixed(1)} (${bursts} bursts)`)
  }
  if (values.plot) writeFileSync(values.plot, plot(rows, curve))
}

if (values.price) for (const line of await measurePrice(Number(values.rounds))) console.log(line)
else if (values.claim) await measureClaim(Number(values.due))
else if (values.times && values.budget)
  for (const line of measureBudget(
    readTimes(values.times, { every: Number(values.every), first: Number(values.first) }),
    ...([Number(values.sources) / 2, Number(values.budget), Number(values.days)] as const),
  ))
    console.log(line)
else if (values.times) real(values.times)
else synthetic()
