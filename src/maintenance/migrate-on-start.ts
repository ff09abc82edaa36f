/** Carrying shapes over to this version as a daemon does it when it starts: told in the log, with progress where it takes long. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Keys } from '../redis/keys.ts'
import { createMigrate } from './migrations/migrate.ts'

/** ms between two lines on the same. */
const TELL = 2_000

/**
 * @returns whether anything of newsdesk stood there
 * @throws SchemaError where what stands in Redis is newer, or daemons of an older version do not end
 */
export const migrateOnStart = async (redis: Redis, keys: Keys, log: Logger): Promise<boolean> => {
  let told = performance.now()
  const { from, carried } = await createMigrate({
    redis,
    keys,
    say: line => log.warn(line),
    onProgress: ({ to, what }, looked) => {
      if (performance.now() - told < TELL) return
      told = performance.now()
      log.info({ schema: to, looked }, `upgrading: ${what}`)
    },
  }).run()
  for (const { to, what, count } of carried) log.warn({ schema: to, from, changed: count }, `upgraded: ${what}`)
  return from !== null
}
