/** The public server: lists, articles and pages out, events in. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Config } from '../config/load.ts'
import type { HealthCheck } from '../redis/health-check.ts'
import type { Keys } from '../redis/keys.ts'
import type { ReplicationBarrier } from '../redis/replication-barrier.ts'
import { createOutageLog } from '../redis/transient-error.ts'
import type { WorkMetrics } from '../server/metrics/work-metrics.ts'
import { articlesRoute } from '../server/public/articles.ts'
import { eventsRoute } from '../server/public/events.ts'
import { listsRoute } from '../server/public/lists.ts'
import { pageRoute } from '../server/public/page.ts'
import { startHttp } from '../server/public/server.ts'
import { updatesRoute } from '../server/public/updates.ts'
import type { Lifecycle } from './lifecycle.ts'

export interface PublicServerParts {
  readonly config: () => Config
  readonly redis: Redis
  readonly keys: Keys
  /** Opens a separate connection for blocking reads. */
  readonly connect: (purpose: string) => Redis
  readonly barrier: ReplicationBarrier
  readonly listNames: () => readonly string[]
  readonly pulse: HealthCheck
  readonly lifecycle: Lifecycle
  /** Called with a function that counts the open streams of the public server. */
  readonly onStreams: (count: () => number) => void
  readonly metrics: Pick<WorkMetrics, 'requested' | 'eventsAccepted'>
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

export const startPublicServer = ({ config, redis, keys, connect, listNames, ...parts }: PublicServerParts) => {
  const { barrier, pulse, lifecycle, onStreams, metrics, log, now } = parts
  const settings = () => config().settings.http
  const logError = createOutageLog(log)
  const maxLength = () => config().settings.events.maxStreamLength
  return startHttp({
    ...{ settings, pulse, log, onRequest: metrics.requested },
    routes: [
      {
        path: '/v1/events',
        router: eventsRoute({
          ...{ redis, keys, now, settings, maxLength, barrier },
          onAccepted: metrics.eventsAccepted,
        }),
      },
      { path: '/v1/articles', router: articlesRoute({ redis, keys }) },
      { path: '/v1/lists', router: listsRoute({ redis, keys, names: listNames }) },
      { path: '/v1/page', router: pageRoute({ redis, keys, names: listNames }) },
      {
        path: '/v1/updates',
        router: updatesRoute({
          ...{ redis, keys, settings, signal: lifecycle.stopping },
          blocking: connect('updates'),
          onStreams,
          onError: error =>
            logError(error, { event: 'http.updates_failed' }, 'list updates could not be read; trying again'),
        }),
      },
    ],
  })
}
