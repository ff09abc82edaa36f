/**
 * What the whole pipeline costs, from fetch to list, beside the naive one: `npm run bench [-- --json]`. Both in turn in one run, each in a
 * process of its own over one Redis, against the same publishers; CPU seconds of the worker and of Redis together, medians of rounds.
 */

import { type ChildProcess, execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { type Cost, median, openStage, quantile } from './pipeline/stage.ts'

const FEEDS = Number(process.env.BENCH_FEEDS ?? 300)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const ITEMS = 30
const NEW = 2
/** Microseconds that no command may hold Redis up. */
const SLOW = 5_000
/** As the workers know it: what Redis was asked goes there, too. */
const folder = process.env.BENCH_PROFILE
const asJson = process.argv.includes('--json')
const say = (text: string) => process.stderr.write(`${text}\n`)

const CONTESTANTS = ['ours', 'naive'] as const
type Name = (typeof CONTESTANTS)[number]

/** With what is aimed at: CPU seconds, and times the naive pipeline (docs/performance.md). */
const SCENARIOS = [
  { name: 'cold ingest', per: 'per 1,000 articles', units: FEEDS * ITEMS, goal: 0.45, times: 3 },
  { name: 'edition, 2 new items a feed', per: 'per 1,000 new items', units: FEEDS * NEW, goal: 1.6, times: 7 },
  { name: 'unchanged, answered 304', per: 'per 1,000 feeds', units: FEEDS, goal: 1.2, times: 19 },
  { name: 'unchanged, the same body', per: 'per 1,000 feeds', units: FEEDS, goal: 1.6, times: 15 },
] as const
type Scenario = (typeof SCENARIOS)[number]['name']

interface Taken extends Cost {
  /** ms each, of LRANGE 0 19 meanwhile. */
  readonly reads: readonly number[]
  /** ms from the last fetch to the last change of what was read. */
  readonly visible: number
}

const stage = await openStage()
const { redis } = stage
// What holds Redis up for longer is told at the end.
await redis.config('SET', 'slowlog-log-slower-than', SLOW)
const reader = new Redis({ path: stage.socket })
const workers = new Map<Name, ChildProcess>()
for (const name of CONTESTANTS) workers.set(name, await stage.startWorker(name, FEEDS * (ROUNDS + 1)))

/** What Redis was asked since it was last told to forget, dearest first: calls and microseconds, those made within scripts included. */
const commandStats = async (): Promise<string> => {
  const stats = [...(await redis.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+),usec=(\d+)/g)]
    .map(([, command = '', calls = '', micros = '']) => ({ command, calls: Number(calls), micros: Number(micros) }))
    .sort((a, b) => b.micros - a.micros)
  return JSON.stringify(stats, null, 1)
}

const timedReads = async (key: string, until: AbortSignal): Promise<{ taken: number[]; changedAt: number }> => {
  const taken: number[] = []
  let [before, changedAt] = ['', 0]
  while (!until.aborted) {
    const began = performance.now()
    const read = await reader.lrange(key, 0, 19)
    taken.push(performance.now() - began)
    const now = read.join()
    if (now !== before) changedAt = Date.now()
    before = now
    await delay(5)
  }
  return { taken, changedAt }
}

const take = async (name: Name, scenario: Scenario, first: number): Promise<Taken> => {
  const worker = workers.get(name) as ChildProcess // started above
  if (folder) await redis.config('RESETSTAT')
  const ended = new AbortController()
  const reads = timedReads(`${name}:list:latest`, ended.signal)
  const cost = await stage.crawl(worker, [first, FEEDS])
  ended.abort()
  if (folder) writeFileSync(join(folder, `${name}-${scenario}-${first}.commands.json`), await commandStats())
  const { taken: times, changedAt } = await reads
  return { ...cost, reads: times, visible: changedAt - (await stage.askedAt()) }
}

