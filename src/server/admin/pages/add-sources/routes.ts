/** Adds sources by URL: searches for feeds, proposes them, and adds those that are confirmed. */

import express, { type Request, type Response, Router } from 'express'
import type { Source } from '../../../../domain/source.ts'
import { CatalogueError } from '../../../../sources/catalogue/catalogue.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'
import { opmlRoutes } from './opml-routes.ts'
import { createProposals, showAddress } from './proposals.ts'
import { addPage, foundPage } from './view.ts'

export const addSourcesRoutes = (parts: PageParts): Router => {
  const { adding, sourceActions, sections, show, log, now } = parts
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: '100kb', parameterLimit: 5_000 })
  const proposals = createProposals(parts)
  router.use(opmlRoutes(parts, proposals))

  router.get('/add', (request, response) => {
    show(request, response, { title: 'Add a source', at: '/sources', body: addPage('', null) })
  })

  router.post('/find', form, async (request, response) => {
    const typed = textOf(request.body, 'url').trim().slice(0, 2_000)
    const found = await adding.find(typed)
    if (found.kind === 'none') {
      const [body, data] = [addPage(typed, found.why), { error: found.why }]
      return show(request, response, { title: 'Add a source', at: '/sources', status: 422, body, data })
    }
    const token = await proposals.keep(found.proposals.map(({ source }) => source))
    show(request, response, {
      title: 'Add which feeds?',
      at: '/sources',
      body: foundPage(found, { token, sections: sections(), now: now() }, showAddress),
      data: {
        token,
        feeds: found.proposals.map(each => ({ ...each, source: { ...each.source, url: showAddress(each.source) } })),
      },
    })
  })

  const pickSources = (kept: readonly Source[], request: Request): readonly Source[] => {
    const { pick }: { pick?: unknown } = request.body ?? {}
    const picks = new Set([pick].flat().map(String))
    return kept.flatMap((source, place) => {
      if (!picks.has('all') && !picks.has(String(place))) return []
      const section = textOf(request.body, `section-${place}`)
      return [sections().some(({ id }) => id === section) ? { ...source, section } : source]
    })
  }

  router.post('/add', form, async (request: Request, response: Response) => {
    const proposed = await proposals.take(textOf(request.body, 'token'))
    if (proposed === null)
      return show.message(request, response, 410, 'Too late', 'This proposal has expired: search again.')
    const wanted = pickSources(proposed, request)
    const by = actorOf(request, response)
    try {
      if (wanted.length > 0) await sourceActions.add(by, wanted)
    } catch (error) {
      if (!(error instanceof CatalogueError)) throw error
      return show.message(request, response, 409, 'Nothing was added', error.message)
    }
    const { name, from: address } = by
    log.info({ event: 'admin.sources_added', count: wanted.length, by: name, address }, 'sources added in the admin UI')
    const ids = wanted.map(({ id }) => id)
    const [only] = wanted
    await show.done(request, response, {
      text: ids.length === 1 ? `Added ${only?.name}.` : `Added ${ids.length} sources.`,
      to: only && ids.length === 1 ? `/sources/${only.id}` : '/sources',
      data: { added: ids },
    })
  })
  return router
}
