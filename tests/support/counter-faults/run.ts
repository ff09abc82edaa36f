/**
 * Kills counters without a word while events stream in, and Redis as well, and then holds every count to the truth: totals, windows, the
 * articles' hashes, and that each entry of the stream was either counted or refused.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { GROUP } from '../../../src/events/counting.ts'
import { type Keys, keysFor } from '../../../src/redis/keys.ts'
import { seeded } from '../../../src/util/seeded-random.ts'
import { durableRedis } from './redis.ts'

export interface Faults {
  /** Counters killed while they count. */
  readonly kills: number
  readonly restarts: number
  /** An empty folder for Redis. */
  readonly dir: string
  readonly say: (line: string) => void
}

export interface FaultReport {
  readonly events: number
  readonly kills: number
  readonly restarts: number
  /** Entries another counter had held when it took them over and were counted by then, or not; at least one means kills hit batches in hand. */
  readonly redelivered: number
  /** What is not as it should be; empty where all counts are the truth. */
  readonly wrong: readonly string[]
}

const COUNTERS = 2
const WAITING = 3
const ARTICLES = 40
const PER_TICK = 40
const TICK = 40
const CLAIM_AFTER = 1_500
const script = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './consumer.ts' : './consumer.js', import.meta.url),
)
const execArgv = script.endsWith('.ts') ? ['--import', 'tsx'] : []

/** What is to be counted, whatever happens. */
interface Truth {
  readonly counts: Map<string, number>
  readonly add: (kind: string, article: string, by: number) => void
  /** Events that are to be counted: taken back, too, and totals that are set. */
  accepted: number
}

const aTruth = (): Truth => {
  const counts = new Map<string, number>()
  return {
    counts,
    accepted: 0,
    add(kind, article, by) {
      if (kind !== 'seconds') this.accepted += 1
      counts.set(`${kind} ${article}`, (counts.get(`${kind} ${article}`) ?? 0) + by)
    },
  }
}

/** @param ask what may be asked twice */
const untilAnswered = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Error && /timed out|closed|LOADING|ECONN/i.test(error.message))) throw error
      await delay(20)
    }
  }
}

/**
 * Comments by the site's own counter, so many that none of those taken back meets a total of 0, whichever of two
 * counters is first.
 */
const COMMENTS = 100_000
const setTotals = async (redis: Redis, keys: Keys, articles: readonly string[], truth: Truth): Promise<void> => {
  for (const article of articles) {
    await redis.xadd(keys.events(), '*', 'kind', 'comment', 'article', article, 'count', COMMENTS)
    truth.add('comment', article, COMMENTS)
  }
  await drained(redis, keys)
}

/** Streams events until told to stop. Each has an id of its own: one sent again since Redis died in between counts once. */
const produce = async (redis: Redis, keys: Keys, articles: readonly string[], truth: Truth, signal: AbortSignal) => {
  const random = seeded(11)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T // lists here are never empty
  let made = 0
  const add = (fields: Record<string, string | number>) => {
    made += 1
    const flat = ['id', `e${made}`, ...Object.entries(fields).flat()]
    return untilAnswered(() => redis.xadd(keys.events(), '*', ...flat))
  }
  while (!signal.aborted) {
    const adding: Promise<unknown>[] = []
    for (let index = 0; index < PER_TICK; index += 1) {
      const article = pick(articles)
      const dice = random()
      const view = { kind: 'view', article, visitor: `v${made}`, at: Date.now() - 60_000 }
      if (dice < 0.1) {
        adding.push(add({ kind: 'share', article }))
        truth.add('share', article, 1)
      } else if (dice > 0.9) {
        const kind = dice < 0.96 ? 'comment' : 'uncomment'
        adding.push(add({ kind, article }))
        truth.add('comment', article, kind === 'comment' ? 1 : -1)
      } else if (dice < 0.15) adding.push(add({ ...view, ua: 'Googlebot/2.1' }))
      else if (dice < 0.2) adding.push(add({ ...view, article: 'ffffffffffffffff' }))
      else {
        adding.push(add({ ...view, seconds: 2 }))
        truth.add('view', article, 1)
        truth.add('seconds', article, 2)
        // The same visitor again: its time counts, its view does not.
        if (dice < 0.4) {
          adding.push(add({ ...view, seconds: 3 }))
          truth.add('seconds', article, 3)
        }
      }
    }
    await Promise.all(adding)
    await delay(TICK)
  }
  return made
}

/** Counters, those counting and a few that wait to take a killed one's place. */
const aPool = (socket: string, prefix: string) => {
  let named = 0
  const all = new Set<ChildProcess>()
  const boot = async (): Promise<ChildProcess> => {
    named += 1
    const child = fork(script, [socket, prefix, `counter-${named}`, String(CLAIM_AFTER)], { execArgv })
    all.add(child)
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('exit', code => reject(new Error(`a counter ended with ${code} before it began`)))
    })
    return child
  }
  // To boot takes longer than to be killed.
  const waiting = Array.from({ length: WAITING }, boot)
  return {
    async start(): Promise<ChildProcess> {
      const child = await (waiting.shift() ?? boot())
      waiting.push(boot())
      child.send('go')
      return child
    },
    async kill(child: ChildProcess): Promise<void> {
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      all.delete(child)
    },
    async close(): Promise<void> {
      await Promise.allSettled(waiting)
      for (const child of all) child.kill('SIGKILL')
    },
  }
}

