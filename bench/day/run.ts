/**
 * The day as the real daemon sees it: publishers on loopback, a Redis and a daemon in processes of their own, readers'
 * events in the stream as services report them, and what stands in Redis in the end, read as services read it.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { stringify } from 'yaml'
import { createReporter } from '../../src/client/index.ts'
import type { Entry } from '../../src/domain/entry.ts'
import type { SourceId } from '../../src/domain/source.ts'
import { readBacklog } from '../../src/events/backlog.ts'
import { addScheduledCrawls, openQueues } from '../../src/queues/queues.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { scanKeys } from '../../src/redis/scan.ts'
import { resolveRedis } from '../../src/redis/server.ts'
import { type Day, renderFeed } from './build.ts'
import type { Read } from './readers.ts'

const PREFIX = 'newsdesk'
const keys = keysFor(PREFIX)
const LOOK = 100
/** ms for an edition or its readers to be done with; they take some seconds. */
const PATIENCE = 240_000
/** Clock ticks a second in /proc, on every Linux. */
const TICKS = 100
/** Lists ranked by reads or age, which the clock refreshes. */
const REFRESHED = ['must-reads', 'trending', 'most-read:now', 'most-read:hour', 'most-read:day', 'most-read:week']

export interface StoredArticle {
  readonly id: string
  /** The story it is in now, merges followed. */
  readonly story: string
  readonly section: string
  readonly views: number
}

export interface StoredStory {
  readonly id: string
  /** Id of the article that it is shown by. */
  readonly lead: string
}

/** What stands in Redis in the end. */
export interface Outcome {
  /** Entries by name of the list, related lists included. */
  readonly lists: ReadonlyMap<string, readonly Entry[]>
  readonly articles: ReadonlyMap<string, StoredArticle>
  readonly stories: ReadonlyMap<string, StoredStory>
  /** Events refused, by reason. */
  readonly refused: Readonly<Record<string, string>>
  /** When it was read, ms since the epoch. */
  readonly at: number
}

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
    lists: { refresh: '5s' },
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

/** The queues, and whether no job waits or runs, no list waits to be published and no event to be counted. */
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
    return [...jobs, ...lists, waiting].reduce((sum, count) => sum + count, 0)
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

const readHashes = async (redis: Redis, names: readonly string[]): Promise<Record<string, string>[]> => {
  const found = await redis.pipeline(names.map(name => ['hgetall', name])).exec()
  return (found ?? []).map(([, hash]) => hash as Record<string, string>) // as HGETALL returns
}

const readOutcome = async (redis: Redis, day: Day): Promise<Outcome> => {
  const lists = new Map<string, readonly Entry[]>()
  for await (const names of scanKeys(redis, `${keys.list('')}*`)) {
    const found = await redis.pipeline(names.map(name => ['lrange', name, 0, -1])).exec()
    for (const [index, name] of names.entries()) {
      const entries = (found?.[index]?.[1] ?? []) as string[] // as LRANGE returns
      lists.set(
        name.slice(keys.list('').length),
        entries.map(entry => JSON.parse(entry) as Entry),
      ) // the contract's
    }
  }
  const hashes = await readHashes(redis, [...new Set(day.items.map(({ id }) => keys.article(id)))])
  const kept = hashes.filter(({ id }) => id !== undefined)
  const names = [...new Set(kept.map(({ story = '' }) => story))]
  const byName = new Map((await readHashes(redis, names.map(keys.story))).map((hash, index) => [names[index], hash]))
  const follow = (story: string): string => {
    const into = byName.get(story)?.into
    return into === undefined ? story : follow(into)
  }
  return {
    lists,
    articles: new Map(
      kept.map(({ id = '', story = '', section = '', views = '0' }) => [
        id,
        { id, story: follow(story), section, views: Number(views) },
      ]),
    ),
    stories: new Map([...byName].map(([id = '', { lead = '' }]) => [id, { id, lead }])),
    refused: await redis.hgetall(keys.eventState('refused')),
    at: Date.now(),
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

const play = async ({ day, reads, dir, say }: RunWanted, redis: Redis, socket: string) => {
  const feeds = await serveFeeds(day)
  feeds.serve(0)
  const daemon = startDaemon(dir, writeConfig(dir, day, socket, feeds.port))
  const killed = (): void => void daemon.kill('SIGKILL')
  process.once('exit', killed)
  const { queues, isIdle, close } = openWork(redis)
  try {
    const reporter = createReporter(redis, { prefix: PREFIX })
    const before = await measure(redis, daemon.pid ?? 0)
    for (let edition = 0; edition < day.editions; edition += 1) {
      say(`edition ${edition + 1} of ${day.editions}: crawling ${day.feeds.length} feeds`)
      if (edition > 0) {
        feeds.serve(edition)
        await addScheduledCrawls(
          queues,
          day.feeds.map(({ id }) => id as SourceId),
        ) // ids of the configuration
      }
      await until(`edition ${edition + 1}`, daemon, async () => feeds.isFetched() && (await isIdle()))

      const read = reads.filter(each => each.edition === edition)
      say(`edition ${edition + 1} of ${day.editions}: reporting ${read.length} reads`)
      const report = read.map(({ item, at, visitor }) => ({
        ...{ kind: 'view' as const, article: item.id, visitor, at: new Date(at) },
      }))
      await reporter.report(report)
      await until(`counting the reads of edition ${edition + 1}`, daemon, isIdle)
      const counted = Date.now()
      const isRefreshed = async (): Promise<boolean> => {
        const checked = await Promise.all(REFRESHED.map(list => redis.hget(keys.listMeta(list), 'checkedAt')))
        return checked.every(at => Date.parse(at ?? '') > counted) && (await isIdle())
      }
      await until(`ranking after edition ${edition + 1}`, daemon, isRefreshed)
    }
    say('reading the lists')
    const after = await measure(redis, daemon.pid ?? 0)
    const costs = {
      ...after,
      worker: after.worker - before.worker,
      redis: after.redis - before.redis,
      seconds: after.seconds - before.seconds,
    }
    return { outcome: await readOutcome(redis, day), costs }
  } finally {
    daemon.kill('SIGTERM')
    if (daemon.exitCode === null) await new Promise(resolve => daemon.once('exit', resolve))
    process.off('exit', killed)
    await close()
    feeds.close()
  }
}

/**
 * Runs the daemon of this build through the day.
 * @throws when the daemon ends, or a step takes over four minutes
 */
export const runDay = async (wanted: RunWanted): Promise<{ readonly outcome: Outcome; readonly costs: Costs }> => {
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
