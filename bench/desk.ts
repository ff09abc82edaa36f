/**
 * Server time of the desk's pages over 10,000 sources and 100,000 articles: over loopback HTTP against a real daemon, with a session.
 * `npm run bench:desk` (`-- <sources> <articles>` for other numbers). Prints the first answer, the median and the worst of the rest, and CPU
 * a request.
 */

import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { parse } from 'yaml'
import { startDaemon } from '../src/app/daemon.ts'
import { createArticleStore } from '../src/articles/redis-store.ts'
import { Settings } from '../src/config/schema.ts'
import type { Article, StoryId } from '../src/domain/article.ts'
import { articleId } from '../src/domain/canonical-url.ts'
import { Source, type SourceId } from '../src/domain/source.ts'
import { connectRedis } from '../src/redis/connect.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { createSessions } from '../src/server/admin/auth/sessions.ts'
import { createUsers } from '../src/server/admin/auth/users.ts'
import { createSamples } from '../src/server/metrics/samples.ts'
import { createQuarantine } from '../src/sources/quarantine/quarantine.ts'
import { countDaily } from '../src/sources/state/daily.ts'
import type { SourceSummary } from '../src/sources/store/summary-cache.ts'

const COUNT = Number(process.argv[2] ?? 10_000)
const ARTICLES = Number(process.argv[3] ?? 100_000)
const IN_A_BATCH = 500
const ROUNDS = 20
const DAY = 86_400_000

const taxonomy = parse(readFileSync('config/sections.yaml', 'utf8')).sections
const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-desk-'))
const server = await resolveRedis({ url: '', dataDir: dir, say: () => undefined })
const keys = keysFor(`b${randomUUID().slice(0, 8)}`)
const log = pino({ level: 'silent' })
const redis = connectRedis(server.address, log, 'bench')
const sections = ['world', 'business', 'science', 'sports']
const sources = Array.from({ length: COUNT }, (_, index) =>
  Source.parse({
    id: `source-${index}`,
    name: `The Daily ${index}`,
    url: `https://publisher-${index}.example/feeds/all.xml`,
    section: sections[index % sections.length],
    enabled: index % 50 !== 0,
  }),
)
const now = Date.now()
const REASONS: NonNullable<SourceSummary['lastError']>['reason'][] = ['timeout', 'status', 'dns', 'not-a-feed']
await Promise.all(
  sources.map(({ id }, index) => {
    let daily = ''
    for (let day = 29; day >= 0; day -= 1) daily = countDaily(daily, now - day * DAY, (index * 7 + day * 13) % 40)
    const fails = index % 20 === 0
    return redis.hset(keys.source(id), {
      ...{
        lastFetchAt: now - index * 100,
        nextAt: now + 60_000 + index,
        nextReason: 'publishes about every 2 h',
        daily,
      },
      ...(fails
        ? { failures: 3, errorReason: REASONS[index % 4] ?? '', errorDetail: 'the server did not answer', errorAt: now }
        : { lastSuccessAt: now - index * 100 }),
      // As long as what is learnt of a source that publishes much.
      ...{ profile: 'x'.repeat(600), pulse: 'y'.repeat(80), times: 'z'.repeat(200), fetches: 1_000, newItems: 5_000 },
    })
  }),
)
await redis.zadd(
  keys.due(),
  ...sources.filter(({ enabled }) => enabled).flatMap(({ id }, index) => [now + 60_000 + index, id]),
)
const quarantine = createQuarantine({ redis, keys, now: Date.now })
for (const { id } of sources.filter((_, index) => index % 20 === 0))
  await quarantine.refuse(id, [
    {
      at: now,
      reason: 'no-title',
      detail: 'the item has no title',
      title: null,
      link: 'https://publisher.example/item',
    },
    { at: now, reason: 'no-link', detail: 'the item has no link', title: 'Of something', link: null },
  ])
for (const { id } of sources.filter((_, index) => index % 100 === 0))
  await quarantine.keep(id, {
    body: Buffer.from(`<html>${id}`),
    reason: 'an HTML page',
    contentType: 'text/html',
    url: 'https://publisher.example/',
  })
const daemon = await startDaemon({
  config: {
    settings: Settings.parse({ redis: { prefix: keys.prefix }, admin: { port: 0 } }),
    sources,
    taxonomy,
    dir: 'config',
  },
  roles: ['admin'],
  redis: { address: server.address, origin: 'bench', stop: async () => undefined },
  log,
})
// Articles as ingest writes them, with what the story room decides of them left out: its log is read once at the first look at an article.
const settings = Settings.parse({})
const rooms = { redis, keys, settings: () => settings.articles, weightOf: () => 1 }
const archive = createArticleStore({ ...rooms, parentOf: () => undefined })
const WORDS =
  'ferry treaty harvest bridge mayor budget island storm school hospital railway election court museum river'.split(' ')
const wordOf = (index: number): string => WORDS[index % WORDS.length] ?? ''
const titleOf = (n: number): string =>
  `${wordOf(n)} ${wordOf(n * 7 + 3)} ${wordOf(n * 11 + 5)} in the town of ${n.toString(36)} after ${n % 90} days`
