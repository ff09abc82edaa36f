/**
 * The day as the real daemon sees it: publishers on loopback, a Redis and a daemon in processes of their own, readers'
 * events in the stream as services report them, and what stands in Redis in the end, read as services read it.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { stringify } from 'yaml'
import { createReporter } from '../../src/client/index.ts'
import type { SourceId } from '../../src/domain/source.ts'
import { readBacklog } from '../../src/events/backlog.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { addScheduledCrawls } from '../../src/queues/queues.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { resolveRedis } from '../../src/redis/server.ts'
import { type Day, renderFeed } from './build.ts'
import { type Outcome, PREFIX, readLists, readOutcome } from './outcome.ts'
import type { Read } from './readers.ts'

const keys = keysFor(PREFIX)
const LOOK = 100
/** ms for an edition or its readers to be done with; they take some seconds. */
const PATIENCE = 240_000
/** Clock ticks a second in /proc, on every Linux. */
const TICKS = 100
/** Lists ranked by reads or age, which the clock refreshes. */
const REFRESHED = ['must-reads', 'trending', 'most-read:now', 'most-read:hour', 'most-read:day', 'most-read:week']

export interface Costs {
  /** CPU seconds. */
  readonly worker: number
  readonly redis: number
  /** MB at most. */
  readonly workerMemory: number
  readonly redisMemory: number
  /** Wall time in s. */
  readonly seconds: number
}

