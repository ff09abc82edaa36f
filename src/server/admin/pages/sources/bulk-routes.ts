/** Actions on several sources: first a confirmation with their number, then the action. */

import express, { Router } from 'express'
import type { Source, SourceId } from '../../../../domain/source.ts'
import type { Actor } from '../../../../use-cases/audit-log.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, backOf } from '../../web/respond.ts'
import { confirmPage } from './bulk-view.ts'
import { describeBulk } from './messages.ts'
import { describeSources, select } from './query.ts'
import { ACTION_NAMES, type Action, type BulkChoice, chooseSources, readChoice } from './selection.ts'

/** Room for a selection of 500 ids of 64 characters. */
const MAX_FORM = '100kb'

export const bulkRoutes = ({
  sources,
  readSummaries,
  sourceActions,
  recrawlGap,
  show,
  log,
  now,
}: PageParts): Router => {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: MAX_FORM })

  const chosenBy = async (choice: BulkChoice) => {
    const all = await readSummaries()
    const { matching } = select(all, choice.filter, now())
    return chooseSources(choice, describeSources(all, now()), matching)
  }

  /** Acts on sources. @returns what undoes it, and which were left alone because they are cooling down */
  const act = async (by: Actor, action: Action, wanted: readonly Source[]) => {
    const ids = wanted.map(({ id }) => id)
    if (action === 'crawl') {
      const { cooling } = await sourceActions.crawl(by, wanted)
      return { undo: null, skipped: new Set(cooling.map(({ source }) => source)) }
    }
    if (action === 'remove') {
      const standing = await sourceActions.capture(ids)
      await sourceActions.remove(by, ids)
      return { undo: { kind: 'removed' as const, sources: [...standing] }, skipped: new Set<SourceId>() }
    }
    const enabled = action === 'resume'
    await sourceActions.setEnabled(by, ids, enabled)
    return { undo: { kind: 'enabled' as const, ids, enabled }, skipped: new Set<SourceId>() }
  }

  router.get('/confirm', async (request, response) => {
    const choice = readChoice(request.query)
    if (!choice) return show.message(request, response, 400, 'No action', 'The URL names no action.')
    const chosen = await chosenBy(choice)
    const cooling = choice.do === 'crawl' ? await sourceActions.cooling(chosen.to.map(({ source }) => source.id)) : 0
    const ids = chosen.to.map(({ source }) => source.id)
    show(request, response, {
      title: `${ACTION_NAMES[choice.do]} sources?`,
      at: '/sources',
      body: confirmPage({ choice, chosen, cooling, coolDown: recrawlGap(), back: backOf(request, '/sources') }),
      data: { do: choice.do, count: ids.length, left: chosen.left, cooling, ids },
    })
  })

  router.post('/act', form, async (request, response) => {
    const choice = readChoice(request.body)
    if (!choice) return show.message(request, response, 400, 'No action', 'The form names no action.')
    const { to } = await chosenBy(choice)
    // Read from the catalogue: summaries have no credentials in their URLs.
    const wanted = to.flatMap(({ source }) => sources.get(source.id) ?? [])
    const ids = wanted.map(({ id }) => id)
    const by = actorOf(request, response)
    const { undo, skipped } = ids.length === 0 ? { undo: null, skipped: new Set() } : await act(by, choice.do, wanted)
    const [action, cooling] = [choice.do, skipped.size]
    const names = wanted.flatMap(({ id, name }) => (skipped.has(id) ? [] : [name]))
    const count = names.length
    log.info(
      { event: 'admin.sources_changed', action, count, cooling, by: by.name, address: by.from },
      'sources changed in the admin UI',
    )
    const back = backOf(request, '/sources')
    // The page of a source that was removed is gone.
    const isGone = action === 'remove' && ids.some(id => back.startsWith(`/sources/${id}`))
    await show.done(request, response, {
      ...{ text: describeBulk(action, names, cooling, recrawlGap()), undo },
      to: isGone || back.startsWith('/sources/-/') ? '/sources' : back,
      data: { do: action, count, cooling },
    })
  })
  return router
}
