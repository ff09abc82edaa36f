/** One seed: a newsstand, daemons and a Redis, its faults one after another, and what stands in Redis afterwards, held to the truth. */

import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { seeded } from '../../src/util/seeded-random.ts'
import { canFillDisk, type FaultyRedis, startFaultyRedis } from '../../tests/support/faults/redis.ts'
import { startWire, type Wire } from '../../tests/support/faults/wire.ts'
import { type Violation, violation } from './check/truth.ts'
import { type Watch, watchLists } from './check/watch.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { inject, type World } from './inject.ts'
import { createJudge, numberIn } from './judge.ts'
import { KINDS } from './kinds.ts'
import { followLatest } from './latest.ts'
import { type Planned, planOf } from './plan.ts'
import { startReaders } from './readers.ts'
import { openStand, type Stand } from './stand.ts'

export interface SeedWanted {
  readonly seed: number
  readonly faults: number
  /** An empty folder: logs and Redis's data. */
  readonly dir: string
  readonly daemons: number
  readonly papers: number
  /** Articles each feed carries from the start. */
  readonly backlog: number
  /** ms between two faults on average. */
  readonly every: number
  /** ms in which all must be well again after the last fault. */
  readonly within: number
  /** Only these kinds of faults; all unless given. */
  readonly kinds?: readonly string[]
  readonly say: (line: string) => void
}

export interface Struck {
  readonly kind: string
  readonly target: string
  readonly lasted: number
  /** ms from its end until an article that came out afterwards stood in `latest`; null where none did before the run was over. */
  readonly recovery: number | null
}

export interface SeedReport {
  readonly seed: number
  readonly fsync: FaultyRedis['fsync']
  readonly faults: readonly Struck[]
  readonly articles: number
  readonly events: number
  /** Events that a killed Redis had answered for and lost; they were sent again. */
  readonly eventsLostByRedis: number
  /** Looks at lists, each held to what a list promises. */
  readonly looks: number
  /** ms from the end of the last fault until everything was as it must be; null where it never was. */
  readonly recovered: number | null
  readonly violations: readonly Violation[]
  readonly memory: { readonly redis: number; readonly daemons: number }
  readonly seconds: number
}

const PREFIX = 'newsdesk'
const SIZE = 1_000
const NEWS_EVERY = 350
const settings = {
  redis: { prefix: PREFIX },
  roles: ['scheduler', 'crawl', 'articles', 'publish', 'events'],
  shutdown: '5s',
  crawl: {
    ...{ tick: '1s', minInterval: '1s', startInterval: '1s', maxInterval: '2s', maxBackoff: '4s', hostGap: '0ms' },
    ...{ headersTimeout: '5s', totalTimeout: '10s', batch: 20, concurrency: 8, allow: ['127.0.0.0/8'] },
  },
  lists: { refresh: '2s', settle: '100ms', latest: SIZE, sourceShare: 10, minVisitors: 1 },
  events: { claimAfter: '5s', perMinute: 0 },
}

const SECTIONS = ['world', 'politics', 'business', 'technology', 'science', 'health', 'sports', 'lifestyle']

const sourcesOf = ({ sources }: Stand) =>
  sources.map(({ id, url }, n) => ({ id, name: id, url, section: SECTIONS[n % SECTIONS.length] }))

const withoutDisk = KINDS.filter(({ name }) => name !== 'disk full' || canFillDisk())

const planFor = ({ seed, faults, daemons, papers, every, kinds }: SeedWanted): Planned[] =>
  planOf({
    ...{ seed, faults, daemons, publishers: papers, every },
    kinds: withoutDisk.filter(({ name }) => kinds?.includes(name) ?? true),
  })

/** A fault that is over, and when it was, ms by performance.now(). */
interface Ended {
  readonly fault: Planned
  readonly endedAt: number
}

interface Parts {
  readonly redis: FaultyRedis
  readonly stand: Stand
  readonly fleet: Fleet
  readonly wires: readonly Wire[]
}

const strike = async (
  world: World,
  planned: readonly Planned[],
  trace: (line: string) => void,
  onEnd: (fault: Planned, endedAt: number) => void,
) => {
  const began = performance.now()
  const turns = new Map<string, Promise<void>>()
  for (const fault of planned) {
    const before = turns.get(fault.target) ?? Promise.resolve()
    const turn = before.then(async () => {
      await delay(Math.max(0, began + fault.at - performance.now()))
      trace(`${fault.target}: ${fault.kind} for ${fault.lasts} ms`)
      await inject(world, fault)
      trace(`${fault.target}: ${fault.kind} is over`)
      onEnd(fault, performance.now())
    })
    turns.set(fault.target, turn)
  }
  await Promise.all(turns.values())
}

/** A connection of the run's own, to a Redis that is made to fail. */
const openRedis = (port: number): Redis => {
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    retryStrategy: () => 50,
    maxRetriesPerRequest: 2,
    commandTimeout: 10_000,
  })
  redis.on('error', () => undefined)
  return redis
}

