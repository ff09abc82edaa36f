/**
 * What polling costs: `npm run bench:crawl`. The real daemon with the role crawl in this process, its jobs in BullMQ, publishers of as many
 * domains as there are sources in a process of their own on loopback, a Redis of its own. Beside the speed: CPU a poll, memory a source,
 * and how much 50 hostile sources among 500 good ones cost the good ones.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startDaemon } from '../src/app/daemon.ts'
import { Settings } from '../src/config/schema.ts'
import { Source } from '../src/domain/source.ts'
import { bodyHash } from '../src/http-client/fetch.ts'
import { addScheduledCrawls, openQueues } from '../src/queues/queues.ts'
import { openRedis } from '../src/redis/connect.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { createSources } from '../src/sources/store/sources.ts'
import { feedOf } from './feed-of.ts'

const SOURCES = Number(process.env.BENCH_SOURCES ?? 2_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const REMEMBERED = Number(process.env.BENCH_REMEMBERED ?? 50_000)
const BYTES = 40_960
const HOSTILE = ['bomb', 'slow', 'silent', 'endless', 'round', 'headers', 'reset', 'short']

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
const server = await resolveRedis({ dataDir: dir, durable: false, say: () => undefined })
const connect = () => openRedis(server.address, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
const redis = connect()
const publishers: ChildProcess = fork(new URL('./publishers.ts', import.meta.url), [String(BYTES)], {
  execArgv: ['--import', 'tsx'],
})
const [{ port }] = (await once(publishers, 'message')) as [{ port: number }] // what publishers.ts sends

const infoOf = async (section: string, field: string): Promise<number> =>
  Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(await redis.info(section))?.[1] ?? 0)

interface Crowd {
  readonly id: string
  readonly mode: string
}

/** A daemon that knows these sources as read before, and how long it takes to poll all of them. */
const testDaemon = async (prefix: string, crowd: readonly Crowd[], some: Record<string, unknown> = {}) => {
  const settings = Settings.parse({
    redis: { prefix },
    crawl: { allow: ['127.0.0.0/8'], concurrency: 50, ...some },
  })
  const sources = crowd.map(({ id, mode }) =>
    Source.parse({ id, name: id, url: `http://${id}.localhost:${port}/${mode}`, section: 'world' }),
  )
  const keys = keysFor(prefix)
  const store = createSources({ redis, keys, catalogue: () => sources, settings: () => settings.crawl, now: Date.now })
  await store.sync()
  const hash = bodyHash(Buffer.from(feedOf(BYTES)))
  for (const [index, source] of sources.entries())
    await store.succeeded(source.id, {
      validators: { etag: crowd[index]?.mode === 'etag' ? '"1"' : null, lastModified: null, bodyHash: hash },
      itemHashes: null,
      published: Array.from({ length: 30 }, (_, n) => Date.now() - n * 1_800_000),
      newItems: 30,
      carried: 30,
      hints: {},
      freshFor: null,
      movedTo: null,
      hasUnstableIds: false,
      title: 'Courier',
    })
  const bull = connect()
  const queues = openQueues(bull, keys)
  const daemon = await startDaemon({
    config: { settings, sources, taxonomy: [], dir: 'config' },
    roles: ['crawl'],
    redis: { address: server.address, origin: 'bench', stop: async () => undefined },
    log: pino({ level: 'silent' }),
  })
  /**
   * Polls all, at once or evenly over `within` ms.
   * @returns ms from the first turn to the last of those counted, mean ms from its turn to its end for each of them, what came of them
   */
  const pollAll = async ({
    within = 0,
    counts = () => true,
  }: {
    within?: number
    counts?: (id: string) => boolean
  } = {}) => {
    await queues.crawl.obliterate({ force: true })
    await queues.crawl.pause()
    const lead = within > 0 ? 500 : 0
    const began = Date.now() + lead
    const dueAt = new Map(sources.map(({ id }, n) => [id as string, began + (n * within) / sources.length]))
    if (within === 0)
      await addScheduledCrawls(
        queues,
        sources.map(({ id }) => id),
        await store.failing(sources.map(({ id }) => id)),
      )
    else
      await queues.crawl.addBulk(
        sources.map(({ id }) => ({
          name: id,
          data: { sourceId: id, trigger: 'schedule' },
          opts: { delay: Math.max(0, Math.round((dueAt.get(id) ?? 0) - Date.now())), deduplication: { id } },
        })),
      )
    const counted = sources.filter(({ id }) => counts(id)).length
    const start = performance.now()
    await queues.crawl.resume()
    const outcomes: Record<string, number> = {}
    const stream = connect()
    const names = new Map<string, string>()
    let last = '0'
    let done = 0
    let sum = 0
    while (done < counted) {
      const found = await stream.xread('COUNT', 5_000, 'BLOCK', 100, 'STREAMS', `${keys.bull()}:crawl:events`, last)
      for (const [id, fields] of found?.[0]?.[1] ?? []) {
        last = id
        const event = Object.fromEntries(
          Array.from({ length: fields.length / 2 }, (_, n) => [fields[n * 2], fields[n * 2 + 1]]),
        )
        if (event.event === 'added') names.set(event.jobId ?? '', event.name ?? '')
        const name = names.get(event.jobId ?? '') ?? ''
        if ((event.event !== 'completed' && event.event !== 'failed') || !counts(name)) continue
        done += 1
        sum += Number(id.split('-')[0]) - (dueAt.get(name) ?? 0)
        const outcome = event.event === 'failed' ? 'failed' : String(JSON.parse(event.returnvalue ?? '{}').outcome)
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      }
    }
    const ms = performance.now() - start
    stream.disconnect()
    return { ms, mean: sum / counted, outcomes }
  }
  return {
    pollAll,
    close: async () => {
      await daemon.stop()
      await Promise.all(Object.values(queues).map(queue => queue.close()))
      bull.disconnect()
    },
  }
}

