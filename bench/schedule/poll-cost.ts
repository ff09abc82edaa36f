/** CPU of a whole poll answered 304 in a real daemon: queue, turn at the domain, state and fetch. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pino } from 'pino'
import { z } from 'zod'
import { startDaemon } from '../../src/app/daemon.ts'
import { Settings } from '../../src/config/schema.ts'
import { Source } from '../../src/domain/source.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { addScheduledCrawls } from '../../src/queues/queues.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { resolveRedis } from '../../src/redis/server.ts'
import { taxonomy } from '../../tests/support/taxonomy.ts'

const SOURCES = 100

/**
 * @param url of a feed with a validator
 * @returns ms of CPU a poll, for each round
 */
export const measurePolls = async (url: string, rounds: number): Promise<number[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
  const log = pino({ level: 'silent' })
  const address = await resolveRedis({ url: '', dataDir: dir, durable: false, say: line => console.error(line) })
  const keys = keysFor('bench')
  const settings = Settings.parse({
    redis: { prefix: keys.prefix },
    crawl: { hostGap: '0ms', hostConcurrency: 50, allow: ['127.0.0.0/8'] },
    admin: { port: 0 },
    stories: { snapshotFile: '' },
  })
  const sources = z.array(Source).parse(
    Array.from({ length: SOURCES }, (_, n) => ({
      id: `s${n}`,
      name: `S ${n}`,
      url: `${url}?${n}`,
      section: 'world',
    })),
  )
  const bull = connectRedis(address.address, log, 'bench-queues', { pipelined: false })
  const queues = openQueues(bull, keys)
  const daemon = await startDaemon({
    config: { settings, sources, taxonomy, dir },
    // Crawls wait while nobody ingests what they found.
    roles: ['crawl', 'articles'],
    redis: { address: address.address, origin: 'bench', stop: async () => undefined },
    log,
  })
  try {
    const took: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const since = process.cpuUsage()
      const before = (await queues.crawl.getJobCounts('completed')).completed ?? 0
      await addScheduledCrawls(
        queues,
        sources.map(({ id }) => id),
      )
      while (((await queues.crawl.getJobCounts('completed')).completed ?? 0) < before + SOURCES) await setTimeout(20)
      const { user, system } = process.cpuUsage(since)
      took.push((user + system) / 1_000 / SOURCES)
      await queues.crawl.clean(0, 10_000, 'completed')
      // The first round brings all articles.
      for (;;) {
        const { waiting = 0, active = 0 } = await queues.articles.getJobCounts('waiting', 'active')
        if (waiting + active === 0) break
        await setTimeout(100)
      }
    }
    return took
  } finally {
    await daemon.stop()
    await Promise.all(Object.values(queues).map(queue => queue.close()))
    bull.disconnect()
    await address.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}