const stopFleet = async (fleet: Fleet): Promise<Violation[]> => {
  const stopped = await fleet.stop()
  return [
    ...stopped.flatMap((how, index) =>
      how === 0 ? [] : [violation('process ended', `daemon ${index} ended with ${how} at the end`)],
    ),
    ...fleet.ended.map(each => violation('process ended', each)),
  ]
}

/** Tells of each fault how long it was until an article stood in `latest` that came out afterwards. */
const describeStruck = (struck: readonly Ended[], watch: Watch, stand: Stand): Struck[] =>
  struck.map(({ fault: { kind, target, lasts }, endedAt }) => {
    const seen = watch.newest.find(({ url, at }) => at > endedAt && (stand.cameOut(url) ?? 0) > endedAt)
    return { kind, target, lasted: lasts, recovery: seen ? Math.round(seen.at - endedAt) : null }
  })

const play = async (wanted: SeedWanted, { redis, stand, fleet, wires }: Parts): Promise<SeedReport> => {
  const began = performance.now()
  const { seed, faults } = wanted
  const say = (line: string) => wanted.say(`seed ${seed}: ${line}`)
  /** What happened when, for whoever looks into it beside the daemons' logs. */
  const trace = (line: string) => appendFileSync(join(wanted.dir, 'trace.log'), `${new Date().toISOString()} ${line}\n`)
  const own = openRedis(redis.port)
  const judge = createJudge({ redis: own, prefix: PREFIX, stand, size: SIZE, say, trace })
  const wrong = await judge.begin()
  if (wrong !== null) throw new Error(`seed ${seed}, before the first fault: ${wrong}`)

  const latest = followLatest(own, PREFIX)
  const watch = watchLists({ port: redis.port, prefix: PREFIX, random: seeded(seed + 1) })
  const readers = startReaders({
    ...{ port: redis.port, stream: `${PREFIX}:events`, random: seeded(seed + 2) },
    ...{ articles: latest.readable, pace: 8 },
  })
  const violations: Violation[] = []
  let eventsLost = 0
  const world: World = {
    ...{ redis, fleet, wires, stand, readers },
    onKilled: watch.forget,
    onLost: events => {
      eventsLost += events
    },
    say: what => violations.push(violation('process ended', what)),
  }
  const struck: Ended[] = []
  const news = setInterval(() => stand.publish(), NEWS_EVERY)
  const progress = setInterval(
    () => say(`${struck.length} of ${faults} faults, ${latest.size()} articles, ${readers.sent()} events`),
    1_000,
  )
  try {
    await strike(world, planFor(wanted), trace, (fault, endedAt) => struck.push({ fault, endedAt }))
    const last = performance.now()
    // News goes on for a moment, so that what follows the last fault can be seen to arrive.
    await delay(NEWS_EVERY * 2)
    clearInterval(news)
    await readers.finish()
    const verdict = await judge.finish(readers.counts, last, wanted.within)
    violations.push(...verdict.violations, ...watch.violations)
    const memory = {
      redis: numberIn(await own.info('memory'), 'used_memory') / 1_048_576,
      daemons: Math.max(...fleet.places.map(place => place.memory())),
    }
    violations.push(...(await stopFleet(fleet)))
    return {
      ...{ seed, fsync: redis.fsync, faults: describeStruck(struck, watch, stand) },
      ...{ articles: stand.truth().length, events: readers.sent(), eventsLostByRedis: eventsLost },
      ...{ looks: watch.looks(), recovered: verdict.recovered, violations, memory },
      seconds: Math.round((performance.now() - began) / 1_000),
    }
  } finally {
    for (const timer of [progress, news]) clearInterval(timer)
    latest.stop()
    readers.stop()
    await watch.stop()
    own.disconnect()
  }
}

/** @throws Error where even before the first fault not everything came in */
export const runSeed = async (wanted: SeedWanted): Promise<SeedReport> => {
  const { seed, dir, daemons, papers, backlog } = wanted
  const data = join(dir, 'redis')
  mkdirSync(data, { recursive: true })
  const redis = await startFaultyRedis(data, seed % 2 === 0 ? 'always' : 'everysec')
  const stand = await openStand({ papers, backlog, random: seeded(seed + 3), now: Date.now })
  const wires = await Promise.all(Array.from({ length: daemons }, () => startWire(redis.port)))
  const fleet = startFleet({
    dir,
    settings,
    sources: sourcesOf(stand),
    redis: wires.map(({ port }) => `redis://127.0.0.1:${port}`),
  })
  // Told to end, the run leaves nothing behind.
  const killAll = () => {
    for (const place of fleet.places) place.signal('SIGKILL')
    redis.signal('SIGKILL')
  }
  process.on('exit', killAll)
  try {
    return await play(wanted, { redis, stand, fleet, wires })
  } finally {
    process.off('exit', killAll)
    await fleet.stop()
    await Promise.all(wires.map(wire => wire.close()))
    await stand.close()
    await redis.stop()
  }
}
