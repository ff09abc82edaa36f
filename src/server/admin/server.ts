/**
 * The admin server: health for orchestrators, deliveries of hubs, and, behind the access checks, the admin UI and the
 * queue dashboard. The checks run in this order: headers, host name, user, forged requests, log-in pages, logged in,
 * permitted. The pages are in admin.ts.
 */

import { hostname } from 'node:os'
import type { Queue } from 'bullmq'
import express, { type NextFunction, type Request, type Response } from 'express'
import type { AdminSettings } from '../../config/sections/admin.ts'
import { isRead, type Who } from '../../domain/actor.ts'
import type { HealthCheck } from '../../redis/health-check.ts'
import { createOutageLog, isConnectionError } from '../../redis/transient-error.ts'
import { listenAt } from '../listen.ts'
import type { Probes } from '../probes.ts'
import { hasTimedOut, withResponseTimeout } from '../response-timeout.ts'
import { NAV, pageRoutes } from './admin.ts'
import { isOwnHost, nameOfHost } from './auth/hosts.ts'
import { whoOfProxy } from './auth/proxy.ts'
import { createRefusals, type Refusal } from './auth/refusals.ts'
import { createSessions } from './auth/sessions.ts'
import { createTokens } from './auth/tokens.ts'
import { createUsers } from './auth/users.ts'
import { boardHandlers } from './board.ts'
import { listsTopic } from './pages/front-page/live.ts'
import { logInRoutes } from './pages/log-in/routes.ts'
import { sourcesTopic } from './pages/sources/live.ts'
import { type PushCallback, pushRoute } from './push-route.ts'
import { assetRoutes } from './web/assets.ts'
import { bearerOf, isForged, mayNot, securityHeaders, sessionOf, whoOf } from './web/guard.ts'
import { createLive } from './web/live.ts'
import type { PageParts } from './web/parts.ts'
import { actorOf, createShow, wantsJson } from './web/respond.ts'

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

export interface AdminParts extends Omit<PageParts, 'show' | 'refusals'> {
  readonly settings: AdminSettings
  readonly queues: Readonly<Record<string, Queue>>
  /** Receives deliveries of hubs. */
  readonly pushCallback: PushCallback
  /** Liveness, readiness, metrics. */
  readonly probes: Probes
  /** Called for each refused request, for monitoring. */
  readonly onRefused: (kind: Refusal) => void
  /** Called with a function that counts the open streams of its pages. */
  readonly onStreams?: (count: () => number) => void
  /** Health of the Redis that all pages read. */
  readonly pulse: HealthCheck
}