const taken = new Map<string, Taken[]>()
const idle: number[] = []
for (let round = 0; round <= ROUNDS; round += 1) {
  const first = round * FEEDS
  for (const [edition, validators, scenario] of [
    [0, true, 'cold ingest'],
    [1, true, 'edition, 2 new items a feed'],
    [1, true, 'unchanged, answered 304'],
    [1, false, 'unchanged, the same body'],
  ] as const satisfies readonly (readonly [number, boolean, Scenario])[]) {
    await stage.serve([first, FEEDS], edition, validators)
    // Who goes first takes turns.
    for (const name of round % 2 === 0 ? CONTESTANTS : [...CONTESTANTS].reverse()) {
      say(`round ${round} of ${ROUNDS}${round === 0 ? ', to warm up' : ''}: ${scenario}, ${name}`)
      const result = await take(name, scenario, first)
      // Gaps between visits to a publisher have passed.
      await delay(300)
      if (round > 0) taken.set(`${scenario} ${name}`, [...(taken.get(`${scenario} ${name}`) ?? []), result])
    }
  }
  if (round > 0) {
    const quiet = new AbortController()
    const reads = timedReads('ours:list:latest', quiet.signal)
    await delay(1_500)
    quiet.abort()
    idle.push(...(await reads).taken)
  }
}

/** Started anew with all it has taken in: until it is ready, and has taken in two more items of one feed. */
interface Restart {
  readonly ms: number
  readonly cpu: number
}
const restarts = new Map<Name, Restart>()
for (const name of CONTESTANTS) {
  say(`restart with ${FEEDS * ITEMS * (ROUNDS + 1)} articles, ${name}`)
  await stage.stopWorker(workers.get(name) as ChildProcess) // started above
  await stage.serve([0, 1], 2, true)
  const [began, redisBefore] = [performance.now(), await stage.redisSeconds()]
  const worker = await stage.startWorker(name, FEEDS * (ROUNDS + 1))
  const { sinceStart } = await stage.crawl(worker, [0, 1])
  restarts.set(name, { ms: performance.now() - began, cpu: sinceStart + (await stage.redisSeconds()) - redisBefore })
  workers.set(name, worker)
}

const rows = SCENARIOS.map(({ name, per, units, goal, times }) => {
  const of = (who: Name) => taken.get(`${name} ${who}`) ?? []
  const seconds = (who: Name) => (median(of(who).map(each => each.seconds + each.redis)) / units) * 1_000
  const [own, naive] = [seconds('ours'), seconds('naive')]
  return {
    ...{ scenario: name, per, goal, times },
    ours: own,
    naive,
    ratio: median(
      of('ours').map((each, at) => {
        const other = of('naive')[at]
        return other ? (other.seconds + other.redis) / (each.seconds + each.redis) : Number.NaN
      }),
    ),
    redisShare: median(of('ours').map(each => each.redis / (each.seconds + each.redis))),
    perSecond: median(of('ours').map(({ ms }) => (units / ms) * 1_000)),
    naivePerSecond: median(of('naive').map(({ ms }) => (units / ms) * 1_000)),
    commands: median(of('ours').map(({ commands }) => commands / units)),
    naiveCommands: median(of('naive').map(({ commands }) => commands / units)),
    peakMb: Math.max(...of('ours').map(({ peak }) => peak)) / 2 ** 20,
    naivePeakMb: Math.max(...of('naive').map(({ peak }) => peak)) / 2 ** 20,
  }
})
const readsOf = (who: Name) => (taken.get(`cold ingest ${who}`) ?? []).flatMap(({ reads }) => reads)
const reads = {
  idleP99: quantile(idle, 0.99),
  oursP99: quantile(readsOf('ours'), 0.99),
  naiveP99: quantile(readsOf('naive'), 0.99),
}
/** Commands that held Redis up too long, slowest first. */
const slow = ((await redis.slowlog('GET', 100)) as [number, number, number, string[]][])
  .filter(([, , , [command]]) => command !== 'INFO' && command !== 'CONFIG')
  .map(([, , micros, args]) => ({ ms: micros / 1_000, command: args.slice(0, 3).join(' ').slice(0, 100) }))
  .sort((a, b) => b.ms - a.ms)
