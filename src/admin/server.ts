/** The admin server: health for orchestrators, and behind a login the overview and the queue dashboard. */

import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import type { Queue } from 'bullmq'
import express, { type NextFunction, type Request, type Response } from 'express'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Probes } from '../gauges/probes.ts'
import { listenAt } from '../http/listen.ts'
import type { Keys } from '../redis/keys.ts'
import type { Sources } from '../sources/sources.ts'
import { createAuth, SHORTEST_PASSWORD } from './auth.ts'
import { COOKIE, refuseForged, securityHeaders, sessionOf } from './guard.ts'
import { loginPage, messagePage, overviewPage, STYLE, setupPage } from './pages.ts'
import { type PushDoor, pushRoute } from './push-route.ts'
import { type QuarantineRouteParts, quarantineRoutes } from './quarantine-routes.ts'
import type { AdminSettings } from './settings.ts'
import type { Status } from './status-of.ts'

export interface AdminServer {
  readonly url: string
  /** Link that sets the password, once; null where one is set. */
  readonly setupUrl: string | null
  close(): Promise<void>
}

export interface AdminParts {
  readonly settings: AdminSettings
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Readonly<Record<string, Queue>>
  readonly sources: Pick<Sources, 'get' | 'list' | 'quarantine'>
  readonly replay: QuarantineRouteParts['replay']
  readonly recrawl: (sourceId: string) => Promise<string>
  readonly listNames: () => readonly string[]
  readonly status: () => Promise<Status>
  /** Where hubs deliver what they push. */
  readonly door: PushDoor
  readonly log: Logger
  /** Alive, ready, metrics. */
  readonly probes: Probes
  /** ms since the epoch. */
  readonly now: () => number
}

/** A job's outcome beside its name, so that one reads what it did: "bbc-world: 3 new". */
const showName = (job: { name?: string; data?: unknown; returnvalue?: unknown; returnValue?: unknown }): string => {
  const outcome = (job.returnvalue ?? job.returnValue) as
    | { new?: number; outcome?: string; added?: number }
    | null
    | undefined // what our processors return
  // A job added by hand has no name of its own, but says which source.
  const asked = (job.data as { sourceId?: unknown } | null | undefined)?.sourceId
  const name = job.name === '__default__' && typeof asked === 'string' ? asked : (job.name ?? '')
  if (typeof outcome?.new === 'number')
    return `${name}: ${outcome.outcome === 'unchanged' ? 'unchanged' : `${outcome.new} new`}`
  if (typeof outcome?.added === 'number') return `${name}: ${outcome.added} added`
  return name
}

