/**
 * Events a second that one counter takes off the stream, beside the naive way (one event at a time: SET NX, ZINCRBY, XACK), each visitor
 * another: `npm run bench:events [-- --events 200000] [--rounds 5] [--batch 1000] [--json]`. A Redis of its own on a socket, nothing written to disk.
 * The two ways take turns, medians are told; CPU is of this process and of Redis. Ends with 1 where the counts are not the truth.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { EventSettings } from '../src/config/sections/events.ts'
import type { ArticleId } from '../src/domain/article.ts'
import { createEventCounter } from '../src/events/counter.ts'
import { GROUP } from '../src/events/counting.ts'
import { connectRedis } from '../src/redis/connect.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { seeded } from '../src/util/seeded-random.ts'
import { renderTable } from '../src/util/table.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    naive: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '5' },
    batch: { type: 'string', default: '2500' },
    articles: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
  },
})
const [events, naive, rounds, batch, articles] = [
  values.events,
  values.naive,
  values.rounds,
  values.batch,
  values.articles,
].map(Number) as [number, number, number, number, number]

const random = seeded(6)
const ids = Array.from(
  { length: articles },
  () => Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('') as ArticleId,
)
/** As on a news site: the tenth article is read a tenth as often as the first. */
const anArticle = (): ArticleId =>
  ids[Math.min(articles - 1, Math.floor(articles ** random()) - 1)] ?? ids[0] ?? ('' as ArticleId)
