/** The real daemon in a test: on the run's Redis, under a prefix of its own, with settings quick enough to wait on. Stopped with the file. */

import { randomUUID } from 'node:crypto'
import { type Logger, pino } from 'pino'
import { afterAll, inject } from 'vitest'
import { z } from 'zod'
import { startDaemon } from '../../src/app/daemon.ts'
import type { Config } from '../../src/config/load.ts'
import type { RedisAddress } from '../../src/config/redis-address.ts'
import type { Role } from '../../src/config/roles.ts'
import { Settings } from '../../src/config/schema.ts'
import { Source } from '../../src/domain/source.ts'
import { openRedis } from '../../src/redis/connect.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { scanKeys } from '../../src/redis/scan.ts'
import { taxonomy } from './taxonomy.ts'

export interface TestDaemonParts {
  readonly sources: readonly z.input<typeof Source>[]
  readonly settings?: Record<string, Record<string, unknown>>
  /** Where its Redis is; the run's unless given. */
  readonly address?: RedisAddress
  /** For one that tests look at. */
  readonly log?: Logger
}

/**
 * A little less than a second, the least that a configuration may say: with a second, a source would miss the next tick.
 */
const POLLING = { minInterval: 800, startInterval: 800, maxInterval: 800 }

/** A Redis prefix with its configuration; daemons are started on it as often as a test likes. */
export const testDaemon = ({
  sources,
  settings = {},
  address = inject('redis'),
  log = pino({ level: process.env.TEST_LOG ?? 'silent' }),
}: TestDaemonParts) => {
  const redis = openRedis(address, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined) // some tests end its Redis
  const keys = keysFor(`d${randomUUID().slice(0, 8)}`)
  const base = {
    redis: { prefix: keys.prefix },
    crawl: {
      tick: '1s',
      hostGap: '0ms',
      allow: ['127.0.0.0/8'],
    },
    lists: { refresh: '1s', settle: '20ms' },
    admin: { port: 0, recrawlGap: '0s' },
    stories: { snapshotFile: '' },
  }
  const merged = Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(settings)])].map(key => [
      key,
      { ...base[key as keyof typeof base], ...settings[key] },
    ]),
  )
  const parsed = Settings.parse(merged)
  const polling = Object.fromEntries(Object.entries(POLLING).filter(([key]) => settings.crawl?.[key] === undefined))
  const config: Config = {
    settings: { ...parsed, crawl: { ...parsed.crawl, ...polling } },
    sources: z.array(Source).parse(sources),
    taxonomy,
    dir: 'config',
  }
  const running: { stop(): Promise<void> }[] = []

  const start = async (roles?: readonly Role[], some: Partial<Config> = {}) => {
    const daemon = await startDaemon({
      config: { ...config, ...some },
      ...(roles ? { roles } : { roles: ['scheduler', 'crawl', 'articles', 'publish', 'events'] }),
      redis: { address, origin: 'test', stop: async () => undefined },
      log,
      metricsFreshFor: 200,
    })
    running.push(daemon)
    return daemon
  }

  afterAll(async () => {
    await Promise.all(running.map(daemon => daemon.stop()))
    for await (const mine of scanKeys(redis, `*${keys.prefix}*`)) await Promise.all(mine.map(key => redis.del(key)))
    redis.disconnect()
  })
  const list = async (
    name: string,
  ): Promise<{ title: string; id: string; sections: string[]; [field: string]: unknown }[]> =>
    (await redis.lrange(keys.list(name), 0, -1)).map(entry => JSON.parse(entry))
  return { redis, keys, config, start, list }
}