const visibleOf = (who: Name) =>
  median((taken.get(`edition, 2 new items a feed ${who}`) ?? []).map(({ visible }) => visible))
const visible = { ours: visibleOf('ours'), naive: visibleOf('naive') }
const restart = Object.fromEntries(restarts) as Record<Name, Restart> // one each

/** The part that counts events, by itself: a Redis and a process of its own. */
interface Events {
  readonly perSecond: number
  /** CPU seconds a million. */
  readonly worker: number
  readonly redis: number
}
say('events, both in turn')
const script = fileURLToPath(new URL(`./events${extname(import.meta.url)}`, import.meta.url))
const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, script, '--rounds', '3', '--json'])
const events = JSON.parse(stdout) as Record<Name, Events> // as events.ts prints

if (asJson)
  console.log(
    JSON.stringify(
      { node: process.version, feeds: FEEDS, rounds: ROUNDS, rows, events, reads, visible, restart, slow },
      null,
      2,
    ),
  )
else {
  console.log(
    `${FEEDS} feeds of ${ITEMS} items, ${ROUNDS} rounds; CPU seconds of worker and Redis, medians; Node ${process.version}`,
  )
  console.table(
    Object.fromEntries(
      rows.map(row => [
        `${row.scenario}, ${row.per}`,
        {
          ours: row.ours.toFixed(2),
          naive: row.naive.toFixed(2),
          'naive / ours': row.ratio.toFixed(1),
          goal: `${row.goal}, x ${row.times}`,
          'Redis %': Math.round(row.redisShare * 100),
          'units/s': `${Math.round(row.perSecond)} | ${Math.round(row.naivePerSecond)}`,
          'commands/unit': `${row.commands.toFixed(1)} | ${row.naiveCommands.toFixed(1)}`,
          'peak MB': `${Math.round(row.peakMb)} | ${Math.round(row.naivePeakMb)}`,
        },
      ]),
    ),
  )
  const [own, naive] = [events.ours, events.naive].map(each => each.worker + each.redis) as [number, number]
  console.log(
    `Events, per million: ${own.toFixed(1)} CPU s, naive ${naive.toFixed(0)}, ${(naive / own).toFixed(1)} times (goal: 40, x 15); ${Math.round(events.ours.perSecond)} and ${Math.round(events.naive.perSecond)} events/s (goal: 40000)`,
  )
  console.log(
    `Last fetch of an edition to its last change of latest: ${visible.ours} ms, naive ${visible.naive} ms (goal: 250)`,
  )
  console.log(
    `Restart with ${FEEDS * ITEMS * (ROUNDS + 1)} articles until two more are in: ${restart.ours.ms.toFixed(0)} ms, ${restart.ours.cpu.toFixed(1)} s CPU; naive ${restart.naive.ms.toFixed(0)} ms, ${restart.naive.cpu.toFixed(1)} s`,
  )
  console.log(
    `LRANGE 0 19, p99: idle ${reads.idleP99.toFixed(2)} ms, while ours ingests ${reads.oursP99.toFixed(2)}, while the naive one does ${reads.naiveP99.toFixed(2)} (goal: 1.5 x idle)`,
  )
}

if (!asJson) {
  console.log(`Commands that held Redis up for more than ${SLOW / 1_000} ms: ${slow.length} (goal: 0)`)
  for (const { ms, command } of slow.slice(0, 5)) console.log(`  ${ms.toFixed(1)} ms  ${command}`)
}

for (const worker of workers.values()) await stage.stopWorker(worker)
reader.disconnect()
await stage.close()
