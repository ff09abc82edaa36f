/** The page of one source, and actions on it. */

import express, { type Request, type Response, Router } from 'express'
import type { Source } from '../../../../domain/source.ts'
import { readDaily } from '../../../../sources/state/daily.ts'
import { shownSource, shownState } from '../../../../sources/state/public-view.ts'
import { lateBy, stateOf } from '../../../../use-cases/source-status.ts'
import { withoutCredentials } from '../../../../util/redact.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, backOf, textOf } from '../../web/respond.ts'
import { sourceEditRoutes } from './edit-routes.ts'
import { describeCooling, describeDecision } from './messages.ts'
import { type SourceView, sourcePage } from './source-view.ts'

/** All that the page of a source shows, except what depends on its reader. */
const readSource = async (
  { sources, pushLine, sourceInFile, sections, now }: PageParts,
  source: Source,
): Promise<Omit<SourceView, 'mayAct'>> => {
  const [state, history, bodies, refused] = await Promise.all([
    sources.state(source.id),
    sources.history(source.id),
    sources.quarantine.bodies(source.id),
    sources.quarantine.refused(source.id),
  ])
  const late = lateBy(source, state.nextAt, now())
  return {
    ...{ state, history, bodies, refused },
    source: shownSource(source),
    listed: { late, word: stateOf({ source, state, late }) },
    daily: readDaily(state.daily, now()),
    push: await pushLine(source.id, state),
    adopted: state.adopted && withoutCredentials(state.adopted.url),
    inFile: sourceInFile(source.id),
    sections: sections(),
    now: now(),
  }
}

/** The page as data, for scripts. */
const toData = ({ source, listed, state, daily, push, history, bodies, refused }: Omit<SourceView, 'mayAct'>) => ({
  ...{ source, ...listed },
  next: { at: state.nextAt, reason: state.nextReason },
  lastError: state.lastError,
  places: shownState(state).places,
  ...{ daily, push, history, bodies, refused },
})

export const sourceRoutes = (parts: PageParts): Router => {
  const { sources, sourceActions, recrawlGap, show, log, now } = parts
  const router = Router()

  router.use(sourceEditRoutes(parts))

  /** The source that a URL names; null after answering that there is none. */
  const findSource = (request: Request, response: Response): Source | null => {
    const source = sources.get(String(request.params.id))
    if (!source) show.message(request, response, 404, 'No such source', 'It may have been removed.')
    return source ?? null
  }

  router.get('/:id', async (request, response) => {
    const source = findSource(request, response)
    if (!source) return
    const view = await readSource(parts, source)
    show(request, response, {
      title: source.name,
      at: '/sources',
      body: sourcePage({ ...view, mayAct: can(response, 'admin') }),
      data: toData(view),
    })
  })

  router.post('/:id/place', express.urlencoded({ extended: false, limit: '8kb' }), async (request, response) => {
    const source = findSource(request, response)
    if (!source) return
    const decision = textOf(request.body, 'do')
    if (decision !== 'accept' && decision !== 'refuse')
      return show.message(request, response, 400, 'No action', 'The form names no action.')
    const by = actorOf(request, response)
    // Compare with the address shown: if it leads elsewhere by now, nothing has been decided about that.
    const { held } = (await sources.state(source.id)).places
    const seen = textOf(request.body, 'to')
    const isSame = held !== null && withoutCredentials(held.to) === seen
    const outcome = isSame ? await sourceActions.decideMove(by, source, decision, held.to) : { kind: 'none' as const }
    const { name, from: address } = by
    log.info(
      { event: 'admin.address_decided', source: source.id, action: decision, outcome: outcome.kind, by: name, address },
      'new address decided on',
    )
    const data = outcome.kind === 'none' ? outcome : { ...outcome, to: withoutCredentials(outcome.to) }
    const text = describeDecision(outcome.kind, 'items' in outcome ? outcome.items : 0)
    await show.done(request, response, { text, to: backOf(request, `/sources/${source.id}`), data })
  })

  router.post('/:id/crawl', express.urlencoded({ extended: false, limit: '1kb' }), async (request, response) => {
    const source = findSource(request, response)
    if (!source) return
    const by = actorOf(request, response)
    const since = now()
    const { jobs, cooling } = await sourceActions.crawl(by, [source])
    const [asked] = jobs
    const rest = cooling[0]?.ms ?? 0
    if (asked)
      log.info(
        { event: 'admin.recrawl', source: source.id, queued: asked.job, by: by.name, address: by.from },
        're-crawl requested in the admin UI',
      )
    else response.status(429).set('retry-after', String(Math.ceil(rest / 1_000)))
    await show.done(request, response, {
      ...(asked
        ? { text: `${source.name} is being crawled again.`, crawl: { source: source.id, since } }
        : { text: describeCooling(source.name, recrawlGap()) }),
      to: backOf(request, `/sources/${source.id}`),
      data: asked ?? { source: source.id, error: 're-crawled just now', after: rest },
    })
  })
  return router
}
