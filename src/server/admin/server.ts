/**
 * The admin server: health for orchestrators, deliveries of hubs, and, behind the access checks, the admin UI and the
 * queue dashboard. The checks run in this order: headers, host name, user, forged requests, log-in pages, logged in,
 * permitted. The pages are in admin.ts.
 */

import type { Queue } from 'bullmq'
import express, { type Express, type Request, type RequestHandler } from 'express'
import type { AdminSettings } from '../../config/sections/admin.ts'
import type { HealthCheck } from '../../redis/health-check.ts'
import { createUndo } from '../../use-cases/undo.ts'
import { listenAt } from '../listen.ts'
import type { Probes } from '../probes.ts'
import { withResponseTimeout } from '../response-timeout.ts'
import { NAV, pageRoutes } from './admin.ts'
import { createPreferences } from './auth/preferences.ts'
import { createRefusals, type RefusalKind } from './auth/refusals.ts'
import { createResetLinks } from './auth/reset-links.ts'
import { createSessions } from './auth/sessions.ts'
import { createTokens } from './auth/tokens.ts'
import { createUsers } from './auth/users.ts'
import { boardHandlers } from './board.ts'
import { listsTopic } from './pages/front-page/live.ts'
import { logInRoutes } from './pages/log-in/routes.ts'
import { resetRoutes } from './pages/reset/routes.ts'
import { setUpRoutes } from './pages/set-up/routes.ts'
import { sourcesTopic } from './pages/sources/live.ts'
import { type PushCallback, pushRoute } from './push-route.ts'
import { assetRoutes } from './web/assets.ts'
import { checkForgery, checkHost, checkRole, checkUser, requireUser } from './web/checks.ts'
import { refuseTimedOut, showError, showNotFound } from './web/errors.ts'
import { createFlashes } from './web/flashes.ts'
import { securityHeaders } from './web/guard.ts'
import { createIdentify } from './web/identify.ts'
import { createLive } from './web/live.ts'
import type { PageParts } from './web/parts.ts'
import { createShow, readFlash, readPreferences } from './web/respond.ts'

export interface AdminServer {
  readonly url: string
  /** One-time link that creates the first user; null if there is one. */
  readonly setupUrl: string | null
  /**
   * Does again what startup does for the first user, because the users were lost with the Redis data. @returns a new
   * link, or null if none is needed
   */
  admitFirst(): Promise<string | null>
  close(): Promise<void>
}

export interface AdminParts extends Omit<PageParts, 'show' | 'refusals' | 'flashes' | 'undo' | 'people'> {
  readonly settings: AdminSettings
  readonly queues: Readonly<Record<string, Queue>>
  /** Receives deliveries of hubs. */
  readonly pushCallback: PushCallback
  /** Liveness, readiness, metrics. */
  readonly probes: Probes
  /** Called for each refused request, for monitoring. */
  readonly onRefused: (kind: RefusalKind) => void
  /** Called with a function that counts the open streams of its pages. */
  readonly onStreams?: (count: () => number) => void
  /** Health of the Redis that all pages read. */
  readonly pulse: HealthCheck
}

const createApp = (proxies: readonly string[]): Express => {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', [...proxies])
  return app
}

const showProbe =
  (probes: Probes): RequestHandler =>
  async (request, response) => {
    const { status, type, body } = (await probes(request.path)) ?? { status: 404, type: 'text', body: 'Not found.' }
    response.status(status).type(type).send(body)
  }

export const startAdmin = async (parts: AdminParts): Promise<AdminServer> => {
  const { settings, redis, keys, queues, audit, pushCallback, log, probes, pulse, now } = parts
  const users = createUsers({ redis, keys, now })
  const tokens = createTokens({ redis, keys, now })
  const sessions = createSessions({ redis, keys, users, lasts: () => settings.session, now })
  if (await users.adopt())
    log.info({ event: 'admin.password_adopted' }, 'the former admin password now belongs to the user admin')
  const createFirstToken = async (): Promise<string | null> => {
    if (settings.password !== '') await users.ensureAdmin(settings.password)
    return sessions.setupToken()
  }
  const setupToken = await createFirstToken()

  const app = createApp(settings.proxies)
  // Compiled by Express from the proxies.
  const trusts = app.get('trust proxy fn') as (address: string, hop: number) => boolean
  const isFromProxy = (request: Request) => trusts(request.socket.remoteAddress ?? '', 0)
  const identify = createIdentify({ settings, tokens, sessions, isFromProxy })
  const refusals = createRefusals({ redis, keys, log, now, onRefused: parts.onRefused })
  const resets = createResetLinks({ redis, keys, users })
  const preferences = createPreferences({ redis, keys })
  const people = { users, sessions, tokens, resets, preferences, settings }
  const flashes = createFlashes({ redis, keys })
  const show = createShow(NAV, flashes, now)
  const undo = createUndo(parts)
  const live = createLive({
    topics: [sourcesTopic(parts.readSummaries, now), listsTopic(parts)],
    log,
    async isLoggedIn(request) {
      const who = await identify(request)
      return who !== null && who !== 'denied'
    },
    limits: { total: settings.streams, perAddress: settings.streamsPerAddress },
  })
  parts.onStreams?.(live.listeners)

  app.use(securityHeaders)
  app.get(['/healthz', '/livez', '/readyz', '/metrics'], showProbe(probes))
  app.use('/assets', assetRoutes())
  app.use(withResponseTimeout({ pulse, refuse: refuseTimedOut(show) }))
  // Before the log-in and the check for forged requests: hubs have neither cookies nor pages. Their token decides what
  // they may do.
  app.use('/push', pushRoute(pushCallback, log))
  app.use(checkHost(settings, { refusals, show }))
  app.use(checkUser(identify, { refusals, show }), checkForgery({ refusals, show }))
  app.use(logInRoutes({ users, sessions, audit, refusals, settings, show }))
  app.use(setUpRoutes({ users, sessions, audit, settings, show, log }))
  app.use(resetRoutes({ people, audit, show }))
  app.use(requireUser(show), checkRole({ refusals, show }), readFlash(flashes), readPreferences(preferences))
  app.use('/live', live.router)
  for (const { path, router } of pageRoutes({ ...parts, show, refusals, flashes, undo, people })) app.use(path, router)
  app.use('/queues', ...boardHandlers({ queues, isSource: id => parts.sources.get(id) !== undefined, audit, log }))
  app.use(showNotFound(show), showError(show, log))

  const { url, close } = await listenAt(settings, app, error =>
    log.debug({ event: 'admin.connection_failed', err: error }, 'a connection to the admin server failed'),
  )
  const formatLink = (token: string | null): string | null => (token === null ? null : `${url}/setup?once=${token}`)
  return {
    url,
    setupUrl: formatLink(setupToken),
    admitFirst: async () => formatLink(await createFirstToken()),
    async close() {
      live.close()
      await close()
      await refusals.close()
    },
  }
}
