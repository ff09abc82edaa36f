/** The quarantine in the admin pages: what is kept and why, a look at it as text, and reading it again. Stands behind the log-in. */

import { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import { decode } from '../feed/decode.ts'
import { SourceId } from '../sources/source.ts'
import type { Sources } from '../sources/sources.ts'
import { bodyPage, quarantinePage } from './quarantine-pages.ts'

/** What became of a body that was read again, as far as a page tells it. */
interface Replayed {
  readonly outcome: 'read' | 'unreadable' | 'gone' | 'no-source'
  readonly detail: string
  readonly new: number
  readonly edited: number
}

export interface QuarantineRouteParts {
  readonly sources: Pick<Sources, 'list' | 'quarantine'>
  readonly replay: (source: SourceId, body: string) => Promise<Replayed>
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

/** Characters of a body shown: more would only slow the page. */
const SHOWN = 200_000

export const quarantineRoutes = ({ sources, replay, log, now }: QuarantineRouteParts): Router => {
  const router = Router()

  /** The body that an address names, or null when told that there is none. */
  const found = async (request: Request, response: Response) => {
    const id = SourceId.safeParse(request.params.source)
    const bodies = id.success ? await sources.quarantine.bodies(id.data) : []
    const body = bodies.find(each => each.id === request.params.body)
    if (!body) response.status(404).type('text').send('It is in quarantine no more.')
    return body ?? null
  }

  router.get('/', async (request, response) => {
    const [bodies, refused] = await Promise.all([
      sources.quarantine.bodies(),
      sources.quarantine.refused(sources.list().map(({ id }) => id)),
    ])
    response.send(quarantinePage(bodies, refused, saying(request), now()))
  })
  router.get('/:source/:body', async (request, response) => {
    const body = await found(request, response)
    if (!body) return
    const bytes = await sources.quarantine.read(body.source, body.id)
    const { text } = decode(bytes ?? new Uint8Array(), body.contentType)
    response.send(bodyPage(body, text.slice(0, SHOWN), text.length > SHOWN, now()))
  })
  router.post('/:source/:body/replay', async (request, response) => {
    const body = await found(request, response)
    if (!body) return
    const { outcome, detail, ...counts } = await replay(body.source, body.id)
    log.info({ source: body.source, body: body.id, outcome, detail, address: request.ip }, 'replayed from quarantine')
    response.redirect(303, `/quarantine?outcome=${outcome}&new=${counts.new}&edited=${counts.edited}`)
  })
  router.post('/:source/:body/drop', async (request, response) => {
    const body = await found(request, response)
    if (!body) return
    await sources.quarantine.drop(body.source, body.id)
    log.info({ source: body.source, body: body.id, address: request.ip }, 'dropped from quarantine')
    response.redirect(303, '/quarantine?outcome=dropped')
  })
  return router
}

/** What the last click did: only words of ours, whatever the address says. */
const saying = ({ query }: Request): string | null => {
  const count = (name: string) => Number.parseInt(String(query[name] ?? ''), 10) || 0
  switch (query.outcome) {
    case 'read':
      return `It could be read: ${count('new')} new and ${count('edited')} edited items are being taken in.`
    case 'unreadable':
      return 'It still cannot be read; it stays here.'
    case 'no-source':
      return 'Its source is in the catalogue no more; drop it.'
    case 'dropped':
      return 'Dropped.'
    case 'gone':
      return 'It was gone already.'
    default:
      return null
  }
}
