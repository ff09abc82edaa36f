/** One seed: a newsstand, daemons and a Redis, its faults one after another, and what stands in Redis afterwards, held to the truth. */

import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { seeded } from '../../src/util/seeded-random.ts'
import { canFillDisk, type FaultyRedis, startFaultyRedis } from '../../tests/support/faults/redis.ts'
import { startWire, type Wire } from '../../tests/support/faults/wire.ts'
import { check } from './check/check.ts'
import { type Violation, violation } from './check/truth.ts'
import { watchLists } from './check/watch.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { inject, type World } from './inject.ts'
import { KINDS } from './kinds.ts'
import { type Planned, planOf } from './plan.ts'
import { type Readers, startReaders } from './readers.ts'
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
/** How many times as long it is waited for: what is late is told apart from what is lost. */
const PATIENCE = 4
/** ms until all is well at first. */
const STARTS = 180_000
const LOOK = 700
/** An article is read when it has been there for so long that no killed Redis forgets it, ms. */
const READ_AFTER = 8_000
const NEWS_EVERY = 350
/** It must stay as it is: looked at again after so long, ms. */
const STAYS = 3_000

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

const numberIn = (info: string, name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)

const withoutDisk = KINDS.filter(({ name }) => name !== 'disk full' || canFillDisk())

interface Parts {
  readonly redis: FaultyRedis
  readonly stand: Stand
  readonly fleet: Fleet
  readonly wires: readonly Wire[]
}

const until = async (holds: () => Promise<boolean>, patience: number): Promise<boolean> => {
  const deadline = performance.now() + patience
  while (performance.now() < deadline) {
    if (await holds()) return true
    await delay(LOOK)
  }
  return false
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

const play = async (wanted: SeedWanted, { redis, stand, fleet, wires }: Parts): Promise<SeedReport> => {
  const began = performance.now()
  const { seed, faults, papers, every, say } = wanted
  /** What happened when, for whoever looks into it beside the daemons' logs. */
  const trace = (line: string) => appendFileSync(join(wanted.dir, 'trace.log'), `${new Date().toISOString()} ${line}\n`)
  const violations: Violation[] = []
  const own = new Redis({
    port: redis.port,
    host: '127.0.0.1',
    retryStrategy: () => 50,
    maxRetriesPerRequest: 2,
    commandTimeout: 10_000,
  })
  own.on('error', () => undefined) // it is made to fail
  const lookWith = (counts: Readers['counts']) =>
    check({ redis: own, prefix: PREFIX, truth: { articles: stand.truth(), counts }, size: SIZE })
  let first: readonly Violation[] = []
  const isUp = await until(async () => {
    first = await lookWith(new Map()).catch(error => [violation('late', String(error))])
    say(`seed ${seed}: before the first fault ${first.length} wrong: ${first[0]?.what} ${first[0]?.detail}`)
    return first.length === 0
  }, STARTS)
  if (!isUp) throw new Error(`seed ${seed}, before the first fault: ${first[0]?.what} ${first[0]?.detail}`)
  const calm = { clients: numberIn(await own.info('clients'), 'connected_clients') }

  const known = new Map<string, number>()
  const readable = (): string[] => {
    const before = performance.now() - READ_AFTER
    return [...known].filter(([, at]) => at < before).map(([url]) => url)
  }
  const watch = watchLists({ port: redis.port, prefix: PREFIX, random: seeded(seed + 1) })
  const readers = startReaders({
    port: redis.port,
    stream: `${PREFIX}:events`,
    random: seeded(seed + 2),
    articles: readable,
    pace: 8,
  })
  const learning = setInterval(() => {
    own
      .lrange(`${PREFIX}:list:latest`, 0, -1)
      .then(entries => {
        for (const entry of entries) {
          const { url } = JSON.parse(entry) as { url: string } // as the contract has it
          if (!known.has(url)) known.set(url, performance.now())
        }
      })
      .catch(() => undefined) // away: asked again
  }, 1_000)
  const news = setInterval(() => stand.publish(), NEWS_EVERY)

  let eventsLost = 0
  const world: World = {
    ...{ redis, fleet, wires, stand, readers },
    onKilled: watch.forget,
    onLost: events => {
      eventsLost += events
    },
    say: what => violations.push(violation('process ended', what)),
  }
  const planned = planOf({
    seed,
    faults,
    daemons: wires.length,
    publishers: papers,
    every,
    kinds: withoutDisk.filter(({ name }) => wanted.kinds?.includes(name) ?? true),
  })
  const struck: { fault: Planned; endedAt: number }[] = []
  const progress = setInterval(
    () => say(`seed ${seed}: ${struck.length} of ${faults} faults, ${known.size} articles, ${readers.sent()} events`),
    1_000,
  )
  try {
    await strike(world, planned, trace, (fault, endedAt) => struck.push({ fault, endedAt }))
    const last = performance.now()
    // News goes on for a moment, so that what follows the last fault can be seen to arrive.
    await delay(NEWS_EVERY * 2)
    clearInterval(news)
    await readers.finish()

    let standing: readonly Violation[] = []
    let traced = ''
    const look = async (): Promise<boolean> => {
      standing = await lookWith(readers.counts).catch(error => [violation('late', String(error))])
      const clients = numberIn(await own.info('clients').catch(() => ''), 'connected_clients')
      // One may be on its way in or out.
      if (clients > calm.clients + 4)
        standing = [...standing, violation('connections left', `${clients}, ${calm.clients} before`)]
      say(
        `seed ${seed}: ${Math.round((performance.now() - last) / 1_000)} s after the last fault ${standing.length} wrong: ${standing[0]?.what ?? ''} ${standing[0]?.detail ?? ''}`,
      )
      const told = `${standing.length} wrong: ${standing
        .slice(0, 5)
        .map(({ what, detail }) => `${what}: ${detail}`)
        .join('; ')}`
      if (told !== traced) trace(told)
      traced = told
      return standing.length === 0
    }
    const isWell = await until(look, wanted.within * PATIENCE)
    const recovered = isWell ? Math.round(performance.now() - last) : null
    if (recovered !== null && recovered > wanted.within)
      violations.push(violation('late', `well again after ${recovered} ms`))
    if (isWell) {
      await delay(STAYS)
      await until(look, 5_000)
    }
    violations.push(...standing, ...watch.violations)
    const memory = {
      redis: numberIn(await own.info('memory'), 'used_memory') / 1_048_576,
      daemons: Math.max(...fleet.places.map(place => place.memory())),
    }
    for (const [index, how] of (await fleet.stop()).entries())
      if (how !== 0) violations.push(violation('process ended', `daemon ${index} ended with ${how} at the end`))
    violations.push(...fleet.ended.map(each => violation('process ended', each)))
    const recoveryOf = (endedAt: number): number | null => {
      const seen = watch.newest.find(({ url, at }) => at > endedAt && (stand.cameOut(url) ?? 0) > endedAt)
      return seen ? Math.round(seen.at - endedAt) : null
    }
    return {
      seed,
      fsync: redis.fsync,
      faults: struck.map(({ fault: { kind, target, lasts }, endedAt }) => ({
        kind,
        target,
        lasted: lasts,
        recovery: recoveryOf(endedAt),
      })),
      articles: stand.truth().length,
      events: readers.sent(),
      eventsLostByRedis: eventsLost,
      looks: watch.looks(),
      recovered,
      violations,
      memory,
      seconds: Math.round((performance.now() - began) / 1_000),
    }
  } finally {
    for (const timer of [progress, news, learning]) clearInterval(timer)
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
