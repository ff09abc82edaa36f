/**
 * Builds every Redis key name of newsdesk; nothing else does. In keys/, the comment of each key gives its type, what it
 * holds, who writes it, who reads it, and what bounds it. Keys that change together share a hash tag, so that scripts
 * also work on Redis Cluster.
 */

import { articleKeys } from './keys/articles.ts'
import { daemonKeys } from './keys/daemons.ts'
import { eventKeys } from './keys/events.ts'
import { listKeys } from './keys/lists.ts'
import { pollingKeys } from './keys/polling.ts'
import { contractKeys } from './keys/published.ts'
import { pushKeys } from './keys/push.ts'
import { quarantineKeys } from './keys/quarantine.ts'
import { ruleKeys } from './keys/rules.ts'
import { sourceKeys } from './keys/sources.ts'
import { webhookKeys } from './keys/webhooks.ts'

/** @param prefix for instance `newsdesk` */
export const keysFor = (prefix: string) => ({
  prefix,
  ...contractKeys(prefix),
  ...sourceKeys(prefix),
  ...quarantineKeys(prefix),
  ...ruleKeys(prefix),
  ...pollingKeys(prefix),
  ...pushKeys(prefix),
  ...articleKeys(prefix),
  ...listKeys(prefix),
  ...eventKeys(prefix),
  ...daemonKeys(prefix),
  ...webhookKeys(prefix),
})

export type Keys = ReturnType<typeof keysFor>
