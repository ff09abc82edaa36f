/** What a command of the terminal works with: configuration, the Redis of a running newsdesk, its queues and sources; closed when done. */

import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { openQueues, type Queues } from '../../jobs/queues.ts'
import { connectRedis } from '../redis/connect.ts'
import { type Keys, keysFor } from '../redis/keys.ts'
import { resolveRedis } from '../redis/server.ts'
import { createSources, type Sources } from '../sources/sources.ts'
import { type Config, loadConfig } from './config/load.ts'

export interface Session {
  readonly config: Config
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  readonly sources: Sources
}

/**
 * Runs a command against the running newsdesk.
 * @throws ConfigError, NoRedisError: told to the user by the CLI
 */
export const withSession = async <T>(configDir: string, work: (session: Session) => Promise<T>): Promise<T> => {
  const config = loadConfig(configDir, process.env)
  const { redis: settings } = config.settings
  const server = await resolveRedis({
    url: settings.url,
    dataDir: settings.dataDir,
    start: false,
    say: line => console.error(line),
  })
  const log = pino({ level: 'warn' }, pino.destination(2))
  const keys = keysFor(settings.prefix)
  const redis = connectRedis(server.address, log, `${keys.prefix}:command`)
  const bull = connectRedis(server.address, log, `${keys.prefix}:command-queues`, { pipelined: false })
  const queues = openQueues(bull, keys)
  const sources = createSources({
    redis,
    keys,
    catalogue: () => config.sources,
    settings: () => config.settings.crawl,
    now: Date.now,
  })
  try {
    return await work({ config, redis, keys, queues, sources })
  } finally {
    await Promise.all(Object.values(queues).map(queue => queue.close()))
    bull.disconnect()
    redis.disconnect()
  }
}
