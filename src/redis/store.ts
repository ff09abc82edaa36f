import type { Redis } from 'ioredis'
import type { Keys } from './keys.ts'

/** What every module that stores something in Redis needs: a connection, and the names of keys. */
export interface Store {
  readonly redis: Redis
  readonly keys: Keys
}
