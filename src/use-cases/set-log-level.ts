/** Changes log levels and records that in the audit; shared by the admin UI and the command line. */

import type { Level } from '../domain/log-level.ts'
import { type Actor, type Audit, failureOf } from './audit-log.ts'
import type { EditOutcome } from './editing.ts'
import { ALL, LONGEST, type LogLevels } from './log-levels.ts'

export interface LevelActParts {
  readonly levels: LogLevels
  readonly audit: Pick<Audit, 'begin'>
  readonly daemons: () => Promise<readonly { readonly id: string }[]>
  readonly now: () => number
}

export interface LevelWish {
  /** null returns to the configured level at once. */
  readonly level: Level | null
  /** Id of a daemon, or `*`. */
  readonly daemon: string
  /** ms; no more than a day. */
  readonly lasts: number
}

/** @returns the level in effect now, in words */
export const changeLevel = async (
  { levels, audit, daemons, now }: LevelActParts,
  by: Actor,
  { level, daemon, lasts }: LevelWish,
): Promise<EditOutcome<string>> => {
  const who = daemon === ALL ? 'all daemons' : daemon
  if (daemon !== ALL && !(await daemons()).some(({ id }) => id === daemon))
    return { kind: 'missing', why: `No daemon ${JSON.stringify(daemon)} runs; \`newsdesk status\` names them.` }
  const before = (await levels.read()).find(each => each.daemon === daemon && each.until > now())
  const was = before ? { level: before.level, until: new Date(before.until).toISOString() } : null
  const end = await audit.begin({ by, what: 'log.level', on: who, before: was })
  try {
    if (level === null) {
      const ended = await levels.end(daemon)
      await end(...(ended ? [{ after: 'as configured' }] : []))
      return { kind: 'done', result: `As configured: ${who}.` }
    }
    const until = now() + Math.min(lasts, LONGEST)
    await levels.set({ daemon, level, until, by: by.name })
    const shown = new Date(until).toISOString()
    await end({ after: { level, until: shown } })
    return { kind: 'done', result: `${level} until ${shown}: ${who}.` }
  } catch (error) {
    await end({ outcome: failureOf(error) })
    throw error
  }
}
