/** What an operator sees of a Redis that answers and rejects writes, from its beginning to its end. */

import { Writable } from 'node:stream'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { startFaultyRedis } from '../support/faults/redis.ts'
import { aFeed } from '../support/feed.ts'
import { aFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})
endAll()

interface Line {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

const keepLines = () => {
  const lines: Line[] = []
  const sink = new Writable({
    write(chunk, _encoding, written) {
      lines.push(JSON.parse(String(chunk)))
      written()
    },
  })
  return { lines, log: pino({ level: 'info' }, sink) }
}

const INFO = 30
/** Workers that ask again at once ask Redis 20,000 times a second; `status` takes over half a second. */
const MANY_COMMANDS = 2_000

const CONDITIONS: readonly {
  readonly name: string
  readonly code: string
  readonly says: RegExp
  readonly begin: (redis: Redis) => Promise<unknown>
  readonly end: (redis: Redis) => Promise<unknown>
}[] = [
  {
    name: 'is full',
    code: 'OOM',
    says: /Redis rejects writes: OOM, \d\S* MB of 1\.0 MB/,
    begin: redis => redis.config('SET', 'maxmemory', '1mb'),
    end: redis => redis.config('SET', 'maxmemory', '0'),
  },
  {
    name: 'lacks its replicas',
    code: 'NOREPLICAS',
    says: /Redis rejects writes: NOREPLICAS, 0 replicas are connected, fewer than min-replicas-to-write/,
    begin: redis => redis.config('SET', 'min-replicas-to-write', '1'),
    end: redis => redis.config('SET', 'min-replicas-to-write', '0'),
  },
  {
    name: 'became a read-only replica',
    code: 'READONLY',
    says: /Redis rejects writes: READONLY, it is a replica of 127\.0\.0\.1:1/,
    begin: redis => redis.replicaof('127.0.0.1', 1),
    end: redis => redis.replicaof('NO', 'ONE'),
  },
]

const startNewsdesk = async () => {
  const own = await startFaultyRedis(aFolder('rejects'), 'everysec')
  closing.push(() => own.stop())
  const url = `redis://127.0.0.1:${own.port}`
  const redis = new Redis(url)
  closing.push(() => redis.disconnect())
  const feed = await aFeed([{ title: 'Before' }])
  const { lines, log } = keepLines()
  const desk = testDaemon({
    sources: Array.from({ length: 5 }, (_, index) => ({
      ...{ id: `courier-${index}`, name: 'Courier', url: `${feed.url}/rss?${index}`, section: 'world' },
    })),
    settings: { metrics: { port: 0 } },
    address: { url },
    log,
  })
  const daemon = await desk.start()
  // Stopped before its Redis.
  closing.push(() => daemon.stop())
  const folder = aConfigFolder({ settings: `redis: { url: '${url}', prefix: ${desk.keys.prefix} }\n` })
  const command = async (...args: string[]) => {
    const { ended, out, err } = cli([...args, '--config', folder.dir])
    return { code: await ended, out: await ended.then(out), err: err() }
  }
  const get = async (path: string) => {
    const response = await fetch(`${daemon.metricsUrl}${path}`)
    return { status: response.status, text: await response.text() }
  }
  const titles = async (): Promise<string[]> => (await desk.list('latest')).map(({ title }) => title)
  const commands = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
  return { redis, feed, lines, command, commands, get, titles }
}

describe('a Redis that rejects writes', () => {
  it.each(CONDITIONS)(
    'a Redis that $name is told of by one log line as it begins and one as it ends, and by status, doctor, readiness and metrics, and is not flooded',
    {
      timeout: 120_000,
    },
    async ({ code, says, begin, end }) => {
      const { redis, feed, lines, command, commands, get, titles } = await startNewsdesk()
      await until(titles, found => found.includes('Before'))
      expect((await command('doctor')).out).toContain('✓ Writes: Redis accepts them')

      const before = lines.length
      await begin(redis)
      feed.state.items = [{ title: 'Meanwhile' }, ...feed.state.items]
      const ready = await until(
        () => get('/readyz'),
        ({ status }) => status === 503,
      )
      expect(ready.text).toMatch(says)
      expect((await get('/metrics')).text).toContain(`newsdesk_redis_writes_rejected{code="${code}"} 1`)
      // The heartbeats of the daemon expire meanwhile; that it runs is not denied.
      if (code === 'OOM') await until(async () => (await redis.keys('*:daemon:*')).length === 0)
      const calmBefore = await commands()
      const status = await command('status')
      expect((await commands()) - calmBefore).toBeLessThan(MANY_COMMANDS)
      expect(status.out).toMatch(says)
      expect(status.out).not.toContain('no newsdesk daemon runs')
      expect(status.code).toBe(1)
      const doctor = await command('doctor', '--repair')
      expect(doctor.out).toMatch(says)
      expect(doctor.code).toBe(1)
      expect(doctor.err).not.toContain('    at ')

      await end(redis)
      await until(titles, found => found.includes('Meanwhile'))
      await until(() => lines.some(({ msg }) => msg === 'Redis accepts writes again'))
      expect((await get('/readyz')).status).toBe(200)
      expect((await get('/metrics')).text).toContain(`newsdesk_redis_writes_rejected{code="${code}"} 0`)
      const since = lines.slice(before)
      const told = since.filter(({ level, msg }) => level > INFO || /reject|accepts/.test(msg))
      expect(told).toEqual([
        expect.objectContaining({ code, msg: expect.stringMatching(says) }),
        expect.objectContaining({ code, msg: 'Redis accepts writes again' }),
      ])
    },
  )
})