const memory = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0)
const beganFilling = performance.now()
let latest = ''
for (let from = 0; from < ARTICLES; from += IN_A_BATCH) {
  const batch = Array.from({ length: Math.min(IN_A_BATCH, ARTICLES - from) }, (_, place) => {
    const n = from + place
    const at = now - Math.round(((ARTICLES - n) / ARTICLES) * 20 * DAY)
    const section = sections[n % sections.length] ?? 'world'
    const url = `https://publisher-${n % COUNT}.example/${n}`
    const article: Article = {
      ...{ id: articleId(url), url, title: titleOf(n), author: null, image: null, language: 'en' },
      ...{ summary: `${titleOf(n)}. `.repeat(3), publishedAt: at, firstSeenAt: at, section, sections: [section] },
      evidence: [{ section, from: 'source', what: `source-${n % COUNT}`, weight: 0.5 }],
      sources: [`source-${n % COUNT}` as SourceId],
    }
    latest = article.id
    return { article, decision: { kind: 'new' as const, story: `s${article.id}` as StoryId, merges: [] } }
  })
  await archive.ingest(batch, now)
}
const filled = await memory()
const titles = Number(await redis.call('MEMORY', 'USAGE', keys.articleTitles()))
console.log(
  `${ARTICLES} articles taken in: ${((performance.now() - beganFilling) / 1_000).toFixed(1)} s, Redis ${(filled / 2 ** 20).toFixed(0)} MB, their titles ${(titles / 2 ** 20).toFixed(1)} MB of it`,
)
// As the publisher writes them: only the ends differ from page to page.
const worker = await startDaemon({
  config: {
    settings: Settings.parse({ redis: { prefix: keys.prefix }, lists: { refresh: '1s' } }),
    ...{ sources, taxonomy, dir: 'config' },
  },
  roles: ['publish', 'scheduler'],
  redis: { address: server.address, origin: 'bench', stop: async () => undefined },
  log,
})
while ((await redis.llen(keys.list('most-read:week'))) === 0 || (await redis.llen(keys.list('latest:sports'))) === 0)
  await new Promise(resolve => setTimeout(resolve, 200))
await worker.stop()
await redis.del(keys.samples())
const samples = createSamples({ redis, keys })
for (let minute = 1_439; minute >= 0; minute -= 1)
  await samples.keep({
    ...{
      at: now - minute * 60_000,
      articles: minute % 90,
      events: (1_440 - minute) * 5_000,
      lag: 1,
      oldest: minute % 7,
    },
    ...{ listAge: minute % 40, memory: filled - minute * 10_000 },
    queues: { crawl: minute % 300, articles: minute % 20, publish: 2, push: 0 },
    states: { failing: 500, late: minute % 60, fresh: 9_000 },
  })
const users = createUsers({ redis, keys, now: Date.now })
const user = await users.add('bench', 'admin', randomUUID())
const { session } = await createSessions({ redis, keys, users, lasts: () => DAY, now: Date.now }).begin(user, {
  address: '127.0.0.1',
  device: undefined,
})
const headers = { cookie: `newsdesk_session=${session}` }

const ask = async (path: string): Promise<number> => {
  const began = performance.now()
  const answer = await fetch(`${daemon.adminUrl}${path}`, { headers, redirect: 'manual' })
  await answer.text()
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`)
  return performance.now() - began
}

const firstOf = async (list: string): Promise<string> => JSON.parse((await redis.lindex(keys.list(list), 0)) ?? '{}').id

console.log(
  `${COUNT} sources, ${ARTICLES} articles; ms over loopback HTTP, ${ROUNDS} requests each; CPU of daemon and client together`,
)
console.log('page                                          first  median   worst  CPU ms')
for (const path of [
  '/sources',
  '/sources?q=daily%2099',
  '/sources?state=failing&reason=timeout',
  '/sources?sort=busiest&page=100',
  '/sources/source-20',
  '/sources/-/confirm?do=crawl&which=found&state=failing',
  '/audit',
  '/quarantine',
  '/overview',
  '/',
  `/?list=must-reads&article=${await firstOf('must-reads')}`,
  '/articles',
  '/articles?q=ferry%20tre',
  '/articles?q=nothing%20like%20it',
  '/articles?q=harvest&section=world&source=source-44',
  `/articles/${latest}`,
  `/stories/s${latest}`,
]) {
  const first = await ask(path)
  const before = process.cpuUsage()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    // Longer than a look stays fresh, so that each reads anew.
    await new Promise(resolve => setTimeout(resolve, 550))
    times.push(await ask(path))
  }
  const { user: inUser, system } = process.cpuUsage(before)
  times.sort((a, b) => a - b)
  const shown = [first, times[ROUNDS / 2] ?? 0, times.at(-1) ?? 0, (inUser + system) / 1_000 / ROUNDS]
  console.log(`${path.padEnd(44)} ${shown.map(ms => ms.toFixed(1).padStart(7)).join(' ')}`)
}
await daemon.stop()
redis.disconnect()
await server.stop()
rmSync(dir, { recursive: true, force: true })
