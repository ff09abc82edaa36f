/** `newsdesk sources pause`, `resume` and `remove`: live in every daemon within a second or two, and after any restart. */

import { nearestTo } from '../../../config/problems.ts'
import type { SourceId } from '../../../domain/source.ts'
import { cliActor, openSourceActions } from '../../actor.ts'
import { canAsk, confirm } from '../../prompt.ts'
import { type Session, withSession } from '../../session.ts'

export type Change = 'pause' | 'resume' | 'remove'

const DONE: Readonly<Record<Change, string>> = { pause: 'paused', resume: 'resumed', remove: 'removed' }

/** Ids of the catalogue; to resume, also those of the file that were removed. */
const listKnownIds = ({ sources, config }: Session, change: Change): readonly SourceId[] => [
  ...sources.list().map(({ id }) => id),
  ...(change === 'resume' ? config.sources.map(({ id }) => id) : []),
]

/** @returns 0 done; 1 asked and not wanted; 2 where there is no such source, or nobody to ask */
export const changeCommand = (
  configDir: string,
  change: Change,
  wanted: readonly string[],
  { yes, json }: { yes: boolean; json: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const { catalogue } = session
    const known = listKnownIds(session, change)
    const ids = known.filter((id, index) => wanted.includes(id) && known.indexOf(id) === index)
    const unknown = wanted.filter(id => !known.some(each => each === id))
    if (unknown.length > 0) {
      for (const id of unknown) {
        const meant = nearestTo(id, known)
        console.error(
          `No source ${JSON.stringify(id)}${meant ? `; did you mean ${meant}?` : '. `newsdesk sources` lists them.'}`,
        )
      }
      return 2
    }
    if (change === 'remove' && !yes) {
      if (!canAsk()) {
        console.error('Nothing was removed: this is no terminal to ask in. Say --yes.')
        return 2
      }
      if (!(await confirm(`Remove ${ids.join(', ')} and what is known of ${ids.length === 1 ? 'it' : 'them'}?`)))
        return 1
    }
    const acts = openSourceActions(session)
    if (change === 'remove') await acts.remove(cliActor(), ids)
    else await acts.setEnabled(cliActor(), ids, change === 'resume')
    if (json) console.log(JSON.stringify(ids.map(id => ({ id, [DONE[change]]: true }))))
    else
      for (const id of ids)
        console.log(
          change === 'remove' && catalogue.isInFile(id)
            ? `${id} removed. It still stands in sources.yaml: take it out there too, or \`newsdesk sources resume ${id}\` brings it back.`
            : `${id} ${DONE[change]}.`,
        )
    return 0
  })
