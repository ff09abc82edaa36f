import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { startDaemon } from '../../src/app/daemon.ts'
import { Settings } from '../../src/config/schema.ts'
import { Source } from '../../src/domain/source.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { aFeed } from '../support/feed.ts'
import { aFolder } from '../support/folder.ts'
import { taxonomy } from '../support/taxonomy.ts'
import { until } from '../support/until.ts'

const keys = keysFor('newsdesk')

/** Entries of a group not yet acknowledged, and not yet read, as XINFO GROUPS tells. */
const pendingOf = (flat: unknown[]): number => {
  const value = (name: string) => Number(flat[flat.indexOf(name) + 1])
  return value('pending') + value('lag')
}

/** A Redis on a folder, as an operator runs one. */
const redisOn = async (dir: string, appendonly: 'yes' | 'no') => {
  const socket = join(dir, 'r.sock')
  const args = ['--port', '0', '--unixsocket', socket, '--dir', dir, '--appendonly', appendonly, '--save', '']
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  const redis = new Redis({ path: socket, maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined) // it has yet to start, and is killed on purpose
  await until(() => redis.ping())
  return {
    socket,
    redis,
    kill: async () => {
      redis.disconnect()
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

describe('an older state of Redis, restored from a snapshot', () => {
  it('newsdesk resumes from an older snapshot of Redis without duplicates: articles and events once, and the lists rebuilt', async () => {
    const titles = Array.from({ length: 6 }, (_, place) => `Report ${'abcdef'[place]} of the harbour ${place * 7}`)
    const feed = await aFeed(titles.slice(0, 4).map(title => ({ title })))
    const settings = Settings.parse({
      stories: { snapshotFile: '' },
      crawl: {
        ...{ tick: '1s', minInterval: '1s', maxInterval: '2s', startInterval: '1s', hostGap: '0ms' },
        allow: ['127.0.0.0/8'],
      },
      lists: { refresh: '1s', settle: '20ms' },
    })
    const source = Source.parse({ id: 'courier', name: 'Courier', url: feed.url, section: 'world' })
    const daemonOn = (socket: string) =>
      startDaemon({
        config: { settings, sources: [source], taxonomy, dir: 'config' },
        roles: ['scheduler', 'crawl', 'articles', 'publish', 'events'],
        redis: { address: { socket }, origin: 'test', stop: async () => undefined },
        log: pino({ level: 'silent' }),
      })
    const latest = async (redis: Redis): Promise<string[]> =>
      (await redis.lrange(keys.list('latest'), 0, -1)).map(json => JSON.parse(json).title as string).sort()
    const views = async (redis: Redis): Promise<number> =>
      (await redis.hvals(keys.eventTotals('view'))).reduce((sum, count) => sum + Number(count), 0)
    const report = async (redis: Redis, from: number, till: number): Promise<void> => {
      const [article = ''] = await redis.zrange(keys.articleIndex(), 0, '0')
      for (let n = from; n < till; n += 1)
        await redis.xadd(keys.events(), ...['*', 'kind', 'view', 'article', article, 'visitor', `v${n}`, 'id', `e${n}`])
    }

    const before = await redisOn(aFolder('before'), 'yes')
    const daemon = await daemonOn(before.socket)
    await until(
      () => latest(before.redis),
      seen => seen.length === 4,
    )
    await report(before.redis, 0, 10)
    await until(
      () => views(before.redis),
      seen => seen === 10,
    )
    const restored = aFolder('restored')
    execFileSync('redis-cli', ['-s', before.socket, '--rdb', join(restored, 'dump.rdb')], { stdio: 'ignore' })
    // It goes on, and what comes now is in no snapshot.
    feed.state.items = titles.map(title => ({ title }))
    await report(before.redis, 10, 15)
    await until(
      () => latest(before.redis),
      seen => seen.length === 6,
    )
    await until(
      () => views(before.redis),
      seen => seen === 15,
    )
    await daemon.stop()
    await before.kill()

    const after = await redisOn(restored, 'no')
    await after.redis.config('SET', 'appendonly', 'yes')
    expect(await latest(after.redis)).toEqual(titles.slice(0, 4))
    const version = Number(await after.redis.hget(keys.listMeta('latest'), 'version'))
    const again = await daemonOn(after.socket)
    await until(
      () => latest(after.redis),
      seen => seen.length === 6,
    )
    // All reported again: those of before the snapshot are known, those after it count.
    await report(after.redis, 0, 15)
    await until(
      () => after.redis.hget(keys.eventState('refused'), 'replayed'),
      seen => seen === '10',
    )
    // What counts may be in a later batch than what was refused: batches end where the stream happened to be.
    await until(
      () => views(after.redis),
      seen => seen >= 15,
    )
    // Nothing is left that could count on top of them: all was read and acknowledged.
    await until(
      async () => ((await after.redis.xinfo('GROUPS', keys.events())) as unknown[][]).map(pendingOf),
      ([left]) => left === 0,
    )
    expect(await views(after.redis)).toBe(15)
    expect(await latest(after.redis)).toEqual(titles)
    expect(await after.redis.keys(`${keys.prefix}:article:*`)).toHaveLength(6)
    expect(Number(await after.redis.hget(keys.listMeta('latest'), 'version'))).toBeGreaterThan(version)
    await again.stop()
    await after.kill()
  })
})
