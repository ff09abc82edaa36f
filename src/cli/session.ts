/**
 * Opens what commands work with: the configuration, and the Redis, queues and sources of a running newsdesk. Everything
 * is closed when the command ends.
 */

import type { Redis } from 'ioredis'
import pino from 'pino'
import { type Container, createContainer } from '../app/container.ts'
import { type Config, loadConfig } from '../config/load.ts'
import { checkSchema } from '../maintenance/migrations/schema.ts'
import { openQueues, type Queues } from '../queues/queues.ts'
import { type Keys, keysFor } from '../redis/keys.ts'
import type { Catalogue } from '../sources/catalogue/catalogue.ts'
import type { Sources } from '../sources/store/sources.ts'
import type { Push } from '../websub/push.ts'
import { withRedis } from './with-redis.ts'

export interface Session {
  readonly config: Config
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  readonly sources: Sources
  readonly catalogue: Catalogue
  readonly push: Push
  /** All modules, as the daemon has them. */
  readonly container: Container
  /** articles.memory, in bytes. */
  readonly memory: () => number
}

/**
 * Runs a command against the running newsdesk.
 * @param start whether to start a Redis if none runs, for commands that need no running daemon
 * @throws ConfigError, NoRedisError, SchemaError, which report-error.ts prints
 */
export const withSession = async <T>(
  configDir: string,
  work: (session: Session) => Promise<T>,
  { start = false }: { start?: boolean } = {},
): Promise<T> => {
  const config = loadConfig(configDir, process.env)
  return withRedis(config.settings, { start, purpose: 'command' }, async ({ redis, connect }) => {
    const keys = keysFor(config.settings.redis.prefix)
    const queues = openQueues(connect('command-queues', { pipelined: false }), keys)
    const container = createContainer({
      ...{ config: () => config, redis, keys, queues, now: Date.now },
      // Commands print rather than log.
      log: pino({ level: 'silent' }),
    })
    const { catalogue, sources, push } = container
    try {
      await checkSchema(redis, keys)
      await catalogue.refresh()
      return await work({
        ...{ config, redis, keys, queues, container, sources, catalogue, push },
        memory: () => config.settings.articles.memory,
      })
    } finally {
      await Promise.all(Object.values(queues).map(queue => queue.close()))
    }
  })
}
