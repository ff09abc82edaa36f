/** `newsdesk sources accept` and `refuse`: whether the place that a source's address leads to is its publisher's. */

import { nearestTo } from '../../../config/problems.ts'
import { withoutCredentials } from '../../../util/redact.ts'
import { cliActor, openSourceActions } from '../../actor.ts'
import { withSession } from '../../session.ts'

/** @returns 0 done; 1 where nothing is held of the source; 2 where there is no such source */
export const decideCommand = (
  configDir: string,
  decision: 'accept' | 'refuse',
  id: string,
  { json }: { json: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const source = session.sources.get(id)
    if (!source) {
      const meant = nearestTo(
        id,
        session.sources.list().map(each => each.id),
      )
      console.error(
        `No source ${JSON.stringify(id)}${meant ? `; did you mean ${meant}?` : '. `newsdesk sources` lists them.'}`,
      )
      return 2
    }
    const outcome = await openSourceActions(session).decideMove(cliActor(), source, decision)
    if (json) console.log(JSON.stringify({ id, ...outcome }))
    if (outcome.kind === 'none') {
      if (!json) console.error(`Nothing is held of ${id}: its address leads nowhere else.`)
      return 1
    }
    const to = withoutCredentials(outcome.to)
    const items = outcome.items === 1 ? '1 item' : `${outcome.items} items`
    if (!json)
      console.log(
        outcome.kind === 'accepted'
          ? `${id}: ${to} is taken for its publisher's; ${items} that were held are being taken in. Change its url in sources.yaml.`
          : `${id}: ${to} is refused; ${items} that were held are deleted, and nothing from there is taken in.`,
      )
    return 0
  })
