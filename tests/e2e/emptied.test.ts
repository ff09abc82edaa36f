import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openQueues } from '../../src/queues/open-queues.ts'
import { createCatalogue } from '../../src/sources/catalogue/catalogue.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { readStatus } from '../../src/use-cases/status.ts'
import { createPush } from '../../src/websub/push.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFolder } from '../support/folder.ts'
import { type FeedItemSketch, rss, serve } from '../support/http.ts'
import { serverIn } from '../support/own-redis.ts'
import { until } from '../support/until.ts'

// A Redis of its own: it is emptied.
const folder = aFolder('emptied')
const server = await serverIn(folder)
// Registered first, run last: daemons end while it is there.
afterAll(() => server.close())
const IDS = ['courier', 'gazette', 'herald']
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
/** Each of its own words, or they would be one story. */
const titleOf = (id: string, place: number): string =>
  `${id} tells of ${hash(`${id} ${place}`).match(/.{6}/g)?.join(' ')}`
const carried = new Map<string, FeedItemSketch[]>(IDS.map(id => [id, []]))
let count = 0
const publish = (id: string, items: number): void => {
  for (let at = 0; at < items; at += 1) {
    count += 1
    // One in three has no date: it is known by what is remembered of it alone.
    carried.get(id)?.unshift({ title: titleOf(id, count), published: count % 3 === 0 ? null : new Date() })
  }
}
for (const id of IDS) publish(id, 12)
/** Answers that are held until they are let go. */
let held: (() => void)[] | null = null
const feed = await serve((request, response) => {
  const id = request.url?.slice(1) ?? ''
  const answer = () => {
    const body = rss(carried.get(id) ?? [], `https://${id}.example`)
    const etag = `"${hash(body)}"`
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else response.writeHead(200, { etag, 'content-type': 'application/rss+xml' }).end(body)
  }
  if (held) held.push(answer)
  else answer()
})
interface Line {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}
const lines: Line[] = []
const log = pino(
  new Writable({
    write(chunk, _encoding, written) {
      lines.push(JSON.parse(String(chunk)))
      written()
    },
  }),
)
const desk = testDaemon({
  log,
  sources: IDS.map(id => ({ id, name: id, url: `${feed.url}/${id}`, section: 'world' })),
  settings: {
    crawl: { hostConcurrency: 4, batch: 5 },
    lists: { latest: 500 },
    metrics: { port: 0 },
  },
  address: { socket: join(folder, 'redis.sock') },
})
const { redis, keys } = desk
const queues = openQueues(redis, keys)
const roles = ['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin'] as const
let daemon: Awaited<ReturnType<typeof desk.start>>
beforeAll(async () => {
  daemon = await desk.start(roles)
})

const ready = async (of = daemon) => {
  const answer = await fetch(`${of.metricsUrl}/readyz`)
  return { ...((await answer.json()) as { why?: string }), status: answer.status }
}
const problems = async (): Promise<readonly string[]> => {
  const catalogue = createCatalogue({ redis, keys, file: () => desk.config.sources })
  const sources = createSources({
    ...{ redis, keys, catalogue: catalogue.list },
    settings: () => desk.config.settings.crawl,
    now: Date.now,
  })
  const push = createPush({
    ...{ redis, keys, sources, now: Date.now },
    settings: () => desk.config.settings.push,
    postForm: async () => ({ kind: 'failed', reason: 'blocked', detail: '' }),
  })
  return (
    await readStatus({ redis, keys, queues, sources, push, memory: () => 0, wantedReplicas: () => 0, now: Date.now })
  ).problems
}
/** All that feeds carry stands in the lists, and what the configuration says is laid down. */
const allIsWell = async (): Promise<void> => {
  const wanted = [...carried.values()].flatMap(items => items.map(({ title }) => title)).toSorted()
  // All at one moment: a list that was being written when Redis was emptied may stand there for a moment after it.
  await until(
    async () => ({
      titles: (await desk.list('latest')).map(({ title }) => title).toSorted(),
      laid: await redis.exists(keys.sections(), keys.schema(), keys.dataSet()),
      due: await redis.zcard(keys.due()),
      decided: await redis.xlen(keys.storyLog()),
      ready: (await ready()).status,
      problems: await problems(),
    }),
    seen =>
      JSON.stringify(seen) ===
      JSON.stringify({ titles: wanted, laid: 3, due: IDS.length, decided: count, ready: 200, problems: [] }),
    { timeout: 90_000, every: 100 },
  )
}

