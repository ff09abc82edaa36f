/** Imports sources from OPML, and exports the catalogue as OPML. */

import express, { type Request, Router } from 'express'
import type { PageParts } from '../../web/parts.ts'
import { type StoredProposals, showAddress } from './proposals.ts'
import { importPage, planPage } from './view.ts'

const MAX_OPML = '4mb'

/** The fields of a multipart form, as the platform parses them. @returns null if it is not such a form */
const parseForm = async (request: Request): Promise<FormData | null> => {
  const type = request.headers['content-type'] ?? ''
  if (!(request.body instanceof Uint8Array)) return null
  try {
    return await new globalThis.Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData()
  } catch {
    return null
  }
}

const readFile = async (form: FormData): Promise<Uint8Array> => {
  const [file, text] = [form.get('file'), form.get('text')]
  if (file !== null && typeof file !== 'string' && file.size > 0) return new Uint8Array(await file.arrayBuffer())
  return new TextEncoder().encode(typeof text === 'string' ? text : '')
}

export const opmlRoutes = ({ adding, sections, show }: PageParts, proposals: StoredProposals): Router => {
  const router = Router()

  router.get('/import', (request, response) => {
    show(request, response, { title: 'Import OPML', at: '/sources', body: importPage(sections(), null) })
  })

  router.post('/import', express.raw({ type: 'multipart/form-data', limit: MAX_OPML }), async (request, response) => {
    const fields = await parseForm(request)
    const section = String(fields?.get('section') ?? '')
    const fallback = sections().some(({ id }) => id === section) ? section : (sections()[0]?.id ?? 'world')
    const plan = fields ? adding.readOpml(await readFile(fields), fallback) : null
    if (plan?.kind !== 'plan') {
      const error = plan ? `That is not OPML: ${plan.detail}.` : 'The form contains no file.'
      const body = importPage(sections(), error)
      return show(request, response, { title: 'Import OPML', at: '/sources', status: 422, body, data: { error } })
    }
    const token = await proposals.keep(plan.added)
    show(request, response, {
      title: 'Import these sources?',
      at: '/sources',
      body: planPage(plan, { token }, showAddress),
      data: { token, count: plan.added.length, left: plan.left },
    })
  })

  router.get('/export.opml', (_request, response) => {
    response.type('text/x-opml').attachment('newsdesk-sources.opml').send(adding.writeOpml())
  })
  return router
}
