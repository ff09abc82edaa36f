/**
 * What the whole pipeline costs, from fetch to list: this build, the naive pipeline and, with `--against REF`, the build of another commit, in turn
 * in one run, each in a process of its own over one Redis, against the same publishers. Ratios are of the values of one round, their medians with an
 * interval of 95 %; a ratio below 1 says that this build needs less.
 *
 *     npm run bench -- [--against REF] [--rounds 5] [--feeds 300] [--restarts 3] [--no-naive] [--no-events] [--json]
 *
 * `BENCH_PROFILE=<folder>`: CPU profiles, flame graphs and commands by name.
 */

import { type ChildProcess, execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { buildRef } from './pipeline/build.ts'
import { type Figure, jsonOf, tableOf } from './pipeline/report.ts'
import { type Cost, openStage, type Stage } from './pipeline/stage.ts'
import { median, quantile } from './pipeline/statistics.ts'

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    feeds: { type: 'string', default: '300' },
    restarts: { type: 'string', default: '3' },
    naive: { type: 'boolean', default: true },
    events: { type: 'boolean', default: true },
    json: { type: 'boolean', default: false },
  },
})
const [FEEDS, ROUNDS, RESTARTS] = [options.feeds, options.rounds, options.restarts].map(Number) as [
  number,
  number,
  number,
]
const ITEMS = 30
const NEW = 2
/** Microseconds that no command should hold Redis up. */
const SLOW = 5_000
const OWN = 'ours'
/** As the workers know it: what Redis was asked goes there, too. */
const profiles = process.env.BENCH_PROFILE
const say = (text: string) => process.stderr.write(`${text}\n`)

const SCENARIOS = [
  { name: 'cold ingest', per: 'article', units: FEEDS * ITEMS, edition: 0, validators: true },
  { name: 'edition, 2 new items a feed', per: 'new item', units: FEEDS * NEW, edition: 1, validators: true },
  { name: 'unchanged, answered 304', per: 'feed', units: FEEDS, edition: 1, validators: true },
  { name: 'unchanged, the same body', per: 'feed', units: FEEDS, edition: 1, validators: false },
] as const
type Scenario = (typeof SCENARIOS)[number]

interface Contestant {
  readonly name: string
  readonly kind: 'ours' | 'naive'
  readonly root?: string | undefined
}

interface Crawl extends Cost {
  /** ms each, of LRANGE 0 19 meanwhile. */
  readonly reads: readonly number[]
  /** ms from the last fetch to the last change of what was read. */
  readonly visible: number
}

interface Restart {
  readonly ms: number
  readonly cpu: number
  readonly peak: number
}

/** What was measured: `get(scenario, contestant)` has one value a round. */
const crawls = new Map<string, Crawl[]>()
const restarts = new Map<string, Restart[]>()
const push = <T>(into: Map<string, T[]>, key: string, value: T) => into.set(key, [...(into.get(key) ?? []), value])

/** What Redis was asked since it was last told to forget, dearest first: calls and microseconds, those made within scripts included. */
const commandStats = async (stage: Stage): Promise<string> => {
  const stats = [...(await stage.redis.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+),usec=(\d+)/g)]
    .map(([, command = '', calls = '', micros = '']) => ({ command, calls: Number(calls), micros: Number(micros) }))
    .sort((a, b) => b.micros - a.micros)
  return JSON.stringify(stats, null, 1)
}

const measureCrawl = async (
  stage: Stage,
  { name }: Contestant,
  worker: ChildProcess,
  scenario: Scenario,
  first: number,
): Promise<Crawl> => {
  if (profiles) await stage.redis.config('RESETSTAT')
  const { result, reads } = await stage.readWhile(`${name}:list:latest`, () => stage.crawl(worker, [first, FEEDS]))
  if (profiles)
    writeFileSync(join(profiles, `${name}-${scenario.name}-${first}.commands.json`), await commandStats(stage))
  return { ...result, reads: reads.times, visible: reads.changedAt - (await stage.askedAt()) }
}

/** Who goes first takes turns. */
const inTurn = <T>(contestants: readonly T[], round: number): readonly T[] => {
  const first = round % contestants.length
  return [...contestants.slice(first), ...contestants.slice(0, first)]
}

