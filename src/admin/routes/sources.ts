/** The page of the sources, and what is done there. */

import { type Request, Router } from 'express'
import { withoutCredentials } from '../../feed/redact.ts'
import { readDaily } from '../../sources/daily.ts'
import type { DeskParts } from '../desk.ts'
import { whoOf } from '../guard.ts'
import { type SourceRow, sourcesPage } from '../pages/sources.ts'
import { type Listed, SourcesQuery, select } from '../sources-query.ts'
import { mayAct } from '../who/who.ts'
import { actorOf, done, textOf } from './show.ts'

export const sourcesRoutes = ({ sources, glance, sections, sourceActs, show, log, now }: DeskParts): Router => {
  const router = Router()

  /** The rest of what a row shows, read for this page alone. */
  const rowOf = async (listed: Listed): Promise<SourceRow> => {
    const { source } = listed
    const { nextReason, lastError, adopted, daily } = await sources.state(source.id)
    return {
      ...listed,
      link: source.site ?? source.url,
      nextReason,
      detail: lastError?.detail ?? null,
      movedTo: adopted && withoutCredentials(adopted.url),
      daily: readDaily(daily, now()),
    }
  }

  router.get('/', async (request, response) => {
    const query = SourcesQuery.parse(request.query)
    const selected = select(await glance(), query, now())
    const rows = await Promise.all(selected.rows.map(rowOf))
    const who = whoOf(response)
    const view = {
      query,
      selection: { ...selected, rows },
      sections: sections(),
      mayAct: who !== null && mayAct(who),
      now: now(),
    }
    const { page, pages, found, all, states, reasons } = selected
    show(request, response, {
      title: 'Sources',
      at: '/sources',
      body: sourcesPage(view),
      message: saying(request, id => sources.get(id)?.name),
      data: { page, pages, found, all, states: Object.fromEntries(states), reasons: Object.fromEntries(reasons), rows },
    })
  })

  router.post('/:id/crawl', async (request, response) => {
    const source = sources.get(request.params.id)
    if (!source) {
      show.message(request, response, 404, 'No such source', 'It may have been removed meanwhile.')
      return
    }
    const by = actorOf(request, response)
    const job = await sourceActs.crawl(by, source)
    log.info({ source: source.id, job, by: by.name, address: by.from }, 're-crawl asked for in the desk')
    done(request, response, `/sources?q=${encodeURIComponent(source.id)}&crawling=${encodeURIComponent(source.id)}`, {
      source: source.id,
      job,
    })
  })
  return router
}

const saying = ({ query }: Request, nameOf: (id: string) => string | undefined): string | null => {
  const name = nameOf(textOf(query, 'crawling'))
  return name ? `${name} is being crawled again. Load this page again in a moment.` : null
}
