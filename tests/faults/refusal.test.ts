/** What a Redis that answers and takes nothing costs: found by the fault run, seed 5 of `redis read-only` and `redis full`. */

import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { startDaemon } from '../../src/app/daemon.ts'
import { SourceId } from '../../src/domain/source.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { addArticles } from '../../src/queues/queues.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { createWriteWatch, retryUntilWritable } from '../../src/redis/write-watch.ts'
import { NOON } from '../support/articles.ts'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { canFillDisk, startFaultyRedis } from '../support/faults/redis.ts'
import { aFeed } from '../support/feed.ts'
import { aFolder } from '../support/folder.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const log = pino({ level: 'silent' })
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const ownRedis = async () => {
  const own = await startFaultyRedis(aFolder('refusal'), 'everysec')
  const redis = new Redis({ port: own.port, host: '127.0.0.1' })
  closing.push(
    () => own.stop(),
    () => redis.disconnect(),
  )
  return { url: `redis://127.0.0.1:${own.port}`, redis }
}

describe('a Redis that refuses writes', () => {
  it('a Redis that refuses writes delays news only by seconds once it accepts them again, since no source waits for a lease to expire', async () => {
    const { url, redis } = await ownRedis()
    const feed = await aFeed([{ title: 'Before' }])
    const desk = testDaemon({ sources: [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world' }] })
    const daemon = await startDaemon({
      ...{ config: desk.config, roles: ['scheduler', 'crawl', 'articles', 'publish'], log },
      redis: { address: { url }, origin: 'test', stop: async () => undefined },
    })
    const titles = async (): Promise<string[]> =>
      (await redis.lrange(desk.keys.list('latest'), 0, -1)).map(entry => (JSON.parse(entry) as { title: string }).title)
    await until(titles, found => found.includes('Before'))
    const asked = feed.requests.length
    await redis.config('SET', 'maxmemory', '1')
    feed.state.items = [{ title: 'Meanwhile' }, ...feed.state.items]
    // Crawled, or claimed at least, while nothing of it can be written down.
    await until(() => feed.requests.length > asked, Boolean, { timeout: 3_000 }).catch(() => undefined)
    await redis.config('SET', 'maxmemory', '0')
    await until(titles, found => found.includes('Meanwhile'))
    // Told to end while it takes nothing, a daemon ends all the same (seed 22).
    await redis.replicaof('127.0.0.1', 1)
    await daemon.stop()
    await redis.replicaof('NO', 'ONE')
  })

  it('a Redis that refuses writes is waited for by a daemon that starts meanwhile', async () => {
    const { redis } = await ownRedis()
    await redis.config('SET', 'maxmemory', '1')
    let done = false
    const writes = createWriteWatch({ redis, keys: keysFor('waits'), log })
    closing.push(writes.stop)
    const writing = retryUntilWritable(writes, () => redis.set('a', 'b')).then(() => {
      done = true
    })
    await expect(redis.set('a', 'b')).rejects.toThrow('OOM')
    expect(done).toBe(false)
    await redis.config('SET', 'maxmemory', '0')
    await writing
    expect(await redis.get('a')).toBe('b')
    await expect(retryUntilWritable(writes, () => redis.call('NONSENSE'))).rejects.toThrow('unknown command')
  })
})

describe.skipIf(!canFillDisk())('a Redis whose disk is full as a daemon starts', () => {
  endAll()

  it('a Redis whose disk is full, and which refuses even PING, is waited for by a daemon that starts', async () => {
    const own = await startFaultyRedis(aFolder('full'), 'everysec')
    closing.push(() => own.stop())
    await own.fillDisk()
    const refused = () =>
      own
        .ask(async redis => {
          await redis.set('a', 'b').catch(() => undefined)
          return redis.ping().catch((error: Error) => error.message)
        })
        .then(String)
    await until(refused, said => said.startsWith('MISCONF'))
    const folder = aConfigFolder({ settings: `redis: { url: 'redis://127.0.0.1:${own.port}', prefix: full }\n` })
    const daemon = cli(['start', '--config', folder.dir])
    await daemon.says(/Redis rejects writes: MISCONF, it cannot write its data to disk/)
    await own.freeDisk()
    await daemon.says(/newsdesk runs/)
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
  })
})

describe('a batch of articles whose job failed for good', () => {
  it('a batch of articles whose job failed for good is run again by the next crawl that finds its items, while the failed job is kept', async () => {
    const { keys, connect } = testRedis()
    const bull = connect()
    const queues = openQueues(bull, keys)
    const item = { key: 'k', also: [], headlined: false, fingerprint: 'f', place: 0, item: {} as never }
    const about = { fetchedAt: NOON, trustsDates: true, language: null }
    const batch = {
      id: 'courier-c1-0',
      data: { sourceId: SourceId.parse('courier'), crawl: { id: 'c1', batch: 0, batches: 1 }, ...about, items: [item] },
    }
    await queues.articles.add('batch', batch.data, { jobId: batch.id, attempts: 1 })
    const runs: number[] = []
    const worker = new Worker(
      'articles',
      async job => {
        runs.push(job.attemptsMade)
        if (runs.length === 1) throw new Error('refused')
      },
      { connection: bull, prefix: keys.bull() },
    )
    closing.push(async () => {
      await worker.close()
      await Promise.all(Object.values(queues).map(queue => queue.close()))
      bull.disconnect()
    })
    await until(
      () => queues.articles.getFailedCount(),
      count => count === 1,
    )
    await addArticles(queues, [batch])
    await until(() => runs.length === 2)
    expect(runs).toEqual([0, 0])
  })
})
