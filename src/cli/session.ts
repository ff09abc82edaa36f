/**
 * Opens what commands work with: the configuration, and the Redis, sources, queues and other modules of a running
 * newsdesk. What a command does not use is not even loaded, since that takes longer than most commands do. Everything is
 * closed when the command ends.
 */

import type { Redis } from 'ioredis'
import type { Container } from '../app/container.ts'
import { createSourceModules, type SourceModules } from '../app/source-modules.ts'
import { type Config, loadConfig } from '../config/load.ts'
import { checkSchema } from '../maintenance/migrations/schema.ts'
import type { Queues } from '../queues/queues.ts'
import { type Keys, keysFor } from '../redis/keys.ts'
import { withRedis } from './with-redis.ts'

export interface Session extends SourceModules {
  readonly config: Config
  readonly redis: Redis
  readonly keys: Keys
  /** Opens the queues. */
  readonly queues: () => Promise<Queues>
  /** Builds all modules, as the daemon has them. */
  readonly container: () => Promise<Container>
  /** articles.memory, in bytes. */
  readonly memory: () => number
  /** redis.replicas. */
  readonly wantedReplicas: () => number
}

/** Calls a function once, when its result is first wanted. */
const once = <T>(make: () => Promise<T>) => {
  let made: Promise<T> | undefined
  return {
    get: (): Promise<T> => {
      made ??= make()
      return made
    },
    /** undefined if it was never wanted. */
    made: () => made,
  }
}

/**
 * Runs a command against the running newsdesk.
 * @param onlyReads whether the command writes nothing to Redis
 * @param start whether to start a Redis if none runs, for commands that need no running daemon
 * @throws ConfigError, NoRedisError, SchemaError, which report-error.ts prints
 */
export const withSession = async <T>(
  configDir: string,
  work: (session: Session) => Promise<T>,
  { start = false, onlyReads = false }: { start?: boolean; onlyReads?: boolean } = {},
): Promise<T> => {
  const config = loadConfig(configDir, process.env)
  return withRedis(config.settings, { start, purpose: 'command' }, async ({ redis, connect }) => {
    const keys = keysFor(config.settings.redis.prefix)
    const shared = { config: () => config, redis, keys, now: Date.now }
    const queues = once(async () => {
      const { openQueues } = await import('../queues/open-queues.ts')
      // BullMQ prints its doubts about Redis once a queue; status and doctor tell of them, with what to do.
      console.warn = () => undefined
      return openQueues(connect('command-queues', { pipelined: false }), keys, undefined, onlyReads)
    })
    const sourceModules = createSourceModules({
      ...shared,
      lost: async articles => (await container.get()).findLost(articles),
    })
    const container = once(async () => {
      const [{ createContainer }, { pino }] = await Promise.all([import('../app/container.ts'), import('pino')])
      // Commands print rather than log.
      return createContainer({ ...shared, sourceModules, queues: queues.get, log: pino({ level: 'silent' }) })
    })
    try {
      await checkSchema(redis, keys, onlyReads)
      await sourceModules.catalogue.refresh()
      return await work({
        ...{ config, redis, keys, ...sourceModules },
        ...{ queues: queues.get, container: container.get },
        memory: () => config.settings.articles.memory,
        wantedReplicas: () => config.settings.redis.replicas,
      })
    } finally {
      const opened = await queues.made()
      await Promise.all(Object.values(opened ?? {}).map(queue => queue.close()))
    }
  })
}
