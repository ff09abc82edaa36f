/** Migrates the data in Redis when a daemon starts, and logs what changed, with the progress of long migrations. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Keys } from '../redis/keys.ts'
import { createMigrate } from './migrations/migrate.ts'

/** ms between two log lines of progress. */
const TELL = 2_000

/**
 * @returns whether Redis had data of newsdesk before
 * @throws SchemaError if the data is of a newer version, or if daemons of an older version keep running
 */
export const migrateOnStart = async (redis: Redis, keys: Keys, log: Logger): Promise<boolean> => {
  let told = performance.now()
  const { from, carried } = await createMigrate({
    redis,
    keys,
    say: line => log.warn({ event: 'migration.waiting' }, line),
    onProgress: ({ to, what }, looked) => {
      if (performance.now() - told < TELL) return
      told = performance.now()
      log.info({ event: 'migration.running', schema: to, looked, what }, 'upgrading')
    },
  }).run()
  for (const { to, what, count } of carried)
    log.warn({ event: 'migration.done', schema: to, from, count, what }, 'upgraded')
  return from !== null
}