export const startAdmin = async ({
  settings,
  redis,
  keys,
  queues,
  sources,
  replay,
  recrawl,
  listNames,
  status,
  door,
  log,
  probes,
  now,
}: AdminParts): Promise<AdminServer> => {
  const auth = createAuth({ redis, keys, sessionLasts: settings.session })
  if (settings.password !== '') await auth.setPassword(settings.password)
  const setupToken = await auth.setupToken()

  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders)

  app.get(['/healthz', '/readyz', '/metrics'], async (request, response) => {
    const answer = await probes(request.path)
    response
      .status(answer?.status ?? 404)
      .type(answer?.type ?? 'text')
      .send(answer?.body ?? 'Not found.')
  })
  app.get('/admin.css', (_request, response) => {
    response.type('css').set('cache-control', 'max-age=3600').send(STYLE)
  })

  // Before the log-in and the check for forged forms: hubs have neither cookie nor page. What they may do is decided by their token.
  app.use('/push', pushRoute(door, log))

  app.use(refuseForged)
  const form = express.urlencoded({ extended: false, limit: '10kb' })

  app.get('/login', async (_request, response) => {
    response.send(loginPage(null, await auth.hasPassword()))
  })
  app.post('/login', form, async (request, response) => {
    const outcome = await auth.logIn(field(request, 'password'), request.ip ?? '')
    if (typeof outcome === 'object') {
      response.cookie(COOKIE, outcome.session, {
        httpOnly: true,
        sameSite: 'strict',
        secure: settings.secureCookies,
        maxAge: settings.session,
        path: '/',
      })
      response.redirect(303, '/')
      return
    }
    log.warn({ address: request.ip, why: outcome }, 'log-in refused')
    const [code, text] =
      outcome === 'wrong'
        ? ([401, 'That is not the password.'] as const)
        : ([429, 'Too many tries. Wait a minute.'] as const)
    response.status(code).send(loginPage(text, await auth.hasPassword()))
  })
  app.get('/setup', async (request, response) => {
    const token = String(request.query.once ?? '')
    if (await auth.checkSetupToken(token)) response.send(setupPage(token, null, SHORTEST_PASSWORD))
    else
      response
        .status(410)
        .send(
          messagePage('This link was used or is too old', 'Restart newsdesk for a new one, if no password is set yet.'),
        )
  })
  app.post('/setup', form, async (request, response) => {
    const [token, password] = [field(request, 'token'), field(request, 'password')]
    if (password.length < SHORTEST_PASSWORD) {
      response
        .status(400)
        .send(setupPage(token, `The password needs ${SHORTEST_PASSWORD} characters or more.`, SHORTEST_PASSWORD))
      return
    }
    if (!(await auth.takeSetupToken(token))) {
      response
        .status(410)
        .send(
          messagePage('This link was used or is too old', 'Restart newsdesk for a new one, if no password is set yet.'),
        )
      return
    }
    await auth.setPassword(password)
    log.info({ address: request.ip }, "the admin's password was set")
    response.redirect(303, '/login')
  })

  app.use(async (request: Request, response: Response, next: NextFunction) => {
    if (await auth.isLoggedIn(sessionOf(request))) next()
    else if (request.method === 'GET' && request.accepts('html')) response.redirect(303, '/login')
    else response.status(401).type('text').send('Log in first.')
  })

  app.post('/logout', async (request, response) => {
    await auth.logOut(sessionOf(request))
    response.clearCookie(COOKIE)
    response.redirect(303, '/login')
  })
  app.get('/', async (request, response) => {
    const names = listNames()
    const counts = await Promise.all(names.map(name => redis.llen(keys.list(name))))
    const asked = sources.get(String(request.query.crawling ?? ''))
    const message = asked ? `${asked.name} is being crawled again. Load this page again in a moment.` : null
    response.send(
      overviewPage(
        await status(),
        names.map((name, index) => ({ name, count: counts[index] ?? 0 })),
        message,
        now(),
      ),
    )
  })
  app.post('/sources/:id/crawl', async (request, response) => {
    const source = sources.get(request.params.id)
    if (!source) {
      response.status(404).type('text').send('No such source.')
      return
    }
    const job = await recrawl(source.id)
    log.info({ source: source.id, job, address: request.ip }, 're-crawl asked for in the admin server')
    response.redirect(303, `/?crawling=${encodeURIComponent(source.id)}`)
  })

  app.use('/quarantine', quarantineRoutes({ sources, replay, log, now }))

  const board = new ExpressAdapter()
  board.setBasePath('/queues')
  createBullBoard({
    serverAdapter: board,
    queues: Object.values(queues).map(queue => {
      const adapter = new BullMQAdapter(queue, { description: DESCRIPTIONS[queue.name] ?? '' })
      adapter.setFormatter('name', showName)
      return adapter
    }),
    options: { uiConfig: { boardTitle: 'newsdesk', miscLinks: [{ text: 'Overview', url: '/' }] } },
  })
  app.use('/queues', board.getRouter())

  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
    log.error({ err: error }, 'admin page failed')
    response.status(500).type('text').send('Something went wrong; the log says what.')
  })

  const { url, close } = await listenAt(settings, app)
  return { url, setupUrl: setupToken === null ? null : `${url}/setup?once=${setupToken}`, close }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  crawl: 'Fetches of sources. To re-crawl one: Add job with { "sourceId": "..." }, or Retry a finished job.',
  articles: 'Batches of items becoming articles.',
  publish: 'Lists being written.',
  push: 'WebSub hubs being asked to push, again before a lease ends, or to stop.',
}

const field = (request: Request, name: string): string => {
  const value: unknown = (request.body as Record<string, unknown> | undefined)?.[name] // parsed by express.urlencoded
  return typeof value === 'string' ? value : ''
}
