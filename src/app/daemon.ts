/** The daemon: starts what the roles of a process need, in order; reloads and stops it. */

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { Config } from '../config/load.ts'
import type { Role } from '../config/roles.ts'
import { NoRedisError } from '../redis/no-redis.ts'
import type { RedisServer } from '../redis/server.ts'
import { version } from '../util/version.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { createProcess } from './process.ts'
import { createReload } from './reload.ts'
import { startRoles } from './roles.ts'

export interface Daemon {
  readonly id: string
  /** URL of the admin UI; null if this process does not have that role. */
  readonly adminUrl: string | null
  /** URL of metrics and probes without an admin UI; null if they are not served. */
  readonly metricsUrl: string | null
  /** URL of the public server; null if this process runs none. */
  readonly httpUrl: string | null
  /** A one-time link that sets the admin's password; null if one is set. */
  readonly setupUrl: string | null
  /**
   * Applies a new configuration. Settings that need a restart (roles, Redis, ports) stay as they are and are named in
   * the log.
   */
  reload(config: Config): Promise<void>
  /** Reports a changed configuration that is wrong: the one before stays in force. @param problems by file and line */
  rejectReload(problems: readonly string[]): void
  /** Finishes running jobs within the configured time, then abandons the rest: other processes take them over. */
  stop(): Promise<void>
}

export interface DaemonParts {
  readonly config: Config
  readonly roles?: readonly Role[]
  readonly redis: RedisServer
  readonly log: Logger
  /** ms since the epoch; the clock of Redis unless given. */
  readonly now?: () => number
  /** How old what /metrics reads from Redis may be, ms; five seconds unless given. */
  readonly metricsFreshFor?: number
}

export const startDaemon = async (parts: DaemonParts): Promise<Daemon> => {
  const lifecycle = createLifecycle(ms =>
    parts.log.warn(
      { event: 'daemon.jobs_abandoned', ms },
      'running jobs did not finish in time; other processes will take them over',
    ),
  )
  let onRefused: (why: string) => void = () => undefined
  const refused = new Promise<never>((_, reject) => {
    onRefused = why => reject(new NoRedisError(why))
  })
  try {
    // A Redis that comes up during startup and refuses us counts as one that refused at once; once the daemon runs, it
    // waits instead.
    return await Promise.race([begin(parts, lifecycle, onRefused), refused])
  } catch (error) {
    // A Redis server of our own ends only once no client is connected to it.
    await lifecycle.abort()
    throw error
  }
}

const begin = async (
  { config: initial, roles = initial.settings.roles, redis: server, log, now, metricsFreshFor }: DaemonParts,
  lifecycle: Lifecycle,
  onRefused: (why: string) => void,
): Promise<Daemon> => {
  let config = initial
  const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 4)}`
  const shared = await createProcess({
    ...{ id, roles, server, lifecycle, onRefused, log, now, metricsFreshFor },
    config: () => config,
  })
  const running = await startRoles(shared)
  const { admin, httpUrl, metricsUrl } = running.servers
  const urls = {
    ...(admin ? { admin: admin.url } : {}),
    ...(httpUrl ? { http: httpUrl } : {}),
    ...(metricsUrl ? { metrics: `${metricsUrl}/metrics` } : {}),
  }
  log.info({ event: 'daemon.running', id, version, roles, redis: server.origin, ...urls }, 'newsdesk runs')
  return {
    ...{ id, httpUrl, metricsUrl },
    adminUrl: admin?.url ?? null,
    setupUrl: admin?.setupUrl ?? null,
    reload: createReload({
      ...{ initial, log },
      inForce: () => config,
      apply: next => {
        config = next
      },
      async follow(before, changed) {
        await running.followConfiguration(before, changed)
        shared.metrics.reloaded(true)
      },
    }),
    rejectReload(problems) {
      log.error({ event: 'config.rejected', problems }, 'the new configuration is invalid; the old one stays in force')
      running.rejectConfiguration(problems)
      shared.metrics.reloaded(false)
    },
    async stop() {
      await lifecycle.stop(config.settings.shutdown)
      log.info({ event: 'daemon.stopped', id }, 'newsdesk stopped')
    },
  }
}
