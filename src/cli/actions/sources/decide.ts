/** `newsdesk sources accept` and `refuse`: whether the new location of a source belongs to its publisher. */

import { withoutCredentials } from '../../../util/redact.ts'
import { cliActor, openSourceActions } from '../../actor.ts'
import { withSession } from '../../session.ts'
import { reportUnknownSource } from '../../unknown-source.ts'

/** @returns 0 if done; 1 if nothing of the source is held; 2 if there is no such source */
export const decideCommand = (
  configDir: string,
  decision: 'accept' | 'refuse',
  id: string,
  { json }: { json: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const source = session.sources.get(id)
    if (!source) {
      reportUnknownSource(
        id,
        session.sources.list().map(each => each.id),
      )
      return 2
    }
    const outcome = await openSourceActions(session).decideMove(cliActor(), source, decision)
    if (json) console.log(JSON.stringify({ id, ...outcome }))
    if (outcome.kind === 'none') {
      if (!json) console.error(`Nothing of ${id} is held: its URL does not lead elsewhere.`)
      return 1
    }
    const to = withoutCredentials(outcome.to)
    const items = outcome.items === 1 ? '1 item' : `${outcome.items} items`
    if (!json)
      console.log(
        outcome.kind === 'accepted'
          ? `${id}: accepted ${to}; ingesting ${items} held from there. Update its url in sources.yaml.`
          : `${id}: refused ${to}; deleted ${items} held from there, and newsdesk ingests nothing more from it.`,
      )
    return 0
  })