const serveFeeds = async (day: Day) => {
  let edition = 0
  const documents = new Map<string, string>()
  const asked = new Set<string>()
  const server = createServer((request, response) => {
    const id = request.url?.slice(1) ?? ''
    const body = documents.get(id)
    asked.add(id)
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/rss+xml' }).end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const serve = (next: number): void => {
    edition = next
    asked.clear()
    for (const feed of day.feeds) documents.set(feed.id, renderFeed(day, feed, edition))
  }
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    serve,
    isFetched: () => day.feeds.every(({ id }) => asked.has(id)),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Everything but what the machine forces is as shipped; only lists are refreshed more often, since the day is short. */
const writeConfig = (dir: string, day: Day, socket: string, port: number): string => {
  const config = join(dir, 'config')
  mkdirSync(config, { recursive: true })
  const settings = {
    redis: { url: `unix:${socket}`, prefix: PREFIX },
    roles: ['scheduler', 'crawl', 'articles', 'publish', 'events'],
    crawl: { tick: '1s', allow: ['127.0.0.0/8'], hostGap: '1ms' },
    lists: { refresh: '10s' },
  }
  const sources = day.feeds.map(({ id, name, site, section }) => ({
    ...{ id, name, site, section },
    url: `http://${id}.localhost:${port}/${id}`,
  }))
  writeFileSync(join(config, 'newsdesk.yaml'), stringify(settings))
  writeFileSync(join(config, 'sources.yaml'), stringify({ sources }))
  copyFileSync('config/sections.yaml', join(config, 'sections.yaml'))
  return config
}

const startDaemon = (dir: string, config: string): ChildProcess => {
  const log = openSync(join(dir, 'daemon.log'), 'a')
  const script = fileURLToPath(new URL('../../src/main.js', import.meta.url))
  return spawn(process.execPath, [script, '--config', config, 'start'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' },
    stdio: ['ignore', log, log],
  })
}

const until = async (what: string, daemon: ChildProcess, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + PATIENCE
  while (!(await holds())) {
    if (daemon.exitCode !== null)
      throw new Error(`the daemon ended with ${daemon.exitCode}: see its daemon.log (--keep)`)
    if (performance.now() > deadline) throw new Error(`${what} took over ${PATIENCE / 1_000} s`)
    await delay(LOOK)
  }
}

/**
 * The queues, and whether no job waits or runs, no list waits to be published, no event to be counted and no count to be
 * copied into its article.
 */
const openWork = (redis: Redis) => {
  const connection = redis.duplicate()
  const queues = openQueues(connection, keys)
  const countOpen = async (): Promise<number> => {
    const jobs = await Promise.all(
      [queues.crawl, queues.articles, queues.publish].map(queue =>
        queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized'),
      ),
    )
    const lists = await Promise.all([redis.zcard(keys.listsChanged()), redis.zcard(keys.listsToRefresh())])
    const { waiting } = await readBacklog(redis, keys)
    const uncopied = await redis.hlen(`{${keys.events()}}:dirty`)
    return [...jobs, ...lists, waiting, uncopied].reduce((sum, count) => sum + count, 0)
  }
  // Twice nothing: between two queues a batch is in neither for a moment.
  return {
    queues,
    isIdle: async () => (await countOpen()) === 0 && (await countOpen()) === 0,
    async close() {
      await Promise.all(Object.values(queues).map(queue => queue.close()))
      connection.disconnect()
    },
  }
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN)

const measure = async (redis: Redis, pid: number): Promise<Costs> => {
  const [cpu, memory] = await Promise.all([redis.info('cpu'), redis.info('memory')])
  // utime and stime are the 12th and 13th field after the name, which may contain spaces (proc(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return {
    worker: (Number(fields[11]) + Number(fields[12])) / TICKS,
    redis: numberIn(cpu, /used_cpu_user:([\d.]+)/) + numberIn(cpu, /used_cpu_sys:([\d.]+)/),
    workerMemory: numberIn(readFileSync(`/proc/${pid}/status`, 'utf8'), /VmHWM:\s+(\d+)/) / 1_024,
    redisMemory: numberIn(memory, /used_memory_peak:(\d+)/) / 2 ** 20,
    seconds: performance.now() / 1_000,
  }
}

export interface RunWanted {
  readonly day: Day
  readonly reads: readonly Read[]
  /** For configuration, logs and data. */
  readonly dir: string
  readonly say: (text: string) => void
}

interface Parts extends RunWanted {
  readonly redis: Redis
  readonly feeds: Awaited<ReturnType<typeof serveFeeds>>
  readonly work: ReturnType<typeof openWork>
}

/** Waits until every list that the clock refreshes was ranked after now; nothing may be waiting to be ranked now. */
const untilRefreshed = async ({ redis }: Parts, daemon: ChildProcess, what: string): Promise<void> => {
  const since = Date.now()
  await until(what, daemon, async () => {
    const checked = await Promise.all(REFRESHED.map(list => redis.hget(keys.listMeta(list), 'checkedAt')))
    return checked.every(at => Date.parse(at ?? '') > since)
  })
}

const playEditions = async (parts: Parts, daemon: ChildProcess): Promise<Costs> => {
  const { day, reads, say, redis, feeds, work } = parts
  const reporter = createReporter(redis, { prefix: PREFIX })
  const before = await measure(redis, daemon.pid ?? 0)
  for (let edition = 0; edition < day.editions; edition += 1) {
    const name = `edition ${edition + 1} of ${day.editions}`
    say(`${name}: crawling ${day.feeds.length} feeds`)
    if (edition > 0) {
      feeds.serve(edition)
      const ids = day.feeds.map(({ id }) => id as SourceId) // those of the configuration
      await addScheduledCrawls(work.queues, ids)
    }
    await until(name, daemon, async () => feeds.isFetched() && (await work.isIdle()))

    const read = reads.filter(each => each.edition === edition)
    say(`${name}: reporting ${read.length} reads`)
    await reporter.report(
      read.map(({ item, at, visitor }) => ({ kind: 'view', article: item.url, visitor, at: new Date(at) })),
    )
    await until(`${name}, counting`, daemon, work.isIdle)
    await untilRefreshed(parts, daemon, `${name}, ranking`)
  }
  const after = await measure(redis, daemon.pid ?? 0)
  return {
    ...after,
    worker: after.worker - before.worker,
    redis: after.redis - before.redis,
    seconds: after.seconds - before.seconds,
  }
}

/** Runs a daemon while `use` takes. */
const withDaemon = async <T>(dir: string, config: string, use: (daemon: ChildProcess) => Promise<T>): Promise<T> => {
  const daemon = startDaemon(dir, config)
  const kill = (): void => void daemon.kill('SIGKILL')
  process.once('exit', kill)
  try {
    return await use(daemon)
  } finally {
    const ended = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    if (daemon.exitCode === null) await ended
    process.off('exit', kill)
  }
}

export interface Played {
  readonly outcome: Outcome
  readonly costs: Costs
  /** Lists as a daemon publishes them that was started anew on the same data. */
  readonly restarted: Outcome['lists']
}

const play = async (wanted: RunWanted, redis: Redis, socket: string): Promise<Played> => {
  const { day, reads, dir, say } = wanted
  const feeds = await serveFeeds(day)
  feeds.serve(0)
  const config = writeConfig(dir, day, socket, feeds.port)
  const work = openWork(redis)
  const parts = { ...wanted, redis, feeds, work }
  try {
    const { outcome, costs } = await withDaemon(dir, config, async daemon => {
      const spent = await playEditions(parts, daemon)
      say('reading the lists')
      return { outcome: await readOutcome(redis, day, reads), costs: spent }
    })
    say('starting the daemon anew')
    const restarted = await withDaemon(dir, config, async daemon => {
      await untilRefreshed(parts, daemon, 'ranking after a restart')
      return readLists(redis)
    })
    return { outcome, costs, restarted }
  } finally {
    await work.close()
    feeds.close()
  }
}

/**
 * Runs the daemon of this build through the day.
 * @throws when the daemon ends, or a step takes over four minutes
 */
export const runDay = async (wanted: RunWanted): Promise<Played> => {
  const data = join(wanted.dir, 'redis')
  mkdirSync(data, { recursive: true })
  const server = await resolveRedis({ dataDir: data, durable: false, say: () => undefined })
  if (!('socket' in server.address)) throw new Error('the benchmark runs a Redis of its own')
  const redis = new Redis({ path: server.address.socket, maxRetriesPerRequest: null })
  try {
    return await play(wanted, redis, server.address.socket)
  } finally {
    redis.disconnect()
    await server.stop()
  }
}
