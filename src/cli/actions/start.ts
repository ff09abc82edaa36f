/** `newsdesk start`: runs the daemon until it receives SIGTERM or SIGINT. */

import type { Logger } from 'pino'
import { type Daemon, startDaemon } from '../../app/daemon.ts'
import { captureLibraryOutput } from '../../app/library-output.ts'
import { createLog } from '../../app/log.ts'
import { createSignalFilter } from '../../app/signals.ts'
import { notifySystemd } from '../../app/systemd.ts'
import { belongsToOneRequest } from '../../app/uncaught.ts'
import { watchConfiguration } from '../../app/watch-configuration.ts'
import { type Config, loadConfig } from '../../config/load.ts'
import { ConfigError } from '../../config/problems.ts'
import type { Role } from '../../config/roles.ts'
import { resolveRedis } from '../../redis/server.ts'
import { createOutageLog } from '../../redis/transient-error.ts'

/** Ends the process with 0 when the daemon has stopped. */
export const start = async (configDir: string, roles: readonly Role[] | undefined): Promise<never> => {
  let config = loadConfig(configDir, process.env, { roles })
  const log = createLog({ level: config.settings.log.level, to: 1 })
  const giveBack = captureLibraryOutput(log)
  tellNotes(config, log)
  const { redis: wanted } = config.settings
  /** What is printed about it on stderr is for people; the log has it, too. */
  const failed = (error: unknown): void => {
    giveBack()
    const reason = error instanceof Error ? error.message : String(error)
    if (!process.stdout.isTTY) log.fatal({ event: 'daemon.start_failed', reason }, 'newsdesk could not start')
  }
  const server = await resolveRedis({
    ...{ url: wanted.url, access: wanted, dataDir: wanted.dataDir },
    say: line => log.info({ event: 'redis.own' }, line),
  }).catch((error: unknown) => {
    failed(error)
    throw error
  })

  const crashed = (error: unknown, origin: string) => {
    if (belongsToOneRequest(error)) {
      log.error(
        { event: 'http.crashed', err: error, origin },
        'a request failed with an uncaught error; other requests continue',
      )
      return
    }
    log.fatal({ event: 'daemon.crashed', err: error, origin }, 'uncaught error; exiting')
    process.exit(1)
  }
  process.on('uncaughtException', crashed)
  process.on('unhandledRejection', error => crashed(error, 'unhandledRejection'))

  const asked = waitForStopSignal(() => config.settings.shutdown, log)
  const starting = startDaemon({ config, ...(roles ? { roles } : {}), redis: server, log }).catch(
    async (error: unknown) => {
      failed(error)
      await server.stop()
      throw error
    },
  )
  const reload = (): void => {
    // A reload during startup waits until the daemon runs.
    starting
      .then(
        async daemon => {
          const next = reloadConfig(configDir, roles, daemon)
          if (next === null) return
          tellNotes(next, log)
          await daemon.reload(next)
          config = next
        },
        () => undefined, // reported below
      )
      .catch((error: unknown) =>
        createOutageLog(log)(error, { event: 'config.reload_failed' }, 'reload failed; sources may be unchanged'),
      )
  }
  process.on('SIGHUP', reload)
  if (config.settings.config.watch) watchConfiguration(config.dir, reload)
  const daemon = await Promise.race([starting, asked])
  if (daemon === undefined) {
    // Stopped while still waiting for Redis: no job is active.
    log.info({ event: 'daemon.start_aborted' }, 'newsdesk stopped during startup')
    await server.stop()
    process.exit(0)
  }
  if (daemon.setupUrl) log.info({ event: 'admin.set_up_link' }, `Set the admin's password once at ${daemon.setupUrl}`)
  const stopping = notifySystemd(process.env, log)
  await asked
  stopping()
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
        log.warn({ event: 'daemon.forced', signal }, 'second signal: exiting immediately')
        process.exit(1)
      }
      asked = true
      log.info({ event: 'daemon.stopping', signal, within: within() }, 'stopping: finishing active jobs')
      resolve(undefined)
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })

/** What is written and has no effect. */
const tellNotes = ({ notes = [] }: Config, log: Logger): void => {
  for (const note of notes) log.warn({ event: 'config.note' }, note)
}

/** @returns null if the configuration is invalid, which the daemon reports */
const reloadConfig = (
  configDir: string,
  roles: readonly Role[] | undefined,
  daemon: Pick<Daemon, 'rejectReload'>,
): Config | null => {
  try {
    return loadConfig(configDir, process.env, { roles })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    daemon.rejectReload(error.problems)
    return null
  }
}
