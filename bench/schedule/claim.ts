/** What the scheduler's tick costs on a real Redis when everything is due at once, and what a source's schedule takes there. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { Source } from '../../src/domain/source.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { addScheduledCrawls } from '../../src/queues/queues.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { resolveRedis } from '../../src/redis/server.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { measureTick } from './tick.ts'

/** As many as one round of the tick takes. */
const PAGE = 1_000
const success = {
  validators: null,
  itemHashes: null,
  newItems: 20,
  freshFor: null,
  movedTo: null,
  hasUnstableIds: false,
}

export const measureClaim = async (count: number): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
  const log = pino({ level: 'silent' })
  const server = await resolveRedis({ url: '', dataDir: dir, durable: false, say: line => console.error(line) })
  const redis = connectRedis(server.address, log, 'bench')
  const bull = connectRedis(server.address, log, 'bench-queues', { pipelined: false })
  const keys = keysFor('bench')
  const queues = openQueues(bull, keys)
  let now = Date.UTC(2026, 4, 4, 12)
  const catalogue = Array.from({ length: count }, (_, index) =>
    Source.parse({
      id: `source-${index}`,
      name: `Source ${index}`,
      url: `https://www.site-${index}.example/feeds/news.xml`,
      section: 'world',
    }),
  )
  const memory = async (): Promise<number> =>
    Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1] ?? Number.NaN)
  try {
    const sources = createSources({
      redis,
      keys,
      catalogue: () => catalogue,
      settings: () => CrawlSettings.parse({}),
      now: () => now,
    })
    const empty = await memory()
    await sources.sync()
    // Two polls each, with the fifty publications that are kept of a busy source.
    for (let poll = 0; poll < 2; poll += 1) {
      for (let from = 0; from < count; from += PAGE) {
        await Promise.all(
          catalogue.slice(from, from + PAGE).map(({ id }, index) =>
            sources.succeeded(id, {
              ...success,
              published: Array.from({ length: 30 }, (_, item) => now - (item + 1) * (60_000 + index * 500)),
              carried: 30,
              hints: {},
              title: `Source ${index}`,
            }),
          ),
        )
      }
      now += 3_600_000
    }
    console.log(
      `${count} sources: ${Math.round(((await memory()) - empty) / count)} bytes a source in Redis, with its place in the due set`,
    )
    now += 2 * 86_400_000
    const redisCpu = async (): Promise<number> => {
      const cpu = await redis.info('cpu')
      return ['user', 'sys'].reduce(
        (sum, kind) => sum + Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(cpu)?.[1] ?? Number.NaN),
        0,
      )
    }
    for (const line of await measureTick({ queues, sources, now: () => now, redisCpu })) console.log(line)
    now += 2 * 86_400_000
    const started = performance.now()
    let [claiming, taken] = [0, 0]
    for (;;) {
      const before = performance.now()
      const due = await sources.claimDue(PAGE)
      claiming += performance.now() - before
      if (due.length === 0) break
      taken += due.length
      await addScheduledCrawls(queues, due)
    }
    const all = performance.now() - started
    console.log(
      `${taken} due at once: found and claimed in ${Math.round(claiming)} ms; with queueing their crawls ${Math.round(all)} ms`,
    )
  } finally {
    await Promise.all(Object.values(queues).map(queue => queue.close()))
    redis.disconnect()
    bull.disconnect()
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}
