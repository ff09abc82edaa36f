/** Actions on several sources: first a confirmation with their number, then the action. */

import express, { Router } from 'express'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, done } from '../../web/respond.ts'
import { confirmPage } from './bulk-view.ts'
import { describeSources, select } from './query.ts'
import { ACTION_NAMES, type BulkChoice, chooseSources, readChoice } from './selection.ts'

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

  router.get('/confirm', async (request, response) => {
    const choice = readChoice(request.query)
    if (!choice) return show.message(request, response, 400, 'No action', 'The URL names no action.')
    const chosen = await chosenBy(choice)
    const cooling = choice.do === 'crawl' ? await sourceActions.cooling(chosen.to.map(({ source }) => source.id)) : 0
    const ids = chosen.to.map(({ source }) => source.id)
    show(request, response, {
      title: `${ACTION_NAMES[choice.do]} sources?`,
      at: '/sources',
      body: confirmPage({ choice, chosen, cooling, coolDown: recrawlGap() }),
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
    const report = { do: choice.do, count: ids.length, cooling: 0 }
    if (ids.length > 0) {
      if (choice.do === 'crawl') {
        const { cooling } = await sourceActions.crawl(by, wanted)
        report.cooling = cooling.length
        report.count -= cooling.length
      } else if (choice.do === 'remove') await sourceActions.remove(by, ids)
      else await sourceActions.setEnabled(by, ids, choice.do === 'resume')
    }
    const { do: action, count, cooling } = report
    log.info(
      { event: 'admin.sources_changed', action, count, cooling, by: by.name, address: by.from },
      'sources changed in the admin UI',
    )
    const back = new URLSearchParams({ did: report.do, count: String(report.count), cooling: String(report.cooling) })
    done(request, response, `/sources?${back}`, report)
  })
  return router
}
