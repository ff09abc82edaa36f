/**
 * From a publisher's edition to its entry in list:latest, as a reader finds it: `npm run bench:push [-- --editions 120] [--gap 400]`.
 * Everything runs as in the demo: newsstand with its hub, Redis, the daemon with all roles, 60 simulated reads a second.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { demoConfig } from '../demo/demo.ts'
import { startNewsstand } from '../demo/publishers/newsstand.ts'
import { startReaders } from '../demo/readers.ts'
import { startDaemon } from '../src/app/daemon.ts'
import { createClient } from '../src/client/index.ts'
import { connectRedis } from '../src/redis/connect.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'

const { values } = parseArgs({
  options: { editions: { type: 'string', default: '120' }, gap: { type: 'string', default: '400' } },
})
const editions = Number(values.editions)
const PUSHED = ['meridian', 'courier'] as const

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
const server = await resolveRedis({ dataDir: dir, durable: false, say: line => console.error(line) })
const stand = await startNewsstand({ speed: 60 })
const log = pino({ level: process.env.NEWSDESK_LOG_LEVEL ?? 'silent' }, pino.destination(2))
const config = demoConfig(stand)
const daemon = await startDaemon({ config, redis: server, log })
await daemon.reload({
  ...config,
  settings: { ...config.settings, push: { ...config.settings.push, baseUrl: daemon.adminUrl ?? '' } },
})
const keys = keysFor(config.settings.redis.prefix)
const redis = connectRedis(server.address, log, 'bench')
const client = createClient(redis, { prefix: keys.prefix })
const readers = startReaders(client, () => ['latest', 'must-reads', 'most-read:now'], Math.random, 60)

/** Words that no other headline has: each edition is a story of its own. */
const word = () => Array.from({ length: 9 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('')
const words = (count: number) => Array.from({ length: count }, word).join(' ')

const started = Date.now()
while (stand.hub.subscribers() < PUSHED.length || (await client.lists.get('latest')).length < 20) {
  if (Date.now() - started > 60_000) throw new Error(`not subscribed after a minute: ${stand.hub.log.join('; ')}`)
  await delay(50)
}
console.error(
  `Subscribed and published after ${((Date.now() - started) / 1_000).toFixed(1)} s; ${editions} editions follow.`,
)

/** @returns ms until the entry could be read by LRANGE */
const visible = async (url: string, since: number): Promise<number> => {
  const needle = new URL(url).pathname
  for (;;) {
    const entries = await redis.lrange(keys.list('latest'), 0, -1)
    if (entries.some(entry => entry.includes(`${needle}"`))) return performance.now() - since
    if (performance.now() - since > 20_000) return Number.POSITIVE_INFINITY
    await delay(5)
  }
}

const waits: number[] = []
const inHand: Promise<void>[] = []
for (let edition = 0; edition < editions; edition += 1) {
  const since = performance.now()
  const publisher = PUSHED[edition % PUSHED.length] ?? PUSHED[0]
  const url = stand.publish(publisher, {
    title: words(6),
    text: words(20),
    category: 'World',
    section: 'world',
  })
  inHand.push(visible(url, since).then(ms => void waits.push(ms)))
  // Not in step with the ticks of the daemon.
  await delay(Number(values.gap) * (0.5 + Math.random()))
}
await Promise.all(inHand)
const polls = await Promise.all(PUSHED.map(id => redis.hget(keys.source(id), 'nextReason')))

waits.sort((a, b) => a - b)
const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? Number.NaN
console.log(
  JSON.stringify({
    editions,
    p50: Math.round(at(0.5)),
    p95: Math.round(at(0.95)),
    max: Math.round(at(1)),
    never: waits.filter(ms => !Number.isFinite(ms)).length,
    polls,
  }),
)
readers.stop()
redis.disconnect()
await daemon.stop()
await stand.close()
await server.stop()
rmSync(dir, { recursive: true, force: true })
process.exitCode = at(0.95) <= 1_000 ? 0 : 1
