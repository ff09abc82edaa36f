/** `newsdesk migrate`: migrates the data in Redis to the schema of this version, or shows what would be migrated. */

import { loadConfig } from '../../config/load.ts'
import { createMigrate } from '../../maintenance/migrations/migrate.ts'
import { SCHEMA } from '../../maintenance/migrations/schema.ts'
import { keysFor } from '../../redis/keys.ts'
import { createExaminedReport } from '../prompt.ts'
import { withRedis } from '../with-redis.ts'

/** @returns 0; with `dryRun` 1 if there is something to migrate */
export const migrateCommand = async (
  configDir: string,
  { dryRun, json }: { dryRun: boolean; json: boolean },
): Promise<number> => {
  const config = loadConfig(configDir, process.env)
  const say = (line: string) => console.error(line)
  // Works without a running daemon, so that an upgrade can be prepared.
  return withRedis(config.settings, { start: true, purpose: 'migrate' }, async ({ redis }) => {
    const report = createExaminedReport()
    const migrate = createMigrate({
      ...{ redis, keys: keysFor(config.settings.redis.prefix), say },
      onProgress: ({ to }, examined) => report(`schema ${to}`, examined),
    })
    const { from, carried } = await (dryRun ? migrate.plan() : migrate.run())
    if (json) console.log(JSON.stringify({ from, to: SCHEMA, carried }, null, 2))
    else {
      for (const { to, what, count } of carried)
        console.log(`${dryRun ? 'would migrate' : 'migrated'} to schema ${to}: it ${what} (${count})`)
      if (carried.length === 0)
        console.log(from === null ? 'Redis has no data of newsdesk yet' : `schema ${from}: nothing to migrate`)
    }
    return dryRun && carried.length > 0 ? 1 : 0
  })
}
