/** The list of sources. Single ones are in source-routes.ts, actions on several in bulk-routes.ts. */

import { type Request, Router } from 'express'
import { readDaily } from '../../../../sources/state/daily.ts'
import { withoutCredentials } from '../../../../util/redact.ts'
import { html } from '../../components/html.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { textOf } from '../../web/respond.ts'
import { addSourcesRoutes } from '../add-sources/routes.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { describeCrawl } from './messages.ts'
import { describeSources, type Listed, SourcesQuery, select } from './query.ts'
import { sourceRoutes } from './source-routes.ts'
import { type SourceRow, sourceRows, sourcesPage } from './view.ts'

/** Maximum number of rows that an open page may request at a time. */
const MAX_ROWS = 100

const parseKeys = (request: Request): ReadonlySet<string> =>
  new Set(textOf(request.query, 'keys').split(',').slice(0, MAX_ROWS))

export const sourcesRoutes = (parts: PageParts): Router => {
  const { sources, readSummaries, sections, show, now } = parts
  const router = Router()

  /** Reads the rest of a row, for the rows of this page only. */
  const readRow = async (listed: Listed): Promise<SourceRow> => {
    const { source } = listed
    const { nextReason, lastError, adopted, daily, places } = await sources.state(source.id)
    return {
      ...listed,
      link: source.site ?? source.url,
      nextReason,
      detail: lastError?.detail ?? null,
      movedTo: adopted && withoutCredentials(adopted.url),
      heldFrom: places.held && withoutCredentials(places.held.to),
      daily: readDaily(daily, now()),
    }
  }

  router.get('/', async (request, response) => {
    const query = SourcesQuery.parse(request.query)
    const selected = select(await readSummaries(), query, now())
    const rows = await Promise.all(selected.rows.map(readRow))
    const selection = { ...selected, rows }
    const { page, pages, found, all, states, reasons } = selected
    show(request, response, {
      title: 'Sources',
      at: '/sources',
      body: sourcesPage({ query, selection, sections: sections(), mayAct: can(response, 'admin'), now: now() }),
      data: { page, pages, found, all, states: Object.fromEntries(states), reasons: Object.fromEntries(reasons), rows },
    })
  })

  // No source id starts with a dash, so these paths never conflict with a source.
  router.use('/-', bulkRoutes(parts), addSourcesRoutes(parts))

  router.get('/-/rows', async (request, response) => {
    const keys = parseKeys(request)
    const wanted = (await readSummaries()).filter(({ source }) => keys.has(source.id))
    const rows = await Promise.all(describeSources(wanted, now()).map(readRow))
    response.type('html').send(sourceRows({ mayAct: can(response, 'admin'), now: now() }, rows).markup)
  })

  router.get('/-/asked', async (request, response) => {
    const known = [...parseKeys(request)].flatMap(id => sources.get(id) ?? [])
    const message = await Promise.all(
      known.map(source => describeCrawl(sources, source, Number(textOf(request.query, 'since')) || 0)),
    )
    response.type('html').send(html`${message}`.markup)
  })

  router.use(sourceRoutes(parts))
  return router
}