const crowdOf = (count: number, mode: string, name = mode): Crowd[] =>
  Array.from({ length: count }, (_, n) => ({ id: `${name}${n}`, mode }))

/** Past the gap of every domain. */
const rest = () => new Promise(resolve => setTimeout(resolve, 1_500))

console.log(
  `${SOURCES} sources, each a domain of its own, ${ROUNDS} rounds, medians; concurrency 50; Node ${process.version}`,
)
for (const [mode, what] of [
  ['etag', 'unchanged, answered 304'],
  ['plain', `unchanged, ${BYTES / 1_024} KB without validators`],
] as const) {
  const desk = await testDaemon(`bench-${mode}`, crowdOf(SOURCES, mode))
  const rates: number[] = []
  const worker: number[] = []
  const redisCpu: number[] = []
  let outcomes = {}
  for (let round = 0; round <= ROUNDS; round += 1) {
    await rest()
    const cpu = process.cpuUsage()
    const cpuRedis = (await infoOf('cpu', 'used_cpu_user')) + (await infoOf('cpu', 'used_cpu_sys'))
    const told = await desk.pollAll()
    const used = process.cpuUsage(cpu)
    if (round === 0) continue // warming up
    outcomes = told.outcomes
    rates.push((SOURCES / told.ms) * 1_000)
    worker.push((used.user + used.system) / SOURCES)
    redisCpu.push(
      (((await infoOf('cpu', 'used_cpu_user')) + (await infoOf('cpu', 'used_cpu_sys')) - cpuRedis) * 1e6) / SOURCES,
    )
  }
  console.log(
    `${what}: ${Math.round(median(rates))} sources/s (${rates.map(Math.round).join(', ')}); CPU a poll ${Math.round(median(worker))} µs in the worker, queueing included, ${Math.round(median(redisCpu))} µs in Redis; ${JSON.stringify(outcomes)}`,
  )
  await desk.close()
}

