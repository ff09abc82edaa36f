/**
 * The HTTP servers of a process: the admin UI, the public server, and a probe server. What a server needs is loaded only
 * where it runs.
 */

import type { Role } from '../config/roles.ts'
import type { AdminServer } from '../server/admin/server.ts'
import { serveProbes } from '../server/probe-server.ts'
import type { Probes } from '../server/probes.ts'
import type { PublicServerParts } from './public-server.ts'

export interface ServerParts extends PublicServerParts {
  readonly has: (role: Role) => boolean
  readonly probes: Probes
  readonly startAdmin: () => Promise<AdminServer>
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