const UAS = Array.from(
  { length: 200 },
  (_, index) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + index}.0.0.0 Safari/537.36`,
)

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
const server = await resolveRedis({ dataDir: dir, durable: false, say: line => console.error(line) })
const log = pino({ level: 'warn' }, pino.destination(2))
const redis = connectRedis(server.address, log, 'bench')
const blocking = connectRedis(server.address, log, 'bench-blocking', { pipelined: false })
const filler = connectRedis(server.address, log, 'bench-filler', { pipelined: false })
let visitors = 0

const fill = async (stream: string, count: number): Promise<void> => {
  await redis.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM').catch(() => undefined)
  for (let left = count; left > 0; left -= 2_000) {
    const pipeline = filler.pipeline()
    for (let index = 0; index < Math.min(left, 2_000); index += 1) {
      visitors += 1
      const visitor = `v-${visitors.toString(36)}-${Math.floor(random() * 1e9).toString(36)}`
      const ua = UAS[visitors % UAS.length] ?? ''
      pipeline.xadd(stream, '*', 'kind', 'view', 'article', anArticle(), 'visitor', visitor, 'ua', ua)
    }
    await pipeline.exec()
  }
}

const redisCpu = async (): Promise<number> => {
  const info = await redis.info('cpu')
  return ['used_cpu_user', 'used_cpu_sys'].reduce(
    (sum, name) => sum + Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0),
    0,
  )
}

interface Measured {
  readonly perSecond: number
  /** µs an event. */
  readonly ours: number
  readonly redis: number
}

const measure = async (count: number, work: () => Promise<void>): Promise<Measured> => {
  const [cpu, theirs, since] = [process.cpuUsage(), await redisCpu(), performance.now()]
  await work()
  const seconds = (performance.now() - since) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: count / seconds,
    ours: (user + system) / count,
    redis: (((await redisCpu()) - theirs) * 1e6) / count,
  }
}

const keys = keysFor('bench')
await Promise.all(ids.map(id => redis.hset(keys.article(id), 'id', id)))
const settings = EventSettings.parse({ batch })

const aCounter = (consumer: string) =>
  createEventCounter({
    redis,
    blocking,
    keys,
    archive: {
      resolve: async wanted => {
        const there = await Promise.all(wanted.map(id => redis.exists(keys.article(id))))
        return wanted.map((id, index) => (there[index] ? id : null))
      },
    },
    settings: () => settings,
    now: Date.now,
    consumer,
    log,
  })

const sumOf = async (key: string): Promise<number> =>
  (await redis.hvals(key)).reduce((sum, count) => sum + Number(count), 0)

const left = async (stream: string): Promise<number> => {
  const [group] = (await redis.xinfo('GROUPS', stream)) as unknown[][]
  const field = (name: string) => Number(group?.[group.indexOf(name) + 1] ?? 0)
  return field('lag') + field('pending')
}

const counted = async (round: number): Promise<Measured> => {
  await fill(keys.events(), events)
  const stopping = new AbortController()
  const result = await measure(events, async () => {
    const running = aCounter(`bench-${round}`).run(stopping.signal)
    while ((await left(keys.events())) > 0) await new Promise(resolve => setTimeout(resolve, 20))
    stopping.abort()
    // The call that ends waits up to a second for more; that is no time spent counting.
    void running
  })
  await new Promise(resolve => setTimeout(resolve, 1_100))
  return result
}

const oneByOne = async (own: Redis, round: number): Promise<Measured> => {
  const stream = `naive-${round}:events`
  await fill(stream, naive)
  return measure(naive, async () => {
    for (let done = 0; done < naive; done += 1) {
      const answer = (await own.xreadgroup(
        ...(['GROUP', GROUP, 'naive', 'COUNT', 1, 'STREAMS', stream, '>'] as const),
      )) as [string, [string, string[]][]][]
      const [id, fields] = answer[0]?.[1][0] ?? ['', []]
      const [, kind, , article, , visitor] = fields
      if ((await own.set(`naive:seen:${article}:${visitor}`, '1', 'PX', 1_800_000, 'NX')) === 'OK')
        await own.zincrby(`naive:${kind}`, 1, article ?? '')
      await own.xack(stream, GROUP, id)
    }
  })
}

const own = connectRedis(server.address, log, 'bench-naive', { pipelined: false })
const [ours, theirs]: [Measured[], Measured[]] = [[], []]
// Code is compiled as it is used: the first events are not counted in.
await counted(-1)
for (let round = 0; round < rounds; round += 1) {
  ours.push(await counted(round))
  theirs.push(await oneByOne(own, round))
  console.error(
    `round ${round + 1}: ${Math.round(ours.at(-1)?.perSecond ?? 0)} and ${Math.round(theirs.at(-1)?.perSecond ?? 0)} events/s`,
  )
}

const median = (measured: readonly Measured[], of: (each: Measured) => number): number =>
  measured.map(of).sort((a, b) => a - b)[Math.floor(measured.length / 2)] ?? Number.NaN
const rows = [
  { name: `counter, batches of ${batch}`, measured: ours },
  { name: 'one at a time', measured: theirs },
]
const lines = renderTable(
  rows,
  [
    { title: '', value: ({ name }) => name },
    { title: 'events/s', value: ({ measured }) => median(measured, each => each.perSecond).toFixed(0), align: 'right' },
    { title: 'CPU µs here', value: ({ measured }) => median(measured, each => each.ours).toFixed(1), align: 'right' },
    { title: 'CPU µs Redis', value: ({ measured }) => median(measured, each => each.redis).toFixed(1), align: 'right' },
  ],
  100,
)
if (!values.json) console.log(lines.join('\n'))

const memoryOf = async (pattern: string): Promise<number> => {
  const found = await redis.keys(pattern)
  const sizes = await Promise.all(found.map(key => redis.memory('USAGE', key, 'SAMPLES', 0)))
  return sizes.reduce<number>((sum, size) => sum + Number(size ?? 0), 0)
}
const inMb = (bytes: number) => ((bytes / (events * (rounds + 1))) * 1e6) / 1_048_576
const seenMb = inMb(await memoryOf(`${keys.eventState('seen:')}*`))
const burstMb = inMb(await memoryOf(`${keys.eventState('burst:')}*`))
const naiveMb = ((await memoryOf('naive:seen:*')) / (naive * rounds)) * (1e6 / 1_048_576)
if (values.json) {
  const [counter, one] = [ours, theirs].map(measured => ({
    perSecond: median(measured, each => each.perSecond),
    // Microseconds an event are seconds a million.
    worker: median(measured, each => each.ours),
    redis: median(measured, each => each.redis),
  }))
  console.log(JSON.stringify({ ours: counter, naive: one, memoryMb: seenMb }, null, 2))
} else
  console.log(
    `memory per million views of distinct visitors: seen ${seenMb.toFixed(0)} MB, for ${(3_600_000 + settings.dedupWindow) / 60_000} minutes; ` +
      `bursts ${burstMb.toFixed(0)} MB, for 5 minutes; one key each ${naiveMb.toFixed(0)} MB`,
  )

const total = await sumOf(keys.eventTotals('view'))
if (total !== events * (rounds + 1)) {
  console.error(`counted ${total} of ${events * (rounds + 1)}`)
  process.exitCode = 1
}
for (const each of [redis, blocking, filler, own]) each.disconnect()
await server.stop()
rmSync(dir, { recursive: true, force: true })
