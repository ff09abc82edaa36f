/** Days in fast-forward: articles and reads come in, the clock of Redis and of the worker is moved on, and each hour is held to the truth. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { GROUP } from '../../src/events/counting.ts'
import { createPublishQueue } from '../../src/lists/publish-queue/publish-queue.ts'
import { LISTS } from '../../src/lists/registry.ts'
import { ENQUEUED, publishOptions } from '../../src/queues/publish.ts'
import { addArticles, openQueues } from '../../src/queues/queues.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { seeded } from '../../src/util/seeded-random.ts'
import { benchConfig, crawls } from '../lists/world.ts'
import { createCount, windowNames } from './count.ts'
import { startMovedRedis } from './redis.ts'

export interface LongRunWanted {
  readonly dir: string
  readonly days: number
  readonly sources: number
  /** In all, spread evenly over the hours. */
  readonly articles: number
  readonly events: number
  /** Days an article is kept. */
  readonly retention: number
  readonly say: (line: string) => void
}

/** MB. */
export interface Hour {
  readonly redis: number
  readonly rss: number
  /** Of the worker, after its garbage was collected. */
  readonly live: number
}

export interface LongRunReport {
  readonly hours: readonly Hour[]
  readonly articles: number
  readonly events: number
  /** Windows compared, article by article. */
  readonly compared: number
  /** Names of lists whose age was looked at, all hours together. */
  readonly lists: number
  readonly wrong: readonly string[]
  readonly seconds: number
}

const HOUR = 3_600_000
const STEP = 600_000
const PREFIX = 'longrun'
const PATIENCE = 60_000
const LOOK = 25
const MB = 1_048_576
/** Items of a crawl that brings something: sources take turns. */
const AT_LEAST = 8
/** What is read was published within the last so many articles. */
const READ_AMONG = 2_000

const script = fileURLToPath(new URL('./worker.js', import.meta.url))
const tamper = new URL('../faults/tamper.js', import.meta.url).href

const until = async (holds: () => Promise<boolean>): Promise<boolean> => {
  const deadline = performance.now() + PATIENCE
  while (performance.now() < deadline) {
    if (await holds()) return true
    await delay(LOOK)
  }
  return false
}

