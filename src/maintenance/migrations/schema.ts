/** Reads the schema version in Redis. A process never works on a newer schema than it knows. */

import type { Redis } from 'ioredis'
import type { Keys } from '../../redis/keys.ts'

/**
 * Schema version that this process reads and writes: the number of migrations, which commands need not load to know
 * it.
 */
export const SCHEMA = 8

/** The data in Redis was written by another version; the message says what to do. */
export class SchemaError extends Error {
  readonly code = 'SCHEMA'
}

/** Keys of which at least one exists once newsdesk has run. */
const firstKeys = (keys: Keys): string[] => [
  keys.due(),
  keys.storyLog(),
  keys.storyIndex(),
  keys.sections(),
  keys.catalogueVersion(),
]

/**
 * @returns 0 for data of versions without a schema, null if there is no data yet
 * @throws SchemaError if it is newer than this process knows
 */
export const readSchema = async (redis: Redis, keys: Keys): Promise<number | null> => {
  const written = await redis.get(keys.schema())
  if (written === null) {
    const there = await Promise.all(firstKeys(keys).map(key => redis.exists(key)))
    return there.some(count => count === 1) ? 0 : null
  }
  const version = Number(written)
  if (!Number.isInteger(version) || version < 0)
    throw new SchemaError(
      `${keys.schema()} in Redis is ${JSON.stringify(written)} and no version of a schema: restore it from a backup`,
    )
  if (version > SCHEMA)
    throw new SchemaError(
      `What stands in Redis under ${keys.prefix} has schema ${version}, written by a newer newsdesk; this one knows up to ${SCHEMA}. Start the newer one, or restore a backup made before the upgrade (docs/backup.md).`,
    )
  return version
}

/**
 * For commands, which leave migrating to daemons. If there is no data yet, a command starts with the schema of this
 * version.
 * @param onlyReads whether the command writes nothing
 * @throws SchemaError if the schema is not the one of this process
 */
export const checkSchema = async (redis: Redis, keys: Keys, onlyReads = false): Promise<void> => {
  const version = await readSchema(redis, keys)
  if (version === null && !onlyReads) await redis.set(keys.schema(), SCHEMA, 'NX')
  if (version !== null && version < SCHEMA)
    throw new SchemaError(
      `What stands in Redis under ${keys.prefix} has schema ${version}, this newsdesk works with ${SCHEMA}: start it, or run \`newsdesk migrate\`.`,
    )
}
