/**
 * Server time of the desk's pages over 10,000 sources: over loopback HTTP against a real daemon, with a session. `npm run bench:desk`
 * (`-- <sources>` for another number). Prints the first answer, the median and the worst of the rest, and CPU a request.
 */

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { parse } from 'yaml'
import { createSessions } from '../src/admin/who/sessions.ts'
import { createUsers } from '../src/admin/who/users.ts'
import { Settings } from '../src/app/config/schema.ts'
import { startDaemon } from '../src/app/daemon.ts'
import { connectRedis } from '../src/redis/connect.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { countDaily } from '../src/sources/daily.ts'
import type { Glance } from '../src/sources/glance.ts'
import { createQuarantine } from '../src/sources/quarantine.ts'
import { Source } from '../src/sources/source.ts'

const COUNT = Number(process.argv[2] ?? 10_000)
const ROUNDS = 20
const DAY = 86_400_000

const taxonomy = parse(readFileSync('config/sections.yaml', 'utf8')).sections
const server = await resolveRedis({ url: '', dataDir: `/tmp/newsdesk-bench-desk-${process.pid}`, say: () => undefined })
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
const REASONS: NonNullable<Glance['lastError']>['reason'][] = ['timeout', 'status', 'dns', 'not-a-feed']
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
const users = createUsers({ redis, keys, now: Date.now })
const user = await users.add('bench', 'admin', randomUUID())
const session = await createSessions({ redis, keys, users, lasts: DAY }).begin(user)
const headers = { cookie: `newsdesk_session=${session}` }

const ask = async (path: string): Promise<number> => {
  const began = performance.now()
  const answer = await fetch(`${daemon.adminUrl}${path}`, { headers, redirect: 'manual' })
  await answer.text()
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`)
  return performance.now() - began
}

console.log(`${COUNT} sources; ms over loopback HTTP, ${ROUNDS} requests each; CPU of daemon and client together`)
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
  '/',
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
