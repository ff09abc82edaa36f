/** `newsdesk start`: the daemon until it is told to stop. */

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

/** Ends the process with 0, once stopped. */
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
      log.error({ err: error, origin }, 'a request failed, and nobody was there to hear it; the others go on')
      return
    }
    log.fatal({ err: error, origin }, 'uncaught; ending')
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
    // Before all runs there is nothing to reload yet: it is done then.
    starting
      .then(
        async daemon => {
          const next = reloadConfig(configDir, roles, log)
          if (next === null) return
          tellNotes(next, log)
          await daemon.reload(next)
          config = next
        },
        () => undefined, // told below
      )
      .catch((error: unknown) => createOutageLog(log)(error, 'reload failed; the sources may be as before'))
  })
  const daemon = await Promise.race([starting, asked])
  if (daemon === undefined) {
    // Told to stop while still waiting for Redis: there is nothing in hand.
    log.info('newsdesk stopped before it ran')
    await server.stop()
    process.exit(0)
  }
  if (daemon.setupUrl) log.info(`Set the admin's password once at ${daemon.setupUrl}`)
  await asked
  await daemon.stop()
  await server.stop()
  // Jobs that were let go of, and what they still wait for, hold nobody up.
  process.exit(0)
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process at once. */
const waitForStopSignal = (within: () => number, log: Logger): Promise<undefined> =>
  new Promise(resolve => {
    const isAnother = createSignalFilter()
    let asked = false
    const stop = (signal: NodeJS.Signals) => {
      if (!isAnother()) return
      if (asked) {
        log.warn({ signal }, 'second signal: ending at once')
        process.exit(1)
      }
      asked = true
      log.info({ signal, within: within() }, 'stopping: jobs in hand are finished')
      resolve(undefined)
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })

/** What is written and has no effect. */
const tellNotes = ({ notes = [] }: Config, log: Logger): void => {
  for (const note of notes) log.warn(note)
}

/** @returns null where it is refused, which is told */
const reloadConfig = (configDir: string, roles: readonly Role[] | undefined, log: Logger): Config | null => {
  try {
    return loadConfig(configDir, process.env, { roles })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    log.error({ problems: error.problems }, 'the new configuration is refused; the old one stays in force')
    return null
  }
}
