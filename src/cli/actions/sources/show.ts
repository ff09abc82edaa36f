/** `newsdesk sources`: the sources with their last and next fetch, as a table or JSON. */

import { readSourceStatus, stateOf } from '../../../use-cases/source-status.ts'
import { formatDuration } from '../../../util/duration.ts'
import { formatAgo, print } from '../../print.ts'
import { withSession } from '../../session.ts'

export const sourcesCommand = (
  configDir: string,
  { json, failing }: { json: boolean; failing: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const sources = await readSourceStatus({ ...session, now: Date.now })
    const rows = failing
      ? sources.filter(({ state, late }) => state.status === 'failing' || state.status === 'refused' || late > 0)
      : sources
    if (json) console.log(JSON.stringify(rows, null, 2))
    else {
      print(rows, [
        { title: 'Source', value: row => row.source.id },
        { title: 'Section', value: row => row.source.section },
        { title: 'State', value: stateOf },
        { title: 'Fetched', value: row => formatAgo(row.state.lastFetchAt) },
        {
          title: 'Next',
          value: row =>
            row.state.nextAt === null
              ? ''
              : row.state.nextAt > Date.now()
                ? `in ${formatDuration(row.state.nextAt - Date.now())}`
                : 'now',
        },
        { title: 'New', value: row => String(row.state.newItems), align: 'right' },
        {
          title: 'Why',
          value: row =>
            [
              row.state.status === 'retired' || !row.state.lastError
                ? row.state.nextReason
                : `${row.state.lastError.reason}: ${row.state.lastError.detail}`,
              row.state.refusals
                ? `all items refused (${row.state.refusals.count} in a row: ${row.state.refusals.reason})`
                : null,
              row.state.adopted ? `moved to ${row.state.adopted.url}, fetched there` : null,
              row.state.places.held ? `now leads to ${row.state.places.held.to}: accept or refuse it` : null,
              row.state.unreliableValidators ? `its validators ${row.state.unreliableValidators.how}` : null,
            ]
              .filter(part => part !== null)
              .join('; '),
          flexible: true,
        },
      ])
    }
    return 0
  })