describe('a Redis that came back empty under a running daemon', () => {
  it('lost data is crawled again if Redis was flushed while idle', async () => {
    await allIsWell()
    await redis.flushall()
    await allIsWell()
  }, 120_000)

  it('nothing is lost for good if Redis was flushed while feeds were being fetched', async () => {
    held = []
    publish('courier', 3)
    // How many are asked at once is the crawl's to say.
    await until(() => (held?.length ?? 0) > 0)
    await redis.flushall()
    const answers = held
    held = null
    for (const answer of answers) answer()
    await allIsWell()
  }, 120_000)

  it('nothing is lost for good if Redis was flushed repeatedly while articles were being ingested', async () => {
    for (let flushes = 0; flushes < 4; flushes += 1) {
      for (const id of IDS) publish(id, 4)
      const before = await redis.zcard(keys.articleIndex())
      await until(
        () => redis.zcard(keys.articleIndex()),
        there => there > before,
        { every: 1 },
      )
      await redis.flushall()
    }
    await allIsWell()
  }, 180_000)

  it('a daemon whose Redis came back empty logs one plain warning of each kind, with no error and no stack', async () => {
    // A job that is running when Redis is emptied, for certain.
    held = []
    await until(() => (held?.length ?? 0) > 0)
    await redis.flushall()
    const answers = held
    held = null
    for (const answer of answers) answer()
    const said = (words: RegExp) => lines.filter(({ msg }) => words.test(msg))
    await until(() => said(/a running job is gone from Redis/).length > 0 && said(/consumer group is gone/).length > 0)
    await allIsWell()
    expect(lines.filter(({ level, err }) => level >= 50 || err !== undefined)).toEqual([])
    const minutes = Math.ceil((Number(lines.at(-1)?.time) - Number(lines[0]?.time)) / 60_000)
    for (const words of [/a running job is gone from Redis/, /consumer group is gone/])
      expect(said(words).length).toBeLessThanOrEqual(minutes)
  }, 120_000)

  it('a daemon whose Redis came back empty goes on counting reported events', async () => {
    const [entry] = await desk.list('latest')
    await redis.xadd(keys.events(), '*', 'kind', 'view', 'article', entry?.id ?? '', 'visitor', 'one')
    await until(
      () => redis.hget(keys.article(entry?.id ?? ''), 'views'),
      views => views === '1',
    )
    await until(
      () => desk.list('most-read:hour'),
      list => list[0]?.id === entry?.id,
    )
  })

  it('a daemon whose Redis came back empty creates a new one-time link for the first admin', async () => {
    expect(await redis.exists(keys.admin('setup'))).toBe(1)
  })

  it('sources are crawled again if Redis lost only the schedule of due sources', async () => {
    const before = feed.requests.length
    await redis.del(keys.due())
    await until(() => feed.requests.length > before + 2 * IDS.length)
    await allIsWell()
  }, 120_000)

  it('lost data is crawled again if Redis was restarted without its append-only file', async () => {
    await server.kill()
    rmSync(join(folder, 'appendonlydir'), { recursive: true, force: true })
    await server.start()
    await allIsWell()
    expect(lines.filter(({ level }) => level >= 50)).toEqual([])
  }, 120_000)

  it('a daemon whose Redis stopped answering for a while logs plain warnings, and resumes work by itself', async () => {
    const from = lines.length
    const said = (words: RegExp) => lines.slice(from).some(({ msg }) => words.test(msg))
    server.pause()
    await until(() => said(/Redis is away/))
    server.goOn()
    publish('herald', 1)
    await allIsWell()
    expect(lines.slice(from).filter(({ level, err }) => level >= 50 || err !== undefined)).toEqual([])
  }, 120_000)

  it('lost articles are ingested again by a re-crawl if Redis lost only these', async () => {
    const ids = (await desk.list('latest')).map(({ id }) => id)
    await Promise.all(ids.map(id => redis.del(keys.article(id))))
    for (const id of IDS) await queues.crawl.add(id, { sourceId: id, trigger: 'manual' })
    await until(async () => (await Promise.all(ids.map(id => redis.exists(keys.article(id))))).every(Boolean))
  }, 60_000)

  it('a process on a Redis that came back empty is not ready until a scheduler has set Redis up again', async () => {
    const reader = await desk.start(['admin'])
    await until(
      () => ready(reader),
      ({ status }) => status === 200,
    )
    await daemon.stop()
    await redis.flushall()
    await until(
      () => ready(reader),
      ({ status, why }) => status === 503 && /3 of 3 sources are not scheduled.*sections are gone/.test(why ?? ''),
    )
    await redis.hset(keys.daemon('other'), {
      ...{ id: 'other', roles: roles.join(','), beatAt: Date.now() },
    })
    await redis.zadd(keys.daemons(), Date.now(), 'other')
    expect(await problems()).toEqual([
      expect.stringMatching(/Redis lacks what newsdesk needs \(3 of 3 sources are not scheduled/),
    ])
    daemon = await desk.start(roles)
    await until(
      () => ready(reader),
      ({ status }) => status === 200,
    )
    await allIsWell()
  }, 120_000)
})
