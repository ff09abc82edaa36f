/** The user of the command line, as the audit log names them, and the actions that the admin UI uses, too. */

import { userInfo } from 'node:os'
import { createMoves } from '../../jobs/retry-quarantined.ts'
import { addArticles, addRecrawl } from '../queues/queues.ts'
import { createRecrawlGap } from '../sources/store/recrawl-gap.ts'
import { type Actor, type Audit, createAudit } from '../use-cases/audit-log.ts'
import { createSourceActions, type SourceActions } from '../use-cases/source-actions.ts'
import type { Session } from './session.ts'

/** The name of the system user, or its number if it has no name, as in a container. */
const readOsUser = (): string => {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

export const cliActor = (): Actor => ({ name: `cli:${readOsUser()}`, from: null })

export const openAudit = ({ redis, keys }: Session): Audit => createAudit({ redis, keys, now: Date.now })

export const openSourceActions = (session: Session): SourceActions => {
  const { config, redis, keys, catalogue, sources, queues } = session
  return createSourceActions({
    ...{ redis, keys, catalogue, sources, audit: openAudit(session) },
    recrawl: async id => addRecrawl(await queues(), id),
    moves: createMoves({
      sources,
      settings: () => config.settings,
      addArticles: async batches => addArticles(await queues(), batches),
    }),
    gap: createRecrawlGap({ redis, keys, gap: () => config.settings.admin.recrawlGap }),
  })
}