export const runLong = async (wanted: LongRunWanted): Promise<LongRunReport> => {
  const { dir, days, sources, articles, events, retention, say } = wanted
  const began = performance.now()
  const server = await startMovedRedis(dir)
  const connect = () => new Redis({ path: server.socket, maxRetriesPerRequest: null })
  const [redis, bull] = [connect(), connect()]
  const keys = keysFor(PREFIX)
  const queues = openQueues(bull, keys)
  const waiting = createPublishQueue({ redis, keys })
  const names = LISTS.names(benchConfig(PREFIX, 0))
  const worker: ChildProcess = fork(script, [server.socket, PREFIX, String(sources), String(retention)], {
    execArgv: ['--expose-gc', '--import', tamper],
  })
  await once(worker, 'message')
  const random = seeded(5)
  const count = createCount()
  const recent: string[] = []
  const hours: Hour[] = []
  const wrong: string[] = []
  let [ahead, made, sent, compared, looked] = [0, 0, 0, 0, 0]
  const now = () => Date.now() + ahead

  /** The clocks of Redis and of the worker, while neither has anything in hand. */
  const moveOn = async (ms: number): Promise<void> => {
    ahead += ms
    server.set(ahead)
    worker.send({ offset: ahead })
    await once(worker, 'message')
  }

  const isIdle = async (): Promise<boolean> => {
    for (const queue of [queues.articles, queues.publish]) {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized')
      if (Object.values(counts).some(each => each > 0)) return false
    }
    const [newest] = await redis.xrevrange(keys.events(), '+', '-', 'COUNT', 1)
    if (!newest) return true
    const [group = []] = (await redis.xinfo('GROUPS', keys.events())) as unknown[][]
    const field = (name: string) => group[group.indexOf(name) + 1]
    return field('name') === GROUP && Number(field('pending')) === 0 && field('last-delivered-id') === newest[0]
  }

  const takeIn = async (step: number, most: number): Promise<void> => {
    if (most < 1) return
    const perSource = Math.max(AT_LEAST, Math.ceil(most / sources))
    const publishing = Math.min(sources, Math.ceil(most / perSource))
    const first = (step * publishing) % (sources - publishing + 1)
    const batches = crawls(publishing, perSource, step, now(), first)
    await addArticles(queues, batches)
    for (const { data } of batches) for (const { key } of data.items) recent.push(key)
    made += batches.reduce((sum, { data }) => sum + data.items.length, 0)
    recent.splice(0, Math.max(0, recent.length - READ_AMONG))
    await until(isIdle)
  }

  const read = async (most: number): Promise<void> => {
    if (recent.length === 0) return
    const pipeline = redis.pipeline()
    for (let n = 0; n < most; n += 1) {
      const url = recent[Math.floor(random() ** 2 * recent.length)] ?? ''
      const at = Math.floor(now() - random() * STEP)
      sent += 1
      pipeline.xadd(keys.events(), '*', 'kind', 'view', 'article', url, 'visitor', `v${sent}`, 'at', at)
      count.add(url, at)
    }
    await pipeline.exec()
    await until(isIdle)
  }

  const refresh = async (): Promise<void> => {
    await waiting.enqueue(names, true)
    await queues.publish.add('refresh', { list: ENQUEUED }, publishOptions({ list: ENQUEUED }))
    await until(isIdle)
  }

  /** URLs of all articles that are there, by id. */
  const urls = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>()
    // Sent together: there may be hundreds of thousands, every hour.
    for await (const page of redis.scanStream({ match: keys.article('*'), count: 1_000 }) as AsyncIterable<string[]>)
      for (const [id, url] of await Promise.all(page.map(key => redis.hmget(key, 'id', 'url'))))
        if (id && url) found.set(id, url)
    return found
  }

  const compareWindows = async (): Promise<void> => {
    const urlOf = await urls()
    for (const window of windowNames) {
      let differs = ''
      const isSame = await until(async () => {
        const truth = count.in(window, now())
        const flat = await redis.zrange(keys.eventWindow('view', window), 0, '-1', 'WITHSCORES')
        const stands = new Map<string, number>()
        for (let at = 0; at < flat.length; at += 2) stands.set(urlOf.get(flat[at] ?? '') ?? '', Number(flat[at + 1]))
        // What its retention has taken away is nobody's to compare.
        const there = new Set(urlOf.values())
        differs = ''
        for (const [url, reads] of truth)
          if (there.has(url) && stands.get(url) !== reads) differs = `${url} has ${stands.get(url)}, not ${reads}`
        for (const url of stands.keys())
          if (url !== '' && !truth.has(url)) differs = `${url} is in it, and was not read`
        return differs === ''
      })
      compared += 1
      if (!isSame) wrong.push(`hour ${hours.length}: window ${window}: ${differs}`)
    }
  }

  /** Every list was looked at since the last refresh, and shows nothing older than may be shown. */
  const checkAges = async (since: number): Promise<void> => {
    for (const name of names) {
      const [checkedAt, entries] = await Promise.all([
        redis.hget(keys.listMeta(name), 'checkedAt'),
        redis.lrange(keys.list(name), 0, -1),
      ])
      looked += 1
      if (Date.parse(checkedAt ?? '') < since || checkedAt === null)
        wrong.push(`hour ${hours.length}: ${name} was last looked at ${checkedAt}`)
      const oldest = entries.map(json => Date.parse((JSON.parse(json) as { publishedAt: string }).publishedAt))
      // A list of the past may show what was still there when it was written.
      if (oldest.some(at => at < now() - retention * 24 * HOUR - 2 * HOUR))
        wrong.push(`hour ${hours.length}: ${name} shows what is older than ${retention} days`)
    }
  }

  const measure = async (): Promise<void> => {
    // What has expired goes as it is met.
    for await (const _ of redis.scanStream({ count: 5_000 }));
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
    worker.send({ memory: true })
    const [{ rss, live }] = (await once(worker, 'message')) as [{ rss: number; live: number }]
    hours.push({ redis: used / MB, rss: rss / MB, live: live / MB })
  }

  try {
    const steps = (days * 24 * HOUR) / STEP
    for (let step = 1; step <= steps; step += 1) {
      await moveOn(STEP)
      const due = (all: number, done: number) => Math.round((all * step) / steps) - done
      await takeIn(step, due(articles, made))
      await read(due(events, sent))
      if ((step * STEP) % HOUR !== 0) continue
      const since = now()
      await refresh()
      await compareWindows()
      await checkAges(since)
      await measure()
      count.forget(now() - 8 * 24 * HOUR)
      const last = hours.at(-1)
      say(
        `hour ${hours.length} of ${days * 24}: ${made} articles, ${sent} reads; Redis ${last?.redis.toFixed(0)} MB, worker ${last?.rss.toFixed(0)} MB, live ${last?.live.toFixed(0)} MB; ${wrong.length} wrong`,
      )
    }
    worker.send({ stop: true })
    await once(worker, 'exit')
  } finally {
    worker.kill('SIGKILL')
    await Promise.all(Object.values(queues).map(queue => queue.close()))
    for (const connection of [redis, bull]) connection.disconnect()
    await server.stop()
  }
  return {
    ...{ hours, articles: made, events: sent, compared, lists: looked, wrong },
    seconds: Math.round((performance.now() - began) / 1_000),
  }
}
