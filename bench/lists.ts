/**
 * What lists cost: `npm run bench:lists`. A cold ingest through the real queues and worker in a process of its own, while this one reads
 * lists, beside the naive way: ZREVRANGE and a HGETALL for every entry; DEL and RPUSH for every change. Medians of interleaved rounds.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createClient } from '../src/client/index.ts'
import { LISTS } from '../src/lists/registry.ts'
import { createListWriter } from '../src/lists/write.ts'
import { openQueues } from '../src/queues/open-queues.ts'
import { addArticles } from '../src/queues/queues.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { entriesFrom } from '../tests/support/entries.ts'
import { crawls } from './lists/world.ts'

const SOURCES = Number(process.env.BENCH_SOURCES ?? 120)
const ITEMS = Number(process.env.BENCH_ITEMS ?? 30)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15)
const PAGE_ROUNDS = 2_000
const PREFIX = 'bench'
const LOOK = 4

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN
const show = (values: readonly number[], unit = 'ms'): string =>
  `p50 ${quantile(values, 0.5).toFixed(2)} ${unit}, p99 ${quantile(values, 0.99).toFixed(2)} ${unit} (${values.length})`

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
const server = await resolveRedis({ dataDir: dir, durable: false, say: () => undefined })
if (!('socket' in server.address)) throw new Error('the benchmark runs a Redis of its own')
const { socket } = server.address
const connect = () => new Redis({ path: socket, maxRetriesPerRequest: null })
const [redis, reading, bull] = [connect(), connect(), connect()]
const keys = keysFor(PREFIX)
const client = createClient(reading, { prefix: PREFIX })
const memory = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])

const worker: ChildProcess = fork(new URL('./lists/worker.ts', import.meta.url), [socket, PREFIX, String(SOURCES)], {
  execArgv: [
    '--import',
    'tsx',
    ...(process.env.BENCH_PROF ? ['--cpu-prof', '--cpu-prof-dir', process.env.BENCH_PROF] : []),
  ],
})
await once(worker, 'message')

const msOf = (id: string | null): number => Number(id?.split('-')[0] ?? 0)

interface Change {
  readonly id: string
  readonly stories: readonly string[]
  readonly articles: readonly string[]
}

/** Notes, every few ms, up to which change each list stands written. */
const watch = (names: readonly string[], until: AbortSignal) => {
  const seen: { at: number; asOf: (string | null)[] }[] = []
  const watching = (async () => {
    while (!until.aborted) {
      const pipeline = redis.pipeline().time()
      for (const name of names) pipeline.hget(keys.listMeta(name), 'asOf')
      const [[, time] = [null, ['0', '0']], ...answers] = (await pipeline.exec()) ?? []
      const [s = 0, us = 0] = (time as string[]).map(Number)
      seen.push({ at: s * 1_000 + us / 1_000, asOf: answers.map(([, asOf]) => asOf as string | null) })
      await delay(LOOK)
    }
  })()
  return { seen, watching }
}

const isUpTo = (asOf: string | null, change: string): boolean => {
  const [[ms = 0, seq = 0], [otherMs = 0, otherSeq = 0]] = [asOf ?? '0-0', change].map(id =>
    id.split('-').map(Number),
  ) as [number[], number[]]
  return ms > otherMs || (ms === otherMs && seq >= otherSeq)
}

const changesOf = async (): Promise<Change[]> =>
  (await redis.xrange(keys.changes(), '-', '+')).map(([id, [, articles = '', , stories = '']]) => ({
    ...{ id, stories: stories.split(' ').filter(Boolean), articles: articles.split(' ').filter(Boolean) },
  }))

const sectionsOf = async (stories: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(stories.map(id => redis.hget(keys.story(id), 'sections')))
  return [...new Set(found.flatMap(json => JSON.parse(json ?? '[]') as string[]))]
}

