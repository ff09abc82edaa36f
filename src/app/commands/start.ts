/** `newsdesk start`: the daemon until it is told to stop. */

import { resolveRedis } from '../../redis/server.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../config/problems.ts'
import type { Role } from '../config/schema.ts'
import { startDaemon } from '../daemon.ts'
import { createLog } from '../log.ts'

/** @returns the exit code, once stopped */
export const start = async (configDir: string, roles: readonly Role[] | undefined): Promise<number> => {
  const config = loadConfig(configDir, process.env)
  const log = createLog({ level: config.settings.log.level, to: 1 })
  const { redis: wanted } = config.settings
  const server = await resolveRedis({ url: wanted.url, dataDir: wanted.dataDir, say: line => log.info(line) })

  const crashed = (error: unknown, origin: string) => {
    log.fatal({ err: error, origin }, 'uncaught; ending')
    process.exit(1)
  }
  process.on('uncaughtException', crashed)
  process.on('unhandledRejection', error => crashed(error, 'unhandledRejection'))

  const daemon = await startDaemon({ config, ...(roles ? { roles } : {}), redis: server, log })
  if (daemon.setupUrl) log.info(`Set the admin's password once at ${daemon.setupUrl}`)

  process.on('SIGHUP', () => {
    try {
      const next = loadConfig(configDir, process.env)
      daemon
        .reload(next)
        .catch((error: unknown) => log.error({ err: error }, 'reload failed; the sources may be as before'))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      log.error({ problems: error.problems }, 'the new configuration is refused; the old one stays in force')
    }
  })
  await new Promise<void>(resolve => {
    let asked = false
    const stop = (signal: NodeJS.Signals) => {
      if (asked) {
        log.warn({ signal }, 'second signal: ending at once')
        process.exit(1)
      }
      asked = true
      log.info({ signal, within: config.settings.shutdown }, 'stopping: jobs in hand are finished')
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
  await daemon.stop()
  await server.stop()
  return 0
}
