/** `newsdesk log`: shows the log level of daemons, or changes it for a while. */

import { LEVELS, type Level } from '../../domain/log-level.ts'
import { ALL, changeLevel, createLogLevels } from '../../use-cases/log-levels.ts'
import { readDaemons } from '../../use-cases/status.ts'
import { Duration } from '../../util/units.ts'
import { cliActor, openAudit } from '../actor.ts'
import { print } from '../print.ts'
import { withSession } from '../session.ts'

export interface LogOptions {
  /** A duration such as 10m. */
  readonly for: string
  /** Id of a daemon. */
  readonly daemon?: string
}

/** @returns 0, 1 if there is no such daemon, 2 for an invalid level or time */
export const logCommand = (configDir: string, level: string | undefined, options: LogOptions): Promise<number> =>
  withSession(configDir, async session => {
    const { redis, keys, config } = session
    const levels = createLogLevels({ redis, keys, now: Date.now })
    if (level === undefined) {
      const inForce = (await levels.read()).filter(({ until }) => until > Date.now())
      if (inForce.length === 0) console.log(`All daemons log at the configured level, ${config.settings.log.level}.`)
      else
        print(inForce, [
          { title: 'Daemon', value: ({ daemon }) => (daemon === ALL ? 'all' : daemon) },
          { title: 'Level', value: each => each.level },
          { title: 'Until', value: ({ until }) => new Date(until).toISOString() },
          { title: 'By', value: ({ by }) => by },
        ])
      return 0
    }
    const lasting = Duration.safeParse(options.for)
    const wanted = level === 'default' ? null : LEVELS.find(each => each === level)
    if (wanted === undefined || !lasting.success) {
      console.error(
        lasting.success
          ? `${JSON.stringify(level)} is not a level. Levels: ${LEVELS.join(', ')}, default`
          : `--for ${lasting.error.issues[0]?.message}`,
      )
      return 2
    }
    const parts = { levels, audit: openAudit(session), daemons: () => readDaemons({ redis, keys, now: Date.now }) }
    const wish = { level: wanted as Level | null, daemon: options.daemon ?? ALL, lasts: lasting.data } // checked above
    const outcome = await changeLevel({ ...parts, now: Date.now }, cliActor(), wish)
    if (outcome.kind === 'done') console.log(outcome.result)
    else console.error(outcome.why)
    return outcome.kind === 'done' ? 0 : 1
  })
