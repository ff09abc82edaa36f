/** Brings schedules, subscriptions and published lists in line with the configuration. */

import type { Logger } from 'pino'
import type { Source } from '../domain/source.ts'
import { shadowed } from '../sources/catalogue/catalogue.ts'
import type { Container } from './container.ts'

/** @param file the sources of sources.yaml @param said why, for the log */
export const applyConfiguration = async (
  { lists, sources, push, catalogue, knownNames }: Container,
  file: readonly Source[],
  log: Logger,
  said: string,
): Promise<void> => {
  await lists.publisher.publishSections()
  await knownNames.note()
  const { added, removed } = await sources.sync()
  const subscriptions = await push.reconcile()
  for (const problem of catalogue.overlay().problems)
    log.warn({ event: 'sources.overlay_problem', reason: problem }, 'a change made outside sources.yaml has no effect')
  for (const source of shadowed(file, catalogue.overlay()))
    log.info(
      { event: 'sources.shadowed', source },
      'added with the command line, and now also in sources.yaml: the file takes precedence',
    )
  log.info(
    { event: 'sources.scheduled', sources: sources.list().length, added, removed, push: subscriptions, reason: said },
    'sources scheduled',
  )
}
