/** What changed in a list lately. */

import { Router } from 'express'
import type { PageParts } from '../../web/parts.ts'
import { textOf } from '../../web/respond.ts'
import { changesPage } from './view.ts'

const HOUR = 3_600_000
const SPANS = new Map([
  ['1h', HOUR],
  ['6h', 6 * HOUR],
  ['24h', 24 * HOUR],
  ['48h', 48 * HOUR],
])

export const changesRoutes = ({ listChanges, listNames, show, now }: PageParts): Router => {
  const router = Router()
  router.get('/', async (request, response) => {
    const lists = listNames()
    const wanted = textOf(request.query, 'list') || 'must-reads'
    if (!lists.includes(wanted)) {
      show.message(request, response, 404, 'No such list', `There is no list ${JSON.stringify(wanted.slice(0, 200))}.`)
      return
    }
    const asked = textOf(request.query, 'span')
    const [span, lasts] = [...SPANS].find(([name]) => name === asked) ?? ['1h', HOUR]
    const changes = await listChanges(wanted, now() - lasts)
    show(request, response, {
      title: `Changes of ${wanted}`,
      at: '/changes',
      body: changesPage({ lists, spans: [...SPANS.keys()], span, changes, now: now() }),
      data: changes,
    })
  })
  return router
}
