/**
 * Adds sources by URL or from OPML, and exports the catalogue as OPML. A proposal is stored for a while, and added as
 * it was shown.
 */

import express, { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { Source } from '../../../../domain/source.ts'
import { CatalogueError } from '../../../../sources/catalogue/catalogue.ts'
import { withoutCredentials } from '../../../../util/redact.ts'
import { newSecret } from '../../auth/passwords.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, done, textOf } from '../../web/respond.ts'
import { addPage, foundPage, importPage, planPage } from './view.ts'

/** Seconds for which a proposal can be confirmed. */
const PROPOSAL_TTL = 900
const LARGEST_OPML = '4mb'

/** The schema of sources in configuration, without the interval, which is a duration there; no proposal has one. */
const StoredSources = z.array(Source.omit({ interval: true }))

const shown = ({ url }: Source): string => withoutCredentials(url)

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

export const addSourcesRoutes = ({ redis, keys, adding, sourceActs, sections, show, log, now }: PageParts): Router => {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: '100kb', parameterLimit: 5_000 })
  const buildKey = (token: string) => keys.admin(`adding:${token}`)

  const keep = async (sources: readonly Source[]): Promise<string> => {
    const token = newSecret()
    await redis.set(buildKey(token), JSON.stringify(sources), 'EX', PROPOSAL_TTL)
    return token
  }

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
    const token = await keep(found.proposals.map(({ source }) => source))
    show(request, response, {
      title: 'Add which feeds?',
      at: '/sources',
      body: foundPage(found, { token, sections: sections(), now: now() }, shown),
      data: {
        token,
        feeds: found.proposals.map(each => ({ ...each, source: { ...each.source, url: shown(each.source) } })),
      },
    })
  })

  router.get('/import', (request, response) => {
    show(request, response, { title: 'Import OPML', at: '/sources', body: importPage(sections(), null) })
  })

  router.post(
    '/import',
    express.raw({ type: 'multipart/form-data', limit: LARGEST_OPML }),
    async (request, response) => {
      const fields = await parseForm(request)
      const section = String(fields?.get('section') ?? '')
      const fallback = sections().some(({ id }) => id === section) ? section : (sections()[0]?.id ?? 'world')
      const plan = fields ? adding.readOpml(await readFile(fields), fallback) : null
      if (plan?.kind !== 'plan') {
        const why = plan ? `That is not OPML: ${plan.detail}.` : 'The form contains no file.'
        const body = importPage(sections(), why)
        return show(request, response, {
          title: 'Import OPML',
          at: '/sources',
          status: 422,
          body,
          data: { error: why },
        })
      }
      const token = await keep(plan.added)
      show(request, response, {
        title: 'Import these sources?',
        at: '/sources',
        body: planPage(plan, { token }, shown),
        data: { token, count: plan.added.length, left: plan.left },
      })
    },
  )

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
    // Deleted at once, so that a form sent twice adds sources once.
    const text = await redis.getdel(buildKey(textOf(request.body, 'token').slice(0, 100)))
    if (text === null)
      return show.message(request, response, 410, 'Too late', 'This proposal has expired: search again.')
    const wanted = pickSources(StoredSources.parse(JSON.parse(text)), request)
    const by = actorOf(request, response)
    try {
      if (wanted.length > 0) await sourceActs.add(by, wanted)
    } catch (error) {
      if (!(error instanceof CatalogueError)) throw error
      return show.message(request, response, 409, 'Nothing was added', error.message)
    }
    log.info({ count: wanted.length, by: by.name, address: by.from }, 'sources added in the admin UI')
    const ids = wanted.map(({ id }) => id)
    const to = ids.length === 1 ? `/sources/${ids[0]}` : `/sources?did=add&count=${ids.length}`
    done(request, response, to, { added: ids })
  })

  router.get('/export.opml', (_request, response) => {
    response.type('text/x-opml').attachment('newsdesk-sources.opml').send(adding.writeOpml())
  })
  return router
}