/** As it is done where nobody thinks of it. */
const naiveRead = async (key: string, limit: number): Promise<unknown[]> => {
  const ids = await reading.zrevrange(key, 0, limit - 1)
  return Promise.all(
    ids.map(id => reading.hgetall(keys.story(id)).then(({ lead = '' }) => reading.hgetall(keys.article(lead)))),
  )
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

// ---- cold ingest ---------------------------------------------------------------------------------------------------
const queues = openQueues(bull, keys)
const before = await memory()
const batches = crawls(SOURCES, ITEMS, 1, Date.now())
const names = LISTS.namesChangedBy(
  (await import('./lists/world.ts')).benchConfig(PREFIX, 0).taxonomy.map(({ id }) => id),
)
const ended = new AbortController()
const { seen, watching } = watch(names, ended.signal)
const reads = { list: [] as number[], page: [] as number[], naive: [] as number[] }
const readers = (async () => {
  while (!ended.signal.aborted) {
    reads.list.push(await timed(() => client.lists.get('latest', { limit: 20 })))
    reads.naive.push(await timed(() => naiveRead(keys.storyIndex(), 20)))
    reads.page.push(
      await timed(() =>
        client.lists.many(['latest:world', 'most-read:week', 'most-read:now', 'must-reads', 'latest'], { limit: 12 }),
      ),
    )
    await delay(2)
  }
})()
const began = performance.now()
await addArticles(queues, batches)
for (;;) {
  const { waiting = 0, active = 0, delayed = 0, prioritized = 0 } = await queues.articles.getJobCounts()
  if (waiting + active + delayed + prioritized === 0) break
  await delay(20)
}
const ingested = performance.now() - began
for (let quiet = 0; quiet < 5; ) {
  const counts = await queues.publish.getJobCounts()
  quiet =
    (counts.waiting ?? 0) + (counts.active ?? 0) + (counts.delayed ?? 0) + (counts.prioritized ?? 0) === 0
      ? quiet + 1
      : 0
  await delay(100)
}
const settled = performance.now() - began
ended.abort()
await Promise.all([watching, readers])

const readable: number[] = []
const related: number[] = []
const unseen: string[] = []
for (const { id, stories, articles } of await changesOf()) {
  for (const name of LISTS.namesChangedBy(await sectionsOf(stories))) {
    const place = names.indexOf(name)
    const moment = seen.find(({ at, asOf }) => at >= msOf(id) && isUpTo(asOf[place] ?? null, id))
    if (moment) readable.push(moment.at - msOf(id))
    else unseen.push(name)
  }
  for (const article of articles) {
    const [first, version] = await redis.hmget(keys.listMeta(`related:${article}`), 'generatedAt', 'version')
    if (version === '1' && first) related.push(Date.parse(first) - msOf(id))
  }
}
const articles = SOURCES * ITEMS
const rewrites = Number((await redis.hget(keys.listMeta('latest'), 'version')) ?? 0)
console.log(
  `cold ingest: ${SOURCES} crawls of ${ITEMS}, ${Math.round((articles / ingested) * 1_000)} articles/s; everything written ${(settled / 1_000).toFixed(1)} s after the first`,
)
console.log(
  `from a crawl ingested to each affected list readable: ${show(readable)}; looked every ${LOOK} ms; not seen: ${unseen.length}`,
)
console.log(`latest was written ${rewrites} times in ${(ingested / 1_000).toFixed(1)} s`)
console.log(`from a crawl ingested to the related list of each article: ${show(related)}`)
console.log('reading while ingesting, one after another:')
console.log(`  LRANGE of 20 entries                     ${show(reads.list)}`)
console.log(`  a page of five panels, one round trip    ${show(reads.page)}`)
console.log(`  naive: ZREVRANGE and 40 HGETALL          ${show(reads.naive)}`)
console.log(
  `memory: ${(((await memory()) - before) / articles / 1_024).toFixed(1)} KB an article, its related list of ${await redis.llen(keys.list(`related:${(await changesOf())[0]?.articles[0]}`))} entries in it`,
)

worker.send('memory')
const [{ rss, cpu, held }] = (await once(worker, 'message')) as [
  { rss: number; cpu: { user: number; system: number }; held: Record<'p99' | 'p999' | 'most', number> },
]
console.log(
  `worker: ${(rss / 1_048_576).toFixed(0)} MB, ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s CPU; its loop held up p99 ${held.p99.toFixed(0)}, p99.9 ${held.p999.toFixed(0)}, at most ${held.most.toFixed(0)} ms`,
)
worker.send('stop')
await once(worker, 'exit')

// ---- reading a page ------------------------------------------------------------------------------------------------
// Nothing was read here, so lists by reads are made of the latest: all lists agree, and a unique page looks furthest.
for (const name of ['most-read:week', 'most-read:now']) {
  await redis.copy(keys.list('latest'), keys.list(name), 'REPLACE')
  await redis.ltrim(keys.list(name), 0, 49)
}
const [, opened] = await client.lists.get('latest')
const lists = [
  { list: `related:${opened?.id}`, limit: 5 },
  { list: 'latest:world', limit: 6 },
  { list: 'most-read:week', limit: 12 },
  { list: 'most-read:now', limit: 5 },
  { list: 'must-reads', limit: 5 },
]
const pageReads = { list: [] as number[], plain: [] as number[], unique: [] as number[] }
for (let round = 0; round < PAGE_ROUNDS; round += 1) {
  const wanted = { article: opened?.id ?? '', lists }
  pageReads.list.push(await timed(() => client.lists.get('latest', { limit: 12 })))
  pageReads.plain.push(await timed(() => client.page(wanted)))
  pageReads.unique.push(await timed(() => client.page({ ...wanted, unique: true })))
}
const toList = (values: readonly number[]): string => (quantile(values, 0.5) / quantile(pageReads.list, 0.5)).toFixed(2)
console.log(`reading a page with its article, ${PAGE_ROUNDS} interleaved rounds, p50 as a ratio to one LRANGE of 12:`)
console.log(`  LRANGE of 12 entries                     ${show(pageReads.list)}`)
console.log(`  five panels, 33 entries                  ${toList(pageReads.plain)}; ${show(pageReads.plain)}`)
console.log(`  five panels, unique                      ${toList(pageReads.unique)}; ${show(pageReads.unique)}`)

// ---- writing -------------------------------------------------------------------------------------------------------
const entries = (await redis.lrange(keys.list('latest'), 0, -1)).slice(0, 100)
const writer = createListWriter(redis, keysFor(`${PREFIX}w`))
const naive = (list: readonly string[]) =>
  redis
    .pipeline()
    .del('naive')
    .rpush('naive', ...list)
    .exec()
const ours = (list: readonly string[]) =>
  writer.write([
    {
      ...{ name: 'latest', entries: entriesFrom(list), fallback: '', window: '', stale: false },
      ...{ asOf: '1-0', lives: 0, at: Date.now() },
    },
  ])
const cpuOf = async (): Promise<number> =>
  ['user', 'sys']
    .map(name => Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(infoText)?.[1]))
    .reduce((a, b) => a + b, 0)