const groupOf = async (redis: Redis, keys: Keys) => {
  const [flat = []] = (await untilAnswered(() => redis.xinfo('GROUPS', keys.events()))) as unknown[][]
  const about = new Map(flat.map((name, index) => [name, flat[index + 1]]))
  return { pending: Number(about.get('pending')), last: String(about.get('last-delivered-id')) }
}

const drained = async (redis: Redis, keys: Keys): Promise<void> => {
  for (;;) {
    const [{ pending, last }, newest] = await Promise.all([
      groupOf(redis, keys),
      untilAnswered(() => redis.xrevrange(keys.events(), '+', '-', 'COUNT', 1)),
    ])
    const untold = await untilAnswered(() => redis.hlen(keys.eventState('dirty')))
    if (pending === 0 && last === newest[0]?.[0] && untold === 0) return
    await delay(50)
  }
}

const FIELDS: Readonly<Record<string, string>> = {
  ...{ view: 'views', share: 'shares', comment: 'comments', seconds: 'seconds' },
}

/** Compares what stands in Redis with the truth. */
const check = async (redis: Redis, keys: Keys, articles: readonly string[], truth: Truth): Promise<string[]> => {
  const wrong: string[] = []
  const expect = (what: string, found: unknown, wanted: number) => {
    if (Number(found ?? 0) !== wanted) wrong.push(`${what}: ${found ?? 0}, not ${wanted}`)
  }
  for (const article of articles) {
    for (const kind of ['view', 'share', 'comment', 'seconds']) {
      const wanted = truth.counts.get(`${kind} ${article}`) ?? 0
      expect(`total ${kind} ${article}`, await redis.hget(keys.eventTotals(kind), article), wanted)
      expect(`hash ${kind} ${article}`, await redis.hget(keys.article(article), FIELDS[kind] ?? ''), wanted)
      // What is taken back before it comes is not taken from a window that has none.
      if (kind === 'seconds' || kind === 'comment') continue
      for (const window of ['day', 'week'])
        expect(`${window} ${kind} ${article}`, await redis.zscore(keys.eventWindow(kind, window), article), wanted)
    }
  }
  const refused = Object.values(await redis.hgetall(keys.eventState('refused'))).reduce(
    (sum, each) => sum + Number(each),
    0,
  )
  expect('counted and refused together', truth.accepted + refused, await redis.xlen(keys.events()))
  return wrong
}

export const runFaults = async ({ kills, restarts, dir, say }: Faults): Promise<FaultReport> => {
  const server = await durableRedis(dir)
  const keys = keysFor('faults')
  // What is asked while Redis dies may never be answered: it is asked again.
  const redis = new Redis({
    path: server.socket,
    maxRetriesPerRequest: null,
    commandTimeout: 3_000,
    retryStrategy: () => 50,
  })
  redis.on('error', () => undefined) // it is killed on purpose
  const articles = Array.from({ length: ARTICLES }, (_, index) => (index + 1).toString(16).padStart(16, '0'))
  await Promise.all(articles.map(id => redis.hset(keys.article(id), 'id', id)))
  await redis.xgroup('CREATE', keys.events(), GROUP, '0', 'MKSTREAM')
  const pool = aPool(server.socket, keys.prefix)
  const random = seeded(13)
  const stopping = new AbortController()
  const truth = aTruth()
  let producing: Promise<unknown> = Promise.resolve()
  let redelivered = 0
  try {
    const counting = await Promise.all(Array.from({ length: COUNTERS }, () => pool.start()))
    await setTotals(redis, keys, articles, truth)
    producing = produce(redis, keys, articles, truth, stopping.signal)
    // The error is handled where it is awaited.
    producing.catch(() => undefined)
    let restarted = 0
    for (let killed = 0; killed < kills; killed += 1) {
      // Killed at any moment: between reading, counting, answering and telling.
      await delay(random() * 150)
      const place = Math.floor(random() * COUNTERS)
      const victim = counting[place]
      if (victim) await pool.kill(victim)
      redelivered += (await groupOf(redis, keys)).pending > 0 ? 1 : 0
      counting[place] = await pool.start()
      if (restarted < restarts && killed % Math.max(1, Math.floor(kills / restarts)) === 0) {
        await server.restart()
        restarted += 1
      }
      if ((killed + 1) % 20 === 0)
        say(
          `${killed + 1} counters killed, Redis restarted ${restarted} times, ${await redis.xlen(keys.events())} events`,
        )
    }
    for (; restarted < restarts; restarted += 1) await server.restart()
    stopping.abort()
    await producing
    await drained(redis, keys)
    const events = await redis.xlen(keys.events())
    return { events, kills, restarts: restarted, redelivered, wrong: await check(redis, keys, articles, truth) }
  } finally {
    stopping.abort()
    await pool.close()
    redis.disconnect()
    await server.stop()
  }
}