if (REMEMBERED > 0) {
  await redis.flushall()
  const before = await infoOf('memory', 'used_memory')
  const keys = keysFor('newsdesk')
  const settings = Settings.parse({})
  const catalogue = crowdOf(REMEMBERED, 'feed', 'publisher-').map(({ id }) =>
    Source.parse({ id, name: id, url: `https://${id}.example/feed`, section: 'world' }),
  )
  const store = createSources({
    redis: redis.duplicate({ enableAutoPipelining: true }),
    keys,
    catalogue: () => catalogue,
    settings: () => settings.crawl,
    now: Date.now,
  })
  await store.sync()
  for (let from = 0; from < catalogue.length; from += 500)
    await Promise.all(
      catalogue.slice(from, from + 500).map(({ id }, n) =>
        store.succeeded(id, {
          validators: {
            etag: `"${from + n}-5f1c2b3a4d"`,
            lastModified: 'Mon, 04 May 2026 12:00:00 GMT',
            bodyHash: 'x'.repeat(22),
          },
          itemHashes: null,
          published: Array.from({ length: 50 }, (_, item) => Date.now() - item * 1_800_000 - n),
          newItems: 50,
          carried: 50,
          hints: {},
          freshFor: null,
          movedTo: null,
          hasUnstableIds: false,
          title: 'The Courier: latest news',
        }),
      ),
    )
  const after = await infoOf('memory', 'used_memory')
  console.log(
    `memory at ${REMEMBERED} sources: ${Math.round((after - before) / REMEMBERED)} bytes a source (state and place in the schedule)`,
  )
  await redis.flushall()
}

// Alternating, so that whatever else the machine does falls on both alike. As in life, each has its turn: 100 a second.
const good = crowdOf(500, 'plain', 'good')
const bad = Array.from({ length: 50 }, (_, n) => ({ id: `bad${n}`, mode: HOSTILE[n % HOSTILE.length] ?? '' }))
const mixed = good.flatMap((each, n) => (n % 10 === 0 ? [each, bad[n / 10] ?? each] : [each]))
const limits = { headersTimeout: '5s', totalTimeout: '10s', concurrency: 100 }
const calm = await testDaemon('bench-calm', good, limits)
const troubled = await testDaemon('bench-troubled', mixed, limits)
const isGood = (id: string) => id.startsWith('good')
const spread: { alone: number[]; among: number[] } = { alone: [], among: [] }
const burst: { alone: number[]; among: number[] } = { alone: [], among: [] }
let peak = 0
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss)
}, 20)
const settled = process.memoryUsage().rss
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [told, within] of [
    [spread, 5_000],
    [burst, 0],
  ] as const) {
    await rest()
    const one = await calm.pollAll({ within })
    await rest()
    const two = await troubled.pollAll({ within, counts: isGood })
    // The hostile ones are let run out before the next.
    await new Promise(resolve => setTimeout(resolve, 10_500))
    if (round === 0) continue
    told.alone.push(within > 0 ? one.mean : one.ms)
    told.among.push(within > 0 ? two.mean : two.ms)
  }
}
clearInterval(watch)
const compare = ({ alone, among }: typeof spread, digits: number) =>
  `${median(alone).toFixed(digits)} ms alone, ${median(among).toFixed(digits)} ms among 50 hostile ones: ${((median(among) / median(alone) - 1) * 100).toFixed(1)} % (${alone.map(ms => ms.toFixed(digits)).join(', ')} | ${among.map(ms => ms.toFixed(digits)).join(', ')})`
console.log(`500 good sources over 5 s, mean time of each from its turn to its end: ${compare(spread, 2)}`)
console.log(`500 good sources all at once, time until the last is done: ${compare(burst, 0)}`)
console.log(
  `memory of the process: ${Math.round(settled / 2 ** 20)} MB before, at most ${Math.round(peak / 2 ** 20)} MB meanwhile`,
)
await calm.close()
await troubled.close()
redis.disconnect()
publishers.disconnect()
await server.stop()
rmSync(dir, { recursive: true, force: true })
process.exit(0)