export const startAdmin = async (parts: AdminParts): Promise<AdminServer> => {
  const { settings, redis, keys, queues, audit, pushCallback, log, probes, pulse, now } = parts
  const users = createUsers({ redis, keys, now })
  const tokens = createTokens({ redis, keys, now })
  const sessions = createSessions({ redis, keys, users, lasts: () => settings.session, now })
  const logError = createOutageLog(log)
  if (await users.adopt()) log.info('the former admin password now belongs to the user admin')
  const refusals = createRefusals({ redis, keys, log, now, onRefused: parts.onRefused })
  const firstToken = async (): Promise<string | null> => {
    if (settings.password !== '') await users.ensureAdmin(settings.password)
    return sessions.setupToken()
  }
  const setupToken = await firstToken()
  const show = createShow(NAV)

  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', [...settings.proxies])
  const trusts = app.get('trust proxy fn') as (address: string, hop: number) => boolean // compiled by Express from the above
  app.use(securityHeaders)

  app.get(['/healthz', '/livez', '/readyz', '/metrics'], async (request, response) => {
    const answer = await probes(request.path)
    response
      .status(answer?.status ?? 404)
      .type(answer?.type ?? 'text')
      .send(answer?.body ?? 'Not found.')
  })
  app.use('/assets', assetRoutes())
  app.use(
    withResponseTimeout({
      pulse,
      refuse(request, response, isBegun) {
        const unknownOutcome =
          isBegun && !isRead(request.method)
            ? ' It is not known whether your change was made: check before you repeat it.'
            : ''
        const text = `Redis does not answer, and everything shown here is stored there. Nothing is lost; try again in a moment.${unknownOutcome}`
        show.message(request, response, 503, 'Redis does not answer', text)
      },
    }),
  )
  // Before the log-in and the check for forged requests: hubs have neither cookies nor pages. Their token decides what
  // they may do.
  app.use('/push', pushRoute(pushCallback, log))
  const ownNames = [settings.host, hostname(), ...settings.hosts]
  app.use((request: Request, response: Response, next: NextFunction) => {
    const { host } = request.headers
    if (isOwnHost(host, ownNames)) return next()
    const name = nameOfHost(host) ?? ''
    refusals.count('host', actorOf(request, response), `under ${name}`)
    const text = `newsdesk does not know ${name === '' ? 'the host name of this request' : `the host name ${name}`}. If it is one of yours, add it to admin.hosts in newsdesk.yaml, or to NEWSDESK_ADMIN_HOSTS, and restart.`
    show.message(request, response, 421, 'Unknown host name', text)
  })

  /** A token, if given, decides alone; a session takes precedence over a proxy's headers. */
  const askWho = async (request: Request): Promise<Who | 'denied' | null> => {
    const bearer = bearerOf(request)
    if (bearer !== undefined && settings.userHeader === '') {
      const token = await tokens.check(bearer)
      return token ? { name: token.name, role: token.role, by: 'token' } : 'denied'
    }
    // Behind a proxy, the Authorization header may be the proxy's own.
    const token = bearer ? await tokens.check(bearer) : null
    if (token) return { name: token.name, role: token.role, by: 'token' }
    const isTrusted = trusts(request.socket.remoteAddress ?? '', 0)
    return (await sessions.who(sessionOf(request))) ?? whoOfProxy(request.headers, isTrusted, settings)
  }

  app.use(async (request: Request, response: Response, next: NextFunction) => {
    const who = await askWho(request)
    if (who === 'denied') {
      const kind = bearerOf(request) === undefined ? 'a user of the proxy' : 'a token'
      refusals.count('token', { name: kind, from: request.ip ?? null }, `${request.method} ${request.path}`)
      if (bearerOf(request) !== undefined) response.status(401).set('www-authenticate', 'Bearer')
      const status = bearerOf(request) === undefined ? 403 : 401
      const text = 'Neither your token nor your groups give you access. Ask an admin of newsdesk.'
      show.message(request, response, status, 'No access', text)
      return
    }
    response.locals.who = who
    next()
  })
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!isForged(request.method, request.headers, whoOf(response)?.by ?? null)) return next()
    refusals.count('forged', actorOf(request, response), `${request.method} ${request.path}`)
    const text = 'This request does not come from a page of newsdesk. Scripts must use a token.'
    show.message(request, response, 403, 'Refused', text)
  })

  app.use(logInRoutes({ users, sessions, audit, refusals, settings, show, log }))

  app.use((request: Request, response: Response, next: NextFunction) => {
    if (whoOf(response)) return next()
    if (request.method === 'GET' && !wantsJson(request) && request.accepts('html')) {
      const next = request.originalUrl === '/' ? '' : `?next=${encodeURIComponent(request.originalUrl)}`
      response.redirect(303, `/login${next}`)
    } else response.status(401).set('www-authenticate', 'Bearer').type('text').send('Log in first.')
  })
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!mayNot(request, response)) return next()
    const wait = refusals.count('role', actorOf(request, response), `${request.method} ${request.path}`)
    if (wait > 0) {
      const slower = `Too many of your requests were refused. Nothing was changed. Wait ${wait} s.`
      show.message(request, response.set('retry-after', String(wait)), 429, 'Too many requests', slower)
      return
    }
    const text = 'You are a viewer: you can see everything, but only admins can change it. Nothing was changed.'
    show.message(request, response, 403, 'Only an admin may do that', text)
  })

  const live = createLive({
    topics: [sourcesTopic(parts.readSummaries, now), listsTopic(parts)],
    log,
    async isLoggedIn(request) {
      const who = await askWho(request)
      return who !== null && who !== 'denied'
    },
    limits: { most: settings.streams, perAddress: settings.streamsPerAddress },
  })
  parts.onStreams?.(live.listeners)
  app.use('/live', live.router)
  for (const { path, router } of pageRoutes({ ...parts, show, refusals })) app.use(path, router)
  app.use('/queues', ...boardHandlers({ queues, audit, log }))

  app.use((request: Request, response: Response) => {
    show.message(request, response, 404, 'Not found', 'There is no such page.')
  })
  app.use((error: Error & { status?: unknown }, request: Request, response: Response, next: NextFunction) => {
    if (hasTimedOut(response)) return log.debug({ err: error }, 'an admin page failed after its timeout')
    // The response has started: all that is left is to cut it off.
    if (response.headersSent) return next(error)
    const { status } = error
    if (typeof status === 'number' && status >= 400 && status < 500) {
      show.message(request, response, status, 'That cannot be read', error.message)
      return
    }
    if (isConnectionError(error)) {
      response.set('retry-after', '5')
      show.message(
        request,
        response,
        503,
        'Redis does not answer',
        'The connection was lost meanwhile. Try again in a moment.',
      )
      return
    }
    logError(error, 'admin page failed')
    show.message(request, response, 500, 'Something went wrong', 'The log has the details.')
  })

  const { url, close } = await listenAt(settings, app, error =>
    log.debug({ err: error }, 'a connection to the admin server failed'),
  )
  const formatLink = (token: string | null): string | null => (token === null ? null : `${url}/setup?once=${token}`)
  return {
    url,
    setupUrl: formatLink(setupToken),
    admitFirst: async () => formatLink(await firstToken()),
    async close() {
      live.close()
      await close()
      await refusals.close()
    },
  }
}
