/** `newsdesk migrate`: carries what stands in Redis over to the shapes of this version, or says what it would. */

import { loadConfig } from '../../config/load.ts'
import { createMigrate } from '../../maintenance/migrations/migrate.ts'
import type { Migration } from '../../maintenance/migrations/migration.ts'
import { SCHEMA } from '../../maintenance/migrations/registry.ts'
import { keysFor } from '../../redis/keys.ts'
import { withRedis } from '../with-redis.ts'

const TELL = 1_000

/** One line a second on how far a migration has come, on stderr. */
const progress = () => {
  let told = performance.now()
  return ({ to }: Migration, looked: number): void => {
    if (performance.now() - told < TELL) return
    told = performance.now()
    console.error(`schema ${to}: ${looked} looked at`)
  }
}

/** @returns 0; with `dryRun` 1 where there is something to be carried over */
export const migrateCommand = async (
  configDir: string,
  { dryRun, json }: { dryRun: boolean; json: boolean },
): Promise<number> => {
  const config = loadConfig(configDir, process.env)
  const say = (line: string) => console.error(line)
  // Also where nothing runs: an upgrade may be prepared before its daemons start.
  return withRedis(config.settings, { start: true, purpose: 'migrate' }, async ({ redis }) => {
    const migrate = createMigrate({ redis, keys: keysFor(config.settings.redis.prefix), say, onProgress: progress() })
    const { from, carried } = await (dryRun ? migrate.plan() : migrate.run())
    if (json) console.log(JSON.stringify({ from, to: SCHEMA, carried }, null, 2))
    else {
      for (const { to, what, count } of carried)
        console.log(`${dryRun ? 'would carry over' : 'carried over'} to schema ${to}: it ${what} (${count})`)
      if (carried.length === 0)
        console.log(from === null ? 'nothing stands there yet' : `schema ${from}: nothing to carry over`)
    }
    return dryRun && carried.length > 0 ? 1 : 0
  })
}
