/** Changes log levels and records that in the audit; shared by the admin UI and the command line. */

import type { Level } from '../domain/log-level.ts'
import type { Actor, Audit } from './audit-log.ts'
import type { EditOutcome } from './editing.ts'
import { ALL, LONGEST, type LogLevels } from './log-levels.ts'

export interface LevelActParts {
  readonly levels: LogLevels
  readonly audit: Pick<Audit, 'around'>
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
  const action = { by, what: 'log.level', on: who, before: was }
  if (level === null) {
    const describe = (ended: boolean) => (ended ? { after: 'as configured' } : [])
    await audit.around(action, () => levels.end(daemon), describe)
    return { kind: 'done', result: `As configured: ${who}.` }
  }
  const until = now() + Math.min(lasts, LONGEST)
  const shown = new Date(until).toISOString()
  const set = () => levels.set({ daemon, level, until, by: by.name })
  await audit.around(action, set, () => ({ after: { level, until: shown } }))
  return { kind: 'done', result: `${level} until ${shown}: ${who}.` }
}
