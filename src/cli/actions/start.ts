/** `newsdesk start`: runs the daemon until it receives SIGTERM or SIGINT. */

import type { Logger } from 'pino'
import { startDaemon } from '../../app/daemon.ts'
import { createLog } from '../../app/log.ts'
import { createSignalFilter } from '../../app/signals.ts'
import { belongsToOneRequest } from '../../app/uncaught.ts'
import { type Config, loadConfig } from '../../config/load.ts'
import { ConfigError } from '../../config/problems.ts'
import type { Role } from '../../config/roles.ts'
import { resolveRedis } from '../../redis/server.ts'
import { createOutageLog } from '../../redis/transient-error.ts'

/** Ends the process with 0 when the daemon has stopped. */
export const start = async (configDir: string, roles: readonly Role[] | undefined): Promise<never> => {
  let config = loadConfig(configDir, process.env, { roles })
  const log = createLog({ level: config.settings.log.level, to: 1 })
  tellNotes(config, log)
  const { redis: wanted } = config.settings
  const server = await resolveRedis({
    ...{ url: wanted.url, access: wanted, dataDir: wanted.dataDir },
    say: line => log.info(line),
  })

  const crashed = (error: unknown, origin: string) => {
    if (belongsToOneRequest(error)) {
      log.error({ err: error, origin }, 'a request failed with an uncaught error; other requests continue')
      return
    }
    log.fatal({ err: error, origin }, 'uncaught error; exiting')
    process.exit(1)
  }
  process.on('uncaughtException', crashed)
  process.on('unhandledRejection', error => crashed(error, 'unhandledRejection'))

  const asked = waitForStopSignal(() => config.settings.shutdown, log)
  const starting = startDaemon({ config, ...(roles ? { roles } : {}), redis: server, log }).catch(
    async (error: unknown) => {
      await server.stop()
      throw error
    },
  )
  process.on('SIGHUP', () => {
    // A reload during startup waits until the daemon runs.
    starting
      .then(
        async daemon => {
          const next = reloadConfig(configDir, roles, log)
          if (next === null) return
          tellNotes(next, log)
          await daemon.reload(next)
          config = next
        },
        () => undefined, // reported below
      )
      .catch((error: unknown) => createOutageLog(log)(error, 'reload failed; sources may be unchanged'))
  })
  const daemon = await Promise.race([starting, asked])
  if (daemon === undefined) {
    // Stopped while still waiting for Redis: no job is active.
    log.info('newsdesk stopped during startup')
    await server.stop()
    process.exit(0)
  }
  if (daemon.setupUrl) log.info(`Set the admin's password once at ${daemon.setupUrl}`)
  await asked
  await daemon.stop()
  await server.stop()
  // Abandoned jobs, and what they wait for, must not keep the process alive.
  process.exit(0)
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process immediately. */
const waitForStopSignal = (within: () => number, log: Logger): Promise<undefined> =>
  new Promise(resolve => {
    const isAnother = createSignalFilter()
    let asked = false
    const stop = (signal: NodeJS.Signals) => {
      if (!isAnother()) return
      if (asked) {
        log.warn({ signal }, 'second signal: exiting immediately')
        process.exit(1)
      }
      asked = true
      log.info({ signal, within: within() }, 'stopping: finishing active jobs')
      resolve(undefined)
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })

/** What is written and has no effect. */
const tellNotes = ({ notes = [] }: Config, log: Logger): void => {
  for (const note of notes) log.warn(note)
}

/** @returns null if the configuration is invalid, which is logged */
const reloadConfig = (configDir: string, roles: readonly Role[] | undefined, log: Logger): Config | null => {
  try {
    return loadConfig(configDir, process.env, { roles })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    log.error({ problems: error.problems }, 'the new configuration is invalid; the old one stays in force')
    return null
  }
}
