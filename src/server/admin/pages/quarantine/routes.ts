/** The pages of the quarantine: shows what could not be ingested, reads it again, drops it. */

import { type Request, type Response, Router } from 'express'
import { SourceId } from '../../../../domain/source.ts'
import { decode } from '../../../../feeds/decode.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, backOf } from '../../web/respond.ts'
import { bodyPage, quarantinePage } from './view.ts'

/** Maximum characters of a body on a page: more would only slow it down. */
const MAX_SHOWN = 200_000

export const quarantineRoutes = ({ sources, replay, audit, show, log, now }: PageParts): Router => {
  const router = Router()

  /** Finds the body that a URL names; null after answering that there is none. */
  const found = async (request: Request, response: Response) => {
    const id = SourceId.safeParse(request.params.source)
    const bodies = id.success ? await sources.quarantine.bodies(id.data) : []
    const body = bodies.find(each => each.id === request.params.body)
    if (!body) show.message(request, response, 404, 'Not found', 'It is no longer in quarantine.')
    return body ?? null
  }
  const viewOptions = (response: Response) => ({ now: now(), mayAct: can(response, 'admin') })

  router.get('/', async (request, response) => {
    const { quarantine } = sources
    const [bodies, refused, held] = await Promise.all([
      quarantine.bodies(),
      quarantine.refused(),
      quarantine.held.list(),
    ])
    show(request, response, {
      title: 'Quarantine',
      at: '/quarantine',
      body: quarantinePage(bodies, refused, held, viewOptions(response)),
      data: { bodies, refused, held },
    })
  })
  router.get('/:source/:body', async (request, response) => {
    const body = await found(request, response)
    if (!body) return
    const bytes = await sources.quarantine.read(body.source, body.id)
    const { text } = decode(bytes ?? new Uint8Array(), body.contentType)
    show(request, response, {
      title: `Quarantine of ${body.source}`,
      at: '/quarantine',
      body: bodyPage(body, text.slice(0, MAX_SHOWN), { ...viewOptions(response), isCut: text.length > MAX_SHOWN }),
    })
  })
  router.post('/:source/:body/replay', async (request, response) => {
    const body = await found(request, response)
    if (!body) return
    const by = actorOf(request, response)
    const what = { by, what: 'quarantine.replay', on: `${body.source} ${body.id}`, before: body.reason }
    const run = () => replay(body.source, body.id)
    const outcome = await audit.around(what, run, after => ({ after }))
    log.info(
      {
        ...{ event: 'admin.quarantine_replayed', source: body.source, body: body.id, outcome: outcome.outcome },
        ...{ detail: outcome.detail, new: outcome.new, edited: outcome.edited },
        ...{ by: by.name, address: by.from },
      },
      'replayed',
    )
    await show.done(request, response, { text: describeReplay(outcome), to: backTo(request), data: outcome })
  })
  router.post('/:source/:body/drop', async (request, response) => {
    const body = await found(request, response)
    if (!body) return
    const by = actorOf(request, response)
    const what = { by, what: 'quarantine.drop', on: `${body.source} ${body.id}`, before: body.reason }
    await audit.around(what, () => sources.quarantine.drop(body.source, body.id))
    log.info(
      { event: 'admin.quarantine_dropped', source: body.source, body: body.id, by: by.name, address: by.from },
      'dropped from quarantine',
    )
    await show.done(request, response, { text: 'Dropped.', to: backTo(request), data: { dropped: true } })
  })
  return router
}

/** The list that the form was on; not the page of the body, which is gone. */
const backTo = (request: Request): string => {
  const back = backOf(request, '/quarantine')
  return back.startsWith('/quarantine/') ? '/quarantine' : back
}

const describeReplay = (outcome: Awaited<ReturnType<PageParts['replay']>>): string => {
  switch (outcome.outcome) {
    case 'read':
      return `It could be read: ${outcome.new} new and ${outcome.edited} edited items are being ingested.`
    case 'unreadable':
      return 'It still cannot be read; it stays here.'
    case 'no-source':
      return 'Its source is no longer in the catalogue; drop it.'
    case 'gone':
      return 'It was already gone.'
  }
}
