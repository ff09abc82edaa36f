/** Announces changed lists to readers, many in one call: a batch of articles writes as many related lists. */

import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'

const announceScript = loadScript(new URL('./announce.lua', import.meta.url))

const MAX_UPDATES = 10_000

export interface ListUpdate {
  readonly name: string
  readonly version: number
  /** ms since the epoch. */
  readonly at: number
  /**
   * Whether its meta remembers that readers were told, so that the next writer makes up for one that died in between. A
   * related list is written by the batch of its article, and by that batch again where it died.
   */
  readonly isKept: boolean
}

/** @param lists as they stand by now */
export const announce = async (redis: Redis, keys: Keys, lists: readonly ListUpdate[]): Promise<void> => {
  if (lists.length === 0) return
  await runScript(
    redis,
    announceScript,
    [keys.updates()],
    [MAX_UPDATES, ...lists.flatMap(({ name, version, at }) => [name, version, new Date(at).toISOString()])],
  )
  // Only now: the announcement may fail, or have to be sent again to a Redis that was restarted. If two writers race and
  // the lower version is stored last, the change is announced once more: harmless.
  await Promise.all(
    lists.map(({ name, version, isKept }) => (isKept ? redis.hset(keys.listMeta(name), 'announced', version) : null)),
  )
}
