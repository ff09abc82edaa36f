/** The pages of sources, the list and single ones, and actions on them. */

import express, { type Request, type Response, Router } from 'express'
import { mayAct } from '../../../../domain/actor.ts'
import type { Source } from '../../../../domain/source.ts'
import { readDaily } from '../../../../sources/state/daily.ts'
import { shownSource, shownState } from '../../../../sources/state/public-view.ts'
import { lateBy, stateOf } from '../../../../use-cases/source-status.ts'
import { formatDuration } from '../../../../util/duration.ts'
import { withoutCredentials } from '../../../../util/redact.ts'
import { type Html, html } from '../../components/html.ts'
import { whoOf } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, done, textOf } from '../../web/respond.ts'
import { addSourcesRoutes } from '../add-sources/routes.ts'
import { bulkRoutes, sayingOfMany } from './bulk-routes.ts'
import { describeSources, type Listed, SourcesQuery, select } from './query.ts'
import { sourcePage } from './source-view.ts'
import { type SourceRow, sourceRows, sourcesPage } from './view.ts'

/** Maximum number of rows that an open page may request at a time. */
const MAX_ROWS = 100

const canAct = (response: Response): boolean => {
  const who = whoOf(response)
  return who !== null && mayAct(who)
}

export const sourcesRoutes = (parts: PageParts): Router => {
  const { sources, readSummaries, sections, sourceActs, pushLine, isInFile, recrawlGap, show, log, now } = parts
  const router = Router()
  // No source id starts with a dash, so these paths never conflict with a source.
  router.use('/-', bulkRoutes(parts), addSourcesRoutes(parts))

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

  /** The outcome of a re-crawl that was requested at `since`. */
  const describeCrawl = async ({ id, name }: Source, since: number): Promise<Html> => {
    const [latest] = await sources.history(id)
    // Fetch times are stored to the second.
    const isOver = latest !== undefined && latest.at >= Math.floor(since / 1_000) * 1_000
    const message = !isOver
      ? `${name} is being crawled again.`
      : latest.outcome === 'failed'
        ? `${name} was crawled again and failed: ${latest.reason}${latest.status > 0 ? `, ${latest.status}` : ''}.`
        : `${name} was crawled again: ${latest.outcome}${latest.status > 0 ? `, ${latest.status}` : ''}, ${latest.items} new.`
    return html`<span data-key="${id}">${message}</span>`
  }

  const saying = async (request: Request): Promise<Html | string | null> => {
    const items = Number.parseInt(textOf(request.query, 'items'), 10) || 0
    const decided = textOf(request.query, 'decided')
    if (decided === 'accepted') return `Accepted: ${items} held items are being ingested.`
    if (decided === 'refused')
      return `Refused: ${items} held items were deleted, and nothing from there will be ingested.`
    if (decided === 'none')
      return 'Nothing was done: nothing is held any more, or the address now leads to another domain.'
    const source = sources.get(textOf(request.query, 'crawling'))
    const since = Number(textOf(request.query, 'since')) || 0
    const coolDown = formatDuration(recrawlGap())
    if (!source) return sayingOfMany(request, coolDown)
    if (textOf(request.query, 'cooling'))
      return `${source.name} was already re-crawled within the last ${coolDown}; try again later.`
    return html`<div id="asked" data-watch="sources" data-watch-from="/sources/-/asked?since=${since}">${await describeCrawl(source, since)}</div>`
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
      body: sourcesPage({ query, selection, sections: sections(), mayAct: canAct(response), now: now() }),
      message: await saying(request),
      data: { page, pages, found, all, states: Object.fromEntries(states), reasons: Object.fromEntries(reasons), rows },
    })
  })

  const parseKeys = (request: Request): ReadonlySet<string> =>
    new Set(textOf(request.query, 'keys').split(',').slice(0, MAX_ROWS))

  router.get('/-/rows', async (request, response) => {
    const keys = parseKeys(request)
    const wanted = (await readSummaries()).filter(({ source }) => keys.has(source.id))
    const rows = await Promise.all(describeSources(wanted, now()).map(readRow))
    response.type('html').send(sourceRows({ mayAct: canAct(response), now: now() }, rows).markup)
  })

  router.get('/-/asked', async (request, response) => {
    const known = [...parseKeys(request)].flatMap(id => sources.get(id) ?? [])
    const since = Number(textOf(request.query, 'since')) || 0
    const message = await Promise.all(known.map(source => describeCrawl(source, since)))
    response.type('html').send(html`${message}`.markup)
  })

  const unknown = (request: Request, response: Response) =>
    show.message(request, response, 404, 'No such source', 'It may have been removed.')

  router.get('/:id', async (request, response) => {
    const source = sources.get(request.params.id)
    if (!source) return unknown(request, response)
    const [state, history, bodies, refused] = await Promise.all([
      sources.state(source.id),
      sources.history(source.id),
      sources.quarantine.bodies(source.id),
      sources.quarantine.refused(source.id),
    ])
    const late = lateBy(source, state.nextAt, now())
    const listed = { late, word: stateOf({ source, state, late }) }
    const shown = shownSource(source)
    const daily = readDaily(state.daily, now())
    const push = await pushLine(source.id, state)
    const adopted = state.adopted && withoutCredentials(state.adopted.url)
    const { word } = listed
    const next = { at: state.nextAt, reason: state.nextReason }
    show(request, response, {
      title: source.name,
      at: '/sources',
      body: sourcePage({
        ...{ source: shown, listed, state, history, daily, bodies, refused, push, adopted },
        ...{ isInFile: isInFile(source.id), mayAct: canAct(response), now: now() },
      }),
      message: await saying(request),
      data: {
        source: shown,
        word,
        late,
        next,
        lastError: state.lastError,
        places: shownState(state).places,
        daily,
        push,
        history,
        bodies,
        refused,
      },
    })
  })

  router.post('/:id/place', express.urlencoded({ extended: false, limit: '8kb' }), async (request, response) => {
    const source = sources.get(request.params.id ?? '')
    if (!source) return unknown(request, response)
    const decision = textOf(request.body, 'do')
    if (decision !== 'accept' && decision !== 'refuse')
      return show.message(request, response, 400, 'No action', 'The form names no action.')
    const by = actorOf(request, response)
    // Compare with the address shown: if it leads elsewhere by now, nothing has been decided about that.
    const { held } = (await sources.state(source.id)).places
    const seen = textOf(request.body, 'to')
    const isSame = held !== null && withoutCredentials(held.to) === seen
    const outcome = isSame ? await sourceActs.decideMove(by, source, decision, held.to) : { kind: 'none' as const }
    log.info(
      { source: source.id, decision, outcome: outcome.kind, by: by.name, address: by.from },
      'new address decided on',
    )
    const to = new URLSearchParams({ decided: outcome.kind, items: String('items' in outcome ? outcome.items : 0) })
    const message = outcome.kind === 'none' ? outcome : { ...outcome, to: withoutCredentials(outcome.to) }
    done(request, response, `/sources/${source.id}?${to}`, message)
  })

  router.post('/:id/crawl', express.urlencoded({ extended: false, limit: '1kb' }), async (request, response) => {
    const source = sources.get(request.params.id)
    if (!source) return unknown(request, response)
    const by = actorOf(request, response)
    const since = now()
    const { jobs, cooling } = await sourceActs.crawl(by, [source])
    const [asked] = jobs
    const rest = cooling[0]?.ms ?? 0
    if (asked) log.info({ ...asked, by: by.name, address: by.from }, 're-crawl requested in the admin UI')
    else response.status(429).set('retry-after', String(Math.ceil(rest / 1_000)))
    const said = new URLSearchParams({ crawling: source.id, ...(asked ? { since: String(since) } : { cooling: '1' }) })
    const back = textOf(request.body, 'back') === 'source' ? `/sources/${source.id}?` : `/sources?q=${source.id}&`
    done(request, response, `${back}${said}`, asked ?? { source: source.id, error: 're-crawled just now', after: rest })
  })
  return router
}
