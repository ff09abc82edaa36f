/** The audit page. */

import { Router } from 'express'
import { isStreamId } from '../../../../use-cases/audit-log.ts'
import type { PageParts } from '../../web/parts.ts'
import { textOf } from '../../web/respond.ts'
import { auditPage } from './view.ts'

const PER_PAGE = 100

export const auditRoutes = ({ audit, refusals, show, now }: PageParts): Router => {
  const router = Router()
  router.get('/', async (request, response) => {
    const [who, what, on] = ['who', 'what', 'on'].map(name => textOf(request.query, name).trim().slice(0, 200))
    const filter = { who: who ?? '', what: what ?? '', on: on ?? '' }
    const before = textOf(request.query, 'before')
    const [{ entries, more }, refused] = await Promise.all([
      audit.read(filter, isStreamId(before) ? before : null, PER_PAGE),
      refusals.read(),
    ])
    const last = more ? entries.at(-1) : undefined
    const older = last ? `/audit?${new URLSearchParams({ ...filter, before: last.id })}` : null
    show(request, response, {
      title: 'Audit',
      at: '/audit',
      body: auditPage({ filter, entries, older, refused, now: now() }),
      data: { entries, older, refused },
    })
  })
  return router
}
