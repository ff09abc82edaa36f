/**
 * What rules cost: CPU that 200 rules take for an item, as a share of what the item costs to ingest, measured in one
 * process over a Redis of its own. `npm run bench:rules [-- --rules 200 --seconds 10]`.
 */

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import type { JobContext } from '../jobs/context.ts'
import { articles } from '../jobs/ingest.ts'
import { judgeItems } from '../jobs/judge-items.ts'
import { createPriorityGate } from '../jobs/priority-gate.ts'
import { createContainer } from '../src/app/container.ts'
import { createJobContext } from '../src/app/job-context.ts'
import { normalise } from '../src/articles/normalise.ts'
import { type Config, loadConfig } from '../src/config/load.ts'
import { createFetcher } from '../src/http-client/fetch.ts'
import { createPoster } from '../src/http-client/post.ts'
import { openQueues } from '../src/queues/open-queues.ts'
import { keysFor } from '../src/redis/keys.ts'
import { createReplicationBarrier } from '../src/redis/replication-barrier.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { compileRules } from '../src/rules/compile.ts'
import { Rule } from '../src/rules/rule.ts'

const { values } = parseArgs({
  options: { rules: { type: 'string', default: '200' }, seconds: { type: 'string', default: '10' } },
})
const RULES = Number(values.rules)
const BATCH = 50

/** Different words of the documentation and the lists of words: articles of which no two are alike. */
const WORDS = [
  ...new Set(
    [
      ...readdirSync('docs', { recursive: true }),
      ...readdirSync('src/languages/tables/words').map(name => `../src/languages/tables/words/${name}`),
    ]
      .map(String)
      .filter(name => /\.(md|txt)$/.test(name))
      .flatMap(name => readFileSync(join('docs', name), 'utf8').match(/[A-Za-z]{4,}/g) ?? []),
  ),
]

/** Some words, others for each number. */
const someWords = (number: number, count: number): string => {
  const bytes = createHash('sha512').update(String(number)).digest()
  return Array.from(
    { length: count },
    (_, index) => WORDS[(bytes.readUInt32BE(index % 60) + index) % WORDS.length],
  ).join(' ')
}

/**
 * Rules as sites have them: seven in ten look for four phrases each in titles and summaries, of which few occur; two in
 * ten have a pattern; the rest look at URLs and categories.
 */
const aRule = (number: number) => {
  const phrases = [1, 2, 3, 4].map(n => someWords(number * 4 + n, 2))
  const [one = '', other = ''] = someWords(number, 2).toLowerCase().split(' ')
  const when =
    number % 10 < 7
      ? { text: phrases }
      : number % 10 < 9
        ? { title: { pattern: `\\b${one}s? .*\\b(${other}|offer)\\b` } }
        : { url: `/partner-${number}/`, category: phrases }
  return Rule.parse({ id: `rule-${number}`, when, do: { label: 'sponsored' } })
}
const ruleSet = { apply: 'all' as const, rules: Array.from({ length: RULES }, (_, n) => aRule(n)) }

const config: Config = loadConfig('config', {})
const [source] = config.sources
if (source === undefined) throw new Error('config/sources.yaml has no source')
const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
const server = await resolveRedis({ dataDir: dir, durable: false, say: () => undefined })
if (!('socket' in server.address)) throw new Error('the benchmark runs a Redis of its own')
const { socket } = server.address
const connect = () => new Redis({ path: socket, maxRetriesPerRequest: null })
const [redis, bull] = [connect(), connect()]
const keys = keysFor('newsdesk')
const log = pino({ level: 'silent' })
const queues = openQueues(bull, keys)
const gate = createPriorityGate({ maxWait: 0 })
const shared = { config: () => config, redis, keys, log, now: Date.now }
const fetcher = createFetcher(() => config.settings.crawl)
const poster = createPoster(() => config.settings.crawl)
/** No page is read: the items of the benchmark come from a feed. */
const readNoPage = () => Promise.reject(new Error('the benchmark reads no pages'))
const { context } = createJobContext(createContainer({ ...shared, queues: async () => queues, gate }), {
  ...{ ...shared, queues, fetcher, poster, gate, readPage: readNoPage },
  barrier: createReplicationBarrier({ redis, replicas: () => 0 }),
  stopping: new AbortController().signal,
  abandoning: new AbortController().signal,
})
const nothing = async () => undefined
const job = {
  id: 'bench',
  attempt: 1,
  progress: nothing,
  replace: nothing,
  note: nothing,
} as unknown as JobContext['job'] // never postponed

/** A batch of new items; the n-th has others than every other. */
const aBatch = (n: number) => ({
  ...{ sourceId: source.id, crawl: { id: `crawl-${n}`, batch: 0, batches: 1 } },
  ...{ fetchedAt: Date.now(), trustsDates: true, language: 'en' },
  items: Array.from({ length: BATCH }, (_, index) => {
    const number = n * BATCH + index
    const link = `https://news.example.com/2026/05/${someWords(number, 5).toLowerCase().replaceAll(' ', '-')}-${number}`
    const item = {
      ...{ id: link, link, title: someWords(number, 11), summary: someWords(number + 1e6, 45), author: 'Jo Reed' },
      ...{
        image: null,
        language: null,
        categories: ['Politics', 'Harbour'],
        published: new Date().toISOString(),
        updated: null,
      },
    }
    return { key: `${number}`.padStart(16, '0'), also: [], headlined: false, fingerprint: 'x', place: index, item }
  }),
})

/** µs of CPU of this process. */
const spent = async (run: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN

const began = performance.now()
const compiled = compileRules(ruleSet)
const compileMs = performance.now() - began
const withRules = { ...context, itemRules: { compiled: () => compiled, count: nothing } }
const [ingests, rules]: [number[], number[]] = [[], []]
/** Rounds over one batch, so that what is measured is well above the clock's step. */
const AGAIN = 20
const until = performance.now() + Number(values.seconds) * 1_000
for (let round = 0; performance.now() < until || round < 15; round += 1) {
  const batch = articles.data.parse(aBatch(round))
  const ingest = await spent(() => articles.run(batch, { ...context, log, job }))
  const about = {
    source,
    feedLanguage: 'en',
    fetchedAt: Date.now(),
    taxonomy: config.taxonomy,
    maxAge: Number.MAX_SAFE_INTEGER,
  }
  const normalised = batch.items.map(({ item }) => ({
    item,
    outcome: normalise(item, about),
    known: null,
    content: null,
  }))
  const judged = await spent(async () => {
    for (let again = 0; again < AGAIN; again += 1) await judgeItems(normalised, withRules)
  })
  // The first rounds are for the compiler.
  if (round < 5) continue
  ingests.push(ingest / BATCH)
  rules.push(judged / (AGAIN * BATCH))
}
const [perIngest, perRules] = [median(ingests), median(rules)]
console.log(`${RULES} rules, compiled in ${compileMs.toFixed(0)} ms; ${ingests.length} batches of ${BATCH} new items`)
console.log(`ingesting an item     ${perIngest.toFixed(0).padStart(6)} µs CPU of the worker (without Redis)`)
console.log(`judging it by rules   ${perRules.toFixed(1).padStart(6)} µs CPU`)
console.log(`ratio                 ${(perRules / perIngest).toFixed(3).padStart(6)}`)

await Promise.all([...Object.values(queues).map(queue => queue.close()), fetcher.close(), poster.close()])
redis.disconnect()
bull.disconnect()
await server.stop()
rmSync(dir, { recursive: true, force: true })
