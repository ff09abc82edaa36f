/** What a migration is: one change of the shapes kept in Redis, from one version of the schema to the next. */

import type { Redis } from 'ioredis'
import type { Keys } from '../../redis/keys.ts'

export interface MigrationParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Told from time to time how much has been looked at. */
  readonly onProgress: (looked: number) => void
}

export interface Migration {
  /** Version of the schema it leads to: one more than where it starts. */
  readonly to: number
  /** For people: what it does, as the end of "it ...". */
  readonly what: string
  /** Whether daemons of the version before may run meanwhile and afterwards. */
  readonly isAdditive: boolean
  /**
   * Looks for what has the older shape and, unless it is dry, carries it over. Run twice, or by two at once, it changes nothing more; whoever
   * died in the middle of it has it run again, and what was done is passed by.
   * @returns how much had the older shape
   */
  run(parts: MigrationParts, isDry: boolean): Promise<number>
}
