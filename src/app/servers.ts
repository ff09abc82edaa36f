/** The HTTP servers of a process: the admin UI, the public server, and a probe server. What a server needs is loaded only where it runs. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Config } from '../config/load.ts'
import type { Role } from '../config/roles.ts'
import type { HealthCheck } from '../redis/health-check.ts'
import type { Keys } from '../redis/keys.ts'
import type { ReplicationBarrier } from '../redis/replication-barrier.ts'
import type { AdminServer } from '../server/admin/server.ts'
import type { WorkMetrics } from '../server/metrics/work-metrics.ts'
import { serveProbes } from '../server/probe-server.ts'
import type { Probes } from '../server/probes.ts'
import type { Lifecycle } from './lifecycle.ts'

export interface ServerParts {
  readonly config: () => Config
  readonly has: (role: Role) => boolean
  readonly redis: Redis
  readonly keys: Keys
  /** Opens a separate connection for blocking reads. */
  readonly connect: (purpose: string) => Redis
  readonly barrier: ReplicationBarrier
  readonly listNames: () => readonly string[]
  readonly pulse: HealthCheck
  readonly probes: Probes
  readonly startAdmin: () => Promise<AdminServer>
  readonly lifecycle: Lifecycle
  /** Called with a function that counts the open streams of the public server. */
  readonly onStreams: (count: () => number) => void
  readonly metrics: Pick<WorkMetrics, 'requested' | 'eventsAccepted'>
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

/** URLs of this process; null for what it does not serve. */
export interface RunningServers {
  readonly admin: AdminServer | null
  readonly httpUrl: string | null
  readonly metricsUrl: string | null
}

/** Starts the servers that the roles and the configuration ask for; each is closed together with running work. */
export const startServers = async (parts: ServerParts): Promise<RunningServers> => {
  const { config, has, probes, startAdmin, lifecycle } = parts
  const { http: httpSettings, metrics: metricsSettings } = config().settings
  const closing = <Server extends { close(): Promise<unknown> }>(server: Server): Server => {
    lifecycle.finishFirst({ finish: () => server.close() })
    return server
  }
  const admin = has('admin') ? closing(await startAdmin()) : null
  const http =
    has('http') && httpSettings.port >= 0
      ? closing(await (await import('./public-server.ts')).startPublicServer(parts))
      : null
  const { port } = metricsSettings
  const probe = port === null ? null : closing(await serveProbes({ ...metricsSettings, port }, probes))
  return { admin, httpUrl: http?.url ?? null, metricsUrl: probe?.url ?? null }
}
