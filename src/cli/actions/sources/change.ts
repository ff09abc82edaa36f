/**
 * `newsdesk sources pause`, `resume` and `remove`: every daemon applies the change within two seconds and keeps it
 * after a restart.
 */

import type { SourceId } from '../../../domain/source.ts'
import { cliActor, openSourceActions } from '../../actor.ts'
import { canAsk, confirm } from '../../prompt.ts'
import { type Session, withSession } from '../../session.ts'
import { reportUnknownSource } from '../../unknown-source.ts'

export type ChangeKind = 'pause' | 'resume' | 'remove'

const DONE: Readonly<Record<ChangeKind, string>> = { pause: 'paused', resume: 'resumed', remove: 'removed' }

/** Lists the ids of the catalogue; for resume, also those of removed sources in sources.yaml. */
const listKnownIds = ({ sources, config }: Session, change: ChangeKind): readonly SourceId[] => [
  ...sources.list().map(({ id }) => id),
  ...(change === 'resume' ? config.sources.map(({ id }) => id) : []),
]

/** @returns 0 if done; 1 if not confirmed; 2 if there is no such source, or no terminal to ask on */
export const changeCommand = (
  configDir: string,
  change: ChangeKind,
  wanted: readonly string[],
  { yes, json }: { yes: boolean; json: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const { catalogue } = session
    const known = listKnownIds(session, change)
    const ids = known.filter((id, index) => wanted.includes(id) && known.indexOf(id) === index)
    const unknown = wanted.filter(id => !known.some(each => each === id))
    for (const id of unknown) reportUnknownSource(id, known)
    if (unknown.length > 0) return 2
    if (change === 'remove' && !yes) {
      if (!canAsk()) {
        console.error('Not a terminal, cannot prompt. Pass --yes to remove without confirmation.')
        return 2
      }
      if (!(await confirm(`Remove ${ids.join(', ')} and ${ids.length === 1 ? 'its' : 'their'} state?`))) return 1
    }
    const acts = openSourceActions(session)
    if (change === 'remove') await acts.remove(cliActor(), ids)
    else await acts.setEnabled(cliActor(), ids, change === 'resume')
    if (json) console.log(JSON.stringify(ids.map(id => ({ id, [DONE[change]]: true }))))
    else
      for (const id of ids)
        console.log(
          change === 'remove' && catalogue.isInFile(id)
            ? `${id} removed. It is still in sources.yaml: remove it there, too. \`newsdesk sources resume ${id}\` restores it.`
            : `${id} ${DONE[change]}.`,
        )
    return 0
  })
