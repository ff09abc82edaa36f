import type { Store } from '../../redis/store.ts'
/** A migration: one change of the data in Redis, from one version of the schema to the next. */

export interface MigrationParts extends Store {
  /** Called from time to time with the number of keys or entries examined so far. */
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
   * Finds data of the older schema and, unless it is a dry run, migrates it. Running it twice, or in two processes at
   * once, changes nothing more. If a process dies half-way, the next run continues and skips what is done.
   * @returns how much data was of the older schema
   */
  run(parts: MigrationParts, isDry: boolean): Promise<number>
}
