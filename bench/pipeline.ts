/**
 * What the whole pipeline costs, from fetch to list, beside the naive one: `npm run bench [-- --json]`. Both in turn in one run, each in a
 * process of its own over one Redis, against the same publishers; CPU seconds of the worker and of Redis together, medians of rounds.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { resolveRedis } from '../src/redis/server.ts'

const FEEDS = Number(process.env.BENCH_FEEDS ?? 300)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const ITEMS = 30
const NEW = 2
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

interface Told {
  readonly seconds: number
  readonly commands: number
  readonly ms: number
  readonly peak: number
}
interface Taken extends Told {
  readonly redis: number
  /** ms each, of LRANGE 0 19 meanwhile. */
  readonly reads: readonly number[]
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
const server = await resolveRedis({ dataDir: dir, durable: false, say: () => undefined })
if (!('socket' in server.address)) throw new Error('the benchmark runs a Redis of its own')
const { socket } = server.address
const redis = new Redis({ path: socket })
const reader = new Redis({ path: socket })
const start = (file: string, args: readonly string[]): ChildProcess =>
  fork(new URL(file, import.meta.url), args, { execArgv: ['--import', 'tsx'] })

const publishers = start('./pipeline/publishers.ts', [])
const [{ port }] = (await once(publishers, 'message')) as [{ port: number }] // as publishers.ts sends
const workers = new Map<Name, ChildProcess>()
for (const name of CONTESTANTS) {
  const worker = start('./pipeline/worker.ts', [name, socket, name, String(port), String(FEEDS * (ROUNDS + 1))])
  await once(worker, 'message')
  workers.set(name, worker)
}

const redisSeconds = async (): Promise<number> => {
  const info = await redis.info('cpu')
  return ['user', 'sys'].reduce(
    (sum, kind) => sum + Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1] ?? 0),
    0,
  )
}

/** What Redis was asked since it was last told to forget, dearest first: calls and microseconds, those made within scripts included. */
const commandStats = async (): Promise<string> => {
  const stats = [...(await redis.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+),usec=(\d+)/g)]
    .map(([, command = '', calls = '', micros = '']) => ({ command, calls: Number(calls), micros: Number(micros) }))
    .sort((a, b) => b.micros - a.micros)
  return JSON.stringify(stats, null, 1)
}

const timedReads = async (key: string, until: AbortSignal): Promise<number[]> => {
  const taken: number[] = []
  while (!until.aborted) {
    const began = performance.now()
    await reader.lrange(key, 0, 19)
    taken.push(performance.now() - began)
    await delay(5)
  }
  return taken
}

const take = async (name: Name, scenario: Scenario, first: number): Promise<Taken> => {
  const worker = workers.get(name) as ChildProcess // started above
  if (folder) await redis.config('RESETSTAT')
  const before = await redisSeconds()
  const ended = new AbortController()
  const reads = timedReads(`${name}:list:latest`, ended.signal)
  worker.send({ crawl: [first, FEEDS] })
  const [told] = (await once(worker, 'message')) as [Told]
  ended.abort()
  if (folder) writeFileSync(join(folder, `${name}-${scenario}-${first}.commands.json`), await commandStats())
  return { ...told, redis: (await redisSeconds()) - before, reads: await reads }
}

const taken = new Map<string, Taken[]>()
const idle: number[] = []
for (let round = 0; round <= ROUNDS; round += 1) {
  const first = round * FEEDS
  const serve = async (edition: number, validators: boolean) => {
    publishers.send({ edition, validators, feeds: [first, FEEDS] })
    await once(publishers, 'message')
  }
  for (const [edition, validators, scenario] of [
    [0, true, 'cold ingest'],
    [1, true, 'edition, 2 new items a feed'],
    [1, true, 'unchanged, answered 304'],
    [1, false, 'unchanged, the same body'],
  ] as const satisfies readonly (readonly [number, boolean, Scenario])[]) {
    await serve(edition, validators)
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
    idle.push(...(await reads))
  }
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

if (asJson) console.log(JSON.stringify({ node: process.version, feeds: FEEDS, rounds: ROUNDS, rows, reads }, null, 2))
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
  console.log(
    `LRANGE 0 19, p99: idle ${reads.idleP99.toFixed(2)} ms, while ours ingests ${reads.oursP99.toFixed(2)}, while the naive one does ${reads.naiveP99.toFixed(2)} (goal: 1.5 x idle)`,
  )
}

for (const worker of workers.values()) {
  worker.send({ stop: true })
  await once(worker, 'exit')
}
publishers.disconnect()
for (const connection of [redis, reader]) connection.disconnect()
await server.stop()
rmSync(dir, { recursive: true, force: true })
