/**
 * How fresh each rule for polling keeps a site, and at what cost: `npm run bench:schedule [-- --sources 2000] [--days 28] [--seeds 1]`, a
 * discrete-event simulation on publication patterns, the same world for every rule; `--from 100` takes other seeds, `--world other` a world in
 * which every number is another. `-- --claim [--due 50000]` measures instead what the
 * scheduler's tick costs on a real Redis, and what a source takes there. `--plot file.svg` draws mean delay against requests.
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CrawlSettings } from '../src/config/sections/crawl.ts'
import { DEFAULT_FETCH_COST } from '../src/sources/schedule/next-due.ts'
import { measureClaim } from './schedule/claim.ts'
import { plot } from './schedule/plot.ts'
import { commafeed, fixed, mediacloud, miniflux, newsdesk, type Policy } from './schedule/policies.ts'
import { pooled, type Row, rowOf, showGoals, showPatterns, showRows } from './schedule/report.ts'
import { simulate } from './schedule/simulate.ts'
import { aWorld, MINUTE } from './schedule/world.ts'

const { values } = parseArgs({
  options: {
    sources: { type: 'string', default: '2000' },
    days: { type: 'string', default: '28' },
    seeds: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    world: { type: 'string', default: 'usual' },
    plot: { type: 'string' },
    claim: { type: 'boolean', default: false },
    due: { type: 'string', default: '50000' },
  },
})

const settings = CrawlSettings.parse({})
const rivals = [fixed(15), fixed(60), miniflux, commafeed, mediacloud]
const priced = (price: number): Policy => newsdesk(`newsdesk at ${price / MINUTE} min`, price, settings)
const own = newsdesk('newsdesk', DEFAULT_FETCH_COST, settings)
/** Other prices, for the curve: on a part of the first world. */
const CURVE = [0.5, 1, 2, 3, 5, 14, 25, 60].map(price => price * MINUTE)
const CURVE_SOURCES = 200

const say = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
}

const simulation = (): void => {
  const [count, days, seeds] = [Number(values.sources), Number(values.days), Number(values.seeds)]
  const first = Number(values.from)
  const kind = values.world === 'other' ? 'other' : 'usual'
  const outcomes = new Map<string, ReturnType<typeof simulate>[]>()
  for (let seed = first; seed < first + seeds; seed += 1) {
    const world = aWorld(seed, count, days, kind)
    for (const policy of [...rivals, own]) {
      const outcome = simulate(world, policy, days, done => say(`seed ${seed}, ${policy.name}: ${done} sources`))
      outcomes.set(policy.name, [...(outcomes.get(policy.name) ?? []), outcome])
    }
  }
  const part = aWorld(first, Math.min(CURVE_SOURCES, count), days, kind)
  const curve = [...CURVE, DEFAULT_FETCH_COST]
    .sort((a, b) => a - b)
    .map((price): Row => {
      say(`curve, price ${price / MINUTE} min`)
      return rowOf(pooled([simulate(part, priced(price), days)]), part.length, days)
    })
  say('')
  const rows = [...outcomes.values()].map(of => rowOf(pooled(of), count * seeds, days))
  console.log(
    `${count} sources, ${days} days, ${seeds} seeds from ${first}, ${kind} world; delays in minutes, requests a source and day\n`,
  )
  for (const line of showRows(rows, curve)) console.log(line)
  console.log('\nmean delay (requests) by pattern\n')
  for (const line of showPatterns(rows)) console.log(line)
  console.log(`\nnewsdesk at other prices, ${part.length} sources of the first seed\n`)
  for (const line of showRows(curve, [])) console.log(line)
  console.log('\ngoals\n')
  for (const line of showGoals(rows, curve)) console.log(line)
  if (values.plot) writeFileSync(values.plot, plot(rows, curve))
}

if (values.claim) await measureClaim(Number(values.due))
else simulation()