const measure = async (stage: Stage, contestants: readonly Contestant[]): Promise<number[]> => {
  const workers = new Map<string, ChildProcess>()
  const sources = FEEDS * (ROUNDS + 1)
  const start = async ({ name, kind, root }: Contestant) =>
    workers.set(name, await stage.startWorker(kind, sources, { prefix: name, root }))
  const workerOf = ({ name }: Contestant) => workers.get(name) as ChildProcess // started before it is asked for
  for (const contestant of contestants) await start(contestant)

  const idle: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const first = round * FEEDS
    for (const scenario of SCENARIOS) {
      await stage.serve([first, FEEDS], scenario.edition, scenario.validators)
      for (const contestant of inTurn(contestants, round)) {
        say(`round ${round} of ${ROUNDS}${round === 0 ? ', to warm up' : ''}: ${scenario.name}, ${contestant.name}`)
        const crawl = await measureCrawl(stage, contestant, workerOf(contestant), scenario, first)
        // Gaps between visits to a publisher have passed.
        await delay(300)
        if (round > 0) push(crawls, `${scenario.name} ${contestant.name}`, crawl)
      }
    }
    if (round > 0) idle.push(...(await stage.readWhile(`${OWN}:list:latest`, () => delay(1_500))).reads.times)
  }

  for (let round = 0; round < RESTARTS; round += 1) {
    // Two more items of one feed: how long until they are in, started anew with all that was ingested.
    await stage.serve([0, 1], 2 + round, true)
    for (const contestant of inTurn(contestants, round)) {
      say(`restart ${round + 1} of ${RESTARTS} with ${sources * ITEMS} articles, ${contestant.name}`)
      await stage.stopWorker(workerOf(contestant))
      const [began, redisBefore] = [performance.now(), await stage.redisSeconds()]
      await start(contestant)
      const { sinceStart, peak } = await stage.crawl(workerOf(contestant), [0, 1])
      const cpu = sinceStart + (await stage.redisSeconds()) - redisBefore
      push(restarts, contestant.name, { ms: performance.now() - began, cpu, peak })
    }
  }
  for (const worker of workers.values()) await stage.stopWorker(worker)
  return idle
}

/** The part that counts events, by itself: a Redis and a process of its own. */
interface Events {
  readonly perSecond: number
  /** CPU seconds a million. */
  readonly worker: number
  readonly redis: number
}
const events = new Map<string, Events[]>()
const measureEvents = async (contestants: readonly Contestant[]): Promise<void> => {
  const builds = contestants.filter(({ kind }) => kind === 'ours')
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { name, root } of inTurn(builds, round)) {
      say(`events, round ${round + 1} of ${ROUNDS}, ${name}`)
      const script = root
        ? join(root, 'dist/bench/events.js')
        : fileURLToPath(new URL(`./events${extname(import.meta.url)}`, import.meta.url))
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [...(root ? [] : process.execArgv), script, '--rounds', '1', '--json'],
        { cwd: root },
      )
      const told = JSON.parse(stdout) as Record<'ours' | 'naive', Events> // as events.ts prints
      push(events, name, told.ours)
      if (name === OWN) push(events, 'naive', told.naive)
    }
}