let infoText = ''
const redisCpu = async (work: () => Promise<unknown>): Promise<number> => {
  infoText = await redis.info('cpu')
  const start = await cpuOf()
  await work()
  infoText = await redis.info('cpu')
  return ((await cpuOf()) - start) * 1_000
}
let version = 0
const touch = (list: readonly string[], count: number): string[] => {
  version += 1
  return list.map((entry, at) => (at < count ? entry.replace(/"views":\d+/, `"views":${version}`) : entry))
}
console.log(
  `writing a list of ${entries.length} entries, ${(Buffer.byteLength(entries.join('')) / 1_024).toFixed(0)} KB; medians of ${ROUNDS} rounds of 50 writes, ms a write`,
)
for (const changed of [0, 1, 5, 25, 50, 100]) {
  const rounds = { ours: [] as number[], naive: [] as number[], oursCpu: [] as number[], naiveCpu: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    const fifty = (write: (list: readonly string[]) => Promise<unknown>) => async () => {
      for (let n = 0; n < 50; n += 1) await write(touch(entries, changed))
    }
    rounds.oursCpu.push((await redisCpu(async () => rounds.ours.push((await timed(fifty(ours))) / 50))) / 50)
    rounds.naiveCpu.push((await redisCpu(async () => rounds.naive.push((await timed(fifty(naive))) / 50))) / 50)
  }
  const median = (values: readonly number[]) => quantile(values, 0.5).toFixed(3)
  console.log(
    `  ${String(changed).padStart(3)} changed: ours ${median(rounds.ours)} (Redis CPU ${median(rounds.oursCpu)}), naive ${median(rounds.naive)} (Redis CPU ${median(rounds.naiveCpu)})`,
  )
}

await Promise.all(Object.values(queues).map(queue => queue.close()))
for (const connection of [redis, reading, bull]) connection.disconnect()
await server.stop()
rmSync(dir, { recursive: true, force: true })
