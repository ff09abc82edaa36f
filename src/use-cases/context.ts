/** What use cases on the catalogue need. Both the command line and the admin UI provide one. */

import type { Redis } from 'ioredis'
import type { Config } from '../config/load.ts'
import type { Keys } from '../redis/keys.ts'
import type { Sources } from '../sources/store/sources.ts'

export interface CommandContext {
  readonly config: Config
  readonly redis: Redis
  readonly keys: Keys
  readonly sources: Sources
}