const figuresOf = (contestants: readonly Contestant[]): Figure[] => {
  const each = (value: (name: string) => readonly number[]) =>
    Object.fromEntries(contestants.map(({ name }) => [name, value(name)]))
  const of = (scenario: string, name: string) => crawls.get(`${scenario} ${name}`) ?? []
  const cold = SCENARIOS[0].name
  const edition = SCENARIOS[1].name
  return [
    ...SCENARIOS.map(({ name: scenario, per, units }) => ({
      name: scenario,
      unit: `CPU ms ${per === 'article' ? 'an' : 'a'} ${per}`,
      values: each(name => of(scenario, name).map(({ seconds, redis }) => ((seconds + redis) * 1_000) / units)),
    })),
    ...[SCENARIOS[0], SCENARIOS[1], SCENARIOS[2]].map(({ name: scenario, per, units }) => ({
      name: scenario,
      unit: `commands ${per === 'article' ? 'an' : 'a'} ${per}`,
      values: each(name => of(scenario, name).map(({ commands }) => commands / units)),
      digits: 1,
    })),
    {
      name: 'worker, peak of the cold ingest',
      unit: 'MB',
      values: each(name => of(cold, name).map(({ peak }) => peak / 2 ** 20)),
      digits: 0,
    },
    {
      name: 'worker, restarted with all articles',
      unit: 'MB',
      values: each(name => (restarts.get(name) ?? []).map(({ peak }) => peak / 2 ** 20)),
      digits: 0,
    },
    {
      name: 'Redis, grown by a cold ingest',
      unit: 'KB an article',
      values: each(name => of(cold, name).map(({ redisBytes }) => redisBytes / 1_024 / (FEEDS * ITEMS))),
      digits: 1,
    },
    {
      name: 'restart until an article is in',
      unit: 'ms',
      values: each(name => (restarts.get(name) ?? []).map(({ ms }) => ms)),
      digits: 0,
    },
    {
      name: 'restart until an article is in',
      unit: 'CPU s',
      values: each(name => (restarts.get(name) ?? []).map(({ cpu }) => cpu)),
    },
    {
      name: 'last fetch of an edition to its last change of latest',
      unit: 'ms',
      values: each(name => of(edition, name).map(({ visible }) => visible)),
      digits: 0,
    },
    {
      name: 'LRANGE 0 19 during a cold ingest, p99',
      unit: 'ms',
      values: each(name => of(cold, name).map(({ reads }) => quantile(reads, 0.99))),
    },
    {
      name: 'events',
      unit: 'CPU s a million',
      values: each(name => (events.get(name) ?? []).map(({ worker, redis }) => worker + redis)),
      digits: 1,
    },
  ]
}

process.once('SIGINT', () => process.exit(130))
const build = options.against
  ? await buildRef(options.against, say).catch((error: Error) => {
      say(error.message)
      process.exit(2)
    })
  : null
const stage = await openStage()
try {
  const contestants: Contestant[] = [
    { name: OWN, kind: 'ours' },
    ...(build ? [{ name: 'base', kind: 'ours' as const, root: build.root }] : []),
    ...(options.naive ? [{ name: 'naive', kind: 'naive' as const }] : []),
  ]
  // What holds Redis up for longer is told at the end.
  await stage.redis.config('SET', 'slowlog-log-slower-than', SLOW)
  const idle = await measure(stage, contestants)
  const slow = ((await stage.redis.slowlog('GET', 100)) as [number, number, number, string[]][])
    .filter(([, , , [command]]) => command !== 'INFO' && command !== 'CONFIG')
    .map(([, , micros, args]) => ({ ms: micros / 1_000, command: args.slice(0, 3).join(' ').slice(0, 100) }))
    .sort((a, b) => b.ms - a.ms)
  if (options.events) await measureEvents(contestants)
  const figures = figuresOf(contestants).filter(({ values }) => (values[OWN] ?? []).length > 0)
  const names = contestants.map(({ name }) => name) as [string, ...string[]] // ours is the first
  const idleP99 = quantile(idle, 0.99)
  const ran = { feeds: FEEDS, rounds: ROUNDS, restarts: RESTARTS, against: build?.commit ?? null }
  if (options.json)
    console.log(
      JSON.stringify({ node: process.version, ...ran, figures: jsonOf(figures, names), idleP99, slow }, null, 2),
    )
  else {
    console.log(
      `${FEEDS} feeds of ${ITEMS} items, medians of ${ROUNDS} rounds; CPU of worker and Redis together; Node ${process.version}`,
    )
    if (build) console.log(`base: ${options.against} (${build.commit.slice(0, 7)})`)
    console.table(tableOf(figures, names))
    const rate = median((events.get(OWN) ?? []).map(({ perSecond }) => perSecond))
    if (options.events) console.log(`Events counted: ${rate.toFixed(0)} a second`)
    console.log(`LRANGE 0 19 while nothing else runs, p99: ${idleP99.toFixed(2)} ms`)
    console.log(`Commands that held Redis up for more than ${SLOW / 1_000} ms: ${slow.length}`)
    for (const { ms, command } of slow.slice(0, 5)) console.log(`  ${ms.toFixed(1)} ms  ${command}`)
  }
} finally {
  await stage.close()
  build?.remove()
}
