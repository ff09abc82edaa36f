/**
 * The public server: what pages may reach without a login. A listener of its own, so that a firewall or proxy can open it and keep the
 * admin desk closed. Routes are mounted as they are given; it knows nothing of what they do.
 */

import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import type { Logger } from 'pino'
import type { HttpSettings } from '../../config/sections/public-server.ts'
import type { HealthCheck } from '../../redis/health-check.ts'
import { createOutageLog, isTransientError } from '../../redis/transient-error.ts'
import { type Listening, listenAt } from '../listen.ts'
import { COME_AGAIN, isGivenUp, withResponseTimeout } from '../response-timeout.ts'

/** A router and the path it answers under, such as `/v1/events`. */
export interface PublicRoute {
  readonly path: string
  readonly router: Router
}

export interface HttpParts {
  /** Read at each request but for port, host and proxies, which count at the next start. */
  readonly settings: () => HttpSettings
  readonly routes: readonly PublicRoute[]
  /** Of the Redis that the routes ask; without it they are only bounded in time. */
  readonly pulse?: HealthCheck
  readonly log: Logger
}

const STEADY: HealthCheck = { isSilent: () => false, answers: async () => true }

/** How long a browser may remember that a page is allowed to ask, s. */
const PREFLIGHT_AGE = 86_400

/** Answers to preflights, and the header by which a browser lets a page read the answer. */
const cors =
  (settings: () => HttpSettings) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const { origin } = request.headers
    const allowed = settings().cors
    const isAllowed = origin !== undefined && (allowed.includes('*') || allowed.includes(origin))
    // Whether a page may ask depends on who asks: caches keep the answers apart.
    response.vary('origin')
    if (isAllowed) {
      response.set('access-control-allow-origin', origin)
      // Beacons are sent with credentials; none are read here.
      response.set('access-control-allow-credentials', 'true')
    }
    if (request.method !== 'OPTIONS') {
      next()
      return
    }
    if (isAllowed)
      response.set({
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': 'content-type, if-none-match, last-event-id',
        'access-control-max-age': String(PREFLIGHT_AGE),
      })
    response.status(204).end()
  }

/** What a client sent wrongly is told in words; anything else is ours, logged and not told. */
const failed =
  (log: Logger, logError = createOutageLog(log)) =>
  (error: Error & { status?: unknown }, _request: Request, response: Response, next: NextFunction): void => {
    if (isGivenUp(response)) {
      log.debug({ err: error }, 'a public request failed after it was given up')
      return
    }
    // Streaming had begun: nothing can be said any more but by cutting it off.
    if (response.headersSent) {
      next(error)
      return
    }
    const { status } = error
    if (typeof status === 'number' && status >= 400 && status < 500) {
      response.status(status).json({ error: error.message })
      return
    }
    if (isTransientError(error)) {
      response.status(503).set('retry-after', String(COME_AGAIN)).json({ error: 'not ready; come again' })
      return
    }
    logError(error, 'a public request failed')
    response.status(500).json({ error: 'something went wrong here; the log says what' })
  }

/** @throws Error of node:net where the port is taken or the host is none of ours */
export const startHttp = async ({ settings, routes, pulse = STEADY, log }: HttpParts): Promise<Listening> => {
  const { port, host, proxies } = settings()
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', proxies)
  app.use((_request, response, next) => {
    response.set({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    next()
  })
  app.use(cors(settings))
  app.get(['/healthz', '/livez'], (_request, response) => {
    response.json({ status: 'alive' })
  })
  app.use(
    withResponseTimeout({
      pulse,
      isAlwaysFast: true,
      refuse: (request, response, isBegun) => {
        const doubt = isBegun ? '; it is not known whether it was taken in' : '; nothing was taken in'
        const what = request.method === 'POST' ? doubt : ''
        response.status(503).json({ error: `not ready: Redis does not answer${what}; come again` })
      },
    }),
  )
  for (const { path, router } of routes) app.use(path, router)
  app.use((request, response) => {
    response.status(404).json({ error: `nothing at ${request.method} ${request.path}` })
  })
  app.use(failed(log))

  return listenAt({ host, port }, app, error => log.debug({ err: error }, 'a connection to the public server failed'))
}
