/**
 * Migrates the data in Redis to the schema of this version: one process migrates, the others wait; if it dies, the next
 * one continues.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { withLease } from '../../redis/lease.ts'
import { scanKeys } from '../../redis/scan.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import type { Migration } from './migration.ts'
import { MIGRATIONS } from './registry.ts'
import { readSchema, SCHEMA, SchemaError } from './schema.ts'

const raise = loadScript(new URL('./schema.lua', import.meta.url))

/** ms for which the lock of a dead process stays. */
const LOCK = 15_000
const LOOK = 250
/** How long daemons of an older version may take to end, ms: a little longer than a killed one counts as running. */
const PATIENCE = 20_000

export interface MigrateParts extends Store {
  readonly say: (line: string) => void
  readonly onProgress?: (migration: Migration, looked: number) => void
  /** ms; for daemons of an older version to end. */
  readonly patience?: number
  readonly migrations?: readonly Migration[]
}

/** One step of the migration that was done, or is to be done. */
export interface Carried {
  readonly to: number
  readonly what: string
  readonly count: number
}

export interface Migrated {
  /** Schema found in Redis; null if there was no data. */
  readonly from: number | null
  readonly carried: readonly Carried[]
}

export const createMigrate = (parts: MigrateParts) => {
  const { redis, keys, say, onProgress, patience = PATIENCE, migrations = MIGRATIONS } = parts

  const run = (migration: Migration, isDry: boolean): Promise<number> =>
    migration.run({ redis, keys, onProgress: looked => onProgress?.(migration, looked) }, isDry)

  /** Ids of running daemons with an older schema. */
  const olderDaemons = async (): Promise<string[]> => {
    const before = keys.daemon('')
    const older: string[] = []
    for await (const page of scanKeys(redis, `${before}*`)) {
      const schemas = await Promise.all(page.map(key => redis.hmget(key, 'id', 'schema')))
      older.push(...schemas.flatMap(([id, schema]) => (id && Number(schema ?? 0) < SCHEMA ? [id] : [])))
    }
    return older
  }

  const waitForOlder = async ({ what }: Migration): Promise<void> => {
    const deadline = performance.now() + patience
    for (let isSaid = false; ; isSaid = true) {
      const older = await olderDaemons()
      if (older.length === 0) return
      if (performance.now() > deadline)
        throw new SchemaError(
          `This version ${what}, which daemons of an older version cannot read: stop ${older.join(', ')} first, then start again.`,
        )
      if (!isSaid) say(`waiting for daemons of an older version to end: ${older.join(', ')}`)
      await delay(LOOK)
    }
  }

  const oneStep = async (migration: Migration, token: string): Promise<Carried> => {
    if (!migration.isAdditive) await waitForOlder(migration)
    const count = await run(migration, false)
    if ((await runScript(redis, raise, [keys.schema(), keys.schemaLock()], [token, migration.to])) !== 1)
      throw new SchemaError(
        `Lost the migration lock to another process (this one stalled for over ${LOCK / 1_000} s). Restart it.`,
      )
    return { to: migration.to, what: migration.what, count }
  }

  return {
    /** What would be migrated; reads only. @throws SchemaError if the data is of a newer schema */
    async plan(): Promise<Migrated> {
      const from = await readSchema(redis, keys)
      const carried: Carried[] = []
      for (const migration of from === null ? [] : migrations)
        if (migration.to > (from ?? 0))
          carried.push({ to: migration.to, what: migration.what, count: await run(migration, true) })
      return { from, carried }
    },

    /**
     * Runs every migration that is due.
     * @throws SchemaError if the data is of a newer schema, or daemons of an older version do not end
     */
    async run(): Promise<Migrated> {
      const from = await readSchema(redis, keys)
      const carried: Carried[] = []
      for (let isSaid = false; ; ) {
        const at = await readSchema(redis, keys)
        const latest = migrations.length
        if (at === latest) return { from, carried }
        if (at === null) {
          await redis.set(keys.schema(), latest, 'NX')
          continue
        }
        const next = migrations.find(({ to }) => to === at + 1)
        if (!next) throw new SchemaError(`there is no way from schema ${at} to ${latest}`)
        const step = await withLease({ redis, key: keys.schemaLock(), ms: LOCK }, async ({ token }) =>
          (await readSchema(redis, keys)) === at ? oneStep(next, token) : null,
        )
        if (step?.result) carried.push(step.result)
        if (step) continue
        if (!isSaid) say('another process is migrating to this version; waiting for it')
        isSaid = true
        await delay(LOOK)
      }
    },
  }
}
