/**
 * The admin server: health for orchestrators, what hubs push, and behind the walls the desk and the queue dashboard. The walls stand in this
 * order: headers, the name it is asked by, who asks, forged requests, the way in, who is in, who may act. The pages are in desk.ts.
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
import { isGivenUp, withResponseTimeout } from '../response-timeout.ts'
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
import { type PushDoor, pushRoute } from './push-route.ts'
import { assetRoutes } from './web/assets.ts'
import { bearerOf, isForged, mayNot, securityHeaders, sessionOf, whoOf } from './web/guard.ts'
import { createLive } from './web/live.ts'
import type { PageParts } from './web/parts.ts'
import { actorOf, createShow, wantsJson } from './web/respond.ts'

export interface AdminServer {
  readonly url: string
  /** Link that makes the first user, once; null where there is one. */
  readonly setupUrl: string | null
  /** What start does for the first user, once more: users went with the Redis that held them. @returns a new link, or null where none is needed */
  admitFirst(): Promise<string | null>
  close(): Promise<void>
}

export interface AdminParts extends Omit<PageParts, 'show' | 'refusals'> {
  readonly settings: AdminSettings
  readonly queues: Readonly<Record<string, Queue>>
  /** Where hubs deliver what they push. */
  readonly door: PushDoor
  /** Alive, ready, metrics. */
  readonly probes: Probes
  /** Told of each request that was refused, for monitoring. */
  readonly onRefused: (kind: Refusal) => void
  /** Told how to count the streams of its pages that are open. */
  readonly onStreams?: (count: () => number) => void
  /** Of the Redis that all pages ask. */
  readonly pulse: HealthCheck
}

export const startAdmin = async (parts: AdminParts): Promise<AdminServer> => {
  const { settings, redis, keys, queues, audit, door, log, probes, pulse, now } = parts
  const users = createUsers({ redis, keys, now })
  const tokens = createTokens({ redis, keys, now })
  const sessions = createSessions({ redis, keys, users, lasts: () => settings.session, now })
  const logError = createOutageLog(log)
  if (await users.adopt()) log.info('the password of before is now that of the user admin')
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
        const doubt =
          isBegun && !isRead(request.method) ? ' Whether it was done is not known: look before you do it again.' : ''
        const text = `Redis does not answer, and everything shown here is kept there. Nothing is lost; come again in a moment.${doubt}`
        show.message(request, response, 503, 'Redis does not answer', text)
      },
    }),
  )
  // Before the log-in and the check for forged forms: hubs have neither cookie nor page. What they may do is decided by their token.
  app.use('/push', pushRoute(door, log))
  const ours = [settings.host, hostname(), ...settings.hosts]
  app.use((request: Request, response: Response, next: NextFunction) => {
    const { host } = request.headers
    if (isOwnHost(host, ours)) return next()
    const name = nameOfHost(host) ?? ''
    refusals.count('host', actorOf(request, response), `under ${name}`)
    const text = `newsdesk does not know ${name === '' ? 'the name it was asked by' : `the name ${name}`}. If it is yours, add it to admin.hosts in newsdesk.yaml, or to NEWSDESK_ADMIN_HOSTS, and restart.`
    show.message(request, response, 421, 'Not a name of this server', text)
  })

  /** A token counts alone where one is given, a session before what a proxy says. */
  const askWho = async (request: Request): Promise<Who | 'denied' | null> => {
    const bearer = bearerOf(request)
    if (bearer !== undefined && settings.userHeader === '') {
      const token = await tokens.check(bearer)
      return token ? { name: token.name, role: token.role, by: 'token' } : 'denied'
    }
    // Behind a proxy, the header may be the proxy's own.
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
      const text = 'Neither your token nor your groups let you in. Ask an admin of newsdesk.'
      show.message(request, response, status, 'You may not come in', text)
      return
    }
    response.locals.who = who
    next()
  })
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!isForged(request.method, request.headers, whoOf(response)?.by ?? null)) return next()
    refusals.count('forged', actorOf(request, response), `${request.method} ${request.path}`)
    const text = 'This request does not come from a page of newsdesk. Scripts act with a token.'
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
    const text = 'You are a viewer: you see everything, and admins change it. Nothing was changed.'
    show.message(request, response, 403, 'Only an admin may do that', text)
  })

  const live = createLive({
    topics: [sourcesTopic(parts.glance, now), listsTopic(parts)],
    log,
    async isIn(request) {
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
    if (isGivenUp(response)) return log.debug({ err: error }, 'an admin page failed after it was given up')
    // Streaming had begun: nothing can be said any more but by cutting it off.
    if (response.headersSent) return next(error)
    const { status } = error
    if (typeof status === 'number' && status >= 400 && status < 500) {
      show.message(request, response, status, 'That cannot be read', error.message)
      return
    }
    if (isConnectionError(error)) {
      response.set('retry-after', '5')
      show.message(request, response, 503, 'Redis does not answer', 'It went away meanwhile. Come again in a moment.')
      return
    }
    logError(error, 'admin page failed')
    show.message(request, response, 500, 'Something went wrong', 'The log says what.')
  })

  const { url, close } = await listenAt(settings, app, error =>
    log.debug({ err: error }, 'a connection to the admin server failed'),
  )
  const linkOf = (token: string | null): string | null => (token === null ? null : `${url}/setup?once=${token}`)
  return {
    url,
    setupUrl: linkOf(setupToken),
    admitFirst: async () => linkOf(await firstToken()),
    async close() {
      live.close()
      await close()
      await refusals.close()
    },
  }
}
