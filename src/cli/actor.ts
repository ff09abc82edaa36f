/** The command line as one who acts: under the name of the machine's user, through what the desk acts by, so that both are in the audit. */

import { userInfo } from 'node:os'
import { movesOf } from '../../jobs/retry-quarantined.ts'
import { addArticles, addRecrawl } from '../queues/queues.ts'
import { createSourceActs, type SourceActs } from '../use-cases/actions.ts'
import { type Actor, type Audit, createAudit } from '../use-cases/audit-log.ts'
import type { Session } from './session.ts'

/** The user of the machine; a number where it has no name, as in a container. */
const osUser = (): string => {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

export const cliActor = (): Actor => ({ name: `cli:${osUser()}`, from: null })

export const openAudit = ({ redis, keys }: Session): Audit => createAudit({ redis, keys, now: Date.now })

export const openSourceActions = (session: Session): SourceActs => {
  const { config, redis, keys, catalogue, sources, queues } = session
  return createSourceActs({
    ...{ redis, keys, catalogue, sources, audit: openAudit(session) },
    recrawl: id => addRecrawl(queues, id),
    moves: movesOf({
      sources,
      settings: () => config.settings,
      addArticles: batches => addArticles(queues, batches),
    }),
    // Whoever has the terminal may do everything, and scripts wait for what they asked for.
    coolDown: () => 0,
  })
}
