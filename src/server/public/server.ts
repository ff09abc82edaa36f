/**
 * The public server: what pages reach without a log-in. It has a listener of its own, so that a firewall or proxy can
 * open it and keep the admin UI closed. It mounts the routes it is given and knows nothing of what they do.
 */

import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import type { Logger } from 'pino'
import type { HttpSettings } from '../../config/sections/public-server.ts'
import type { HealthCheck } from '../../redis/health-check.ts'
import { createOutageLog, isTransientError } from '../../redis/transient-error.ts'
import { listenAt, type RunningServer } from '../listen.ts'
import { hasTimedOut, RETRY_AFTER, withResponseTimeout } from '../response-timeout.ts'

/** A router and the path it answers under, such as `/v1/events`. */
export interface PublicRoute {
  readonly path: string
  readonly router: Router
}

export interface HttpParts {
  /** Read at each request, except port, host and proxies, which take effect after a restart. */
  readonly settings: () => HttpSettings
  readonly routes: readonly PublicRoute[]
  /** Health of the Redis that the routes use; without it, requests have only a timeout. */
  readonly pulse?: HealthCheck
  /** Called when a request was answered. @param path as requested */
  readonly onRequest?: (path: string, status: number) => void
  readonly log: Logger
}

const STEADY: HealthCheck = { isSilent: () => false, answers: async () => true }

/** How long browsers may cache preflight responses, s. */
const PREFLIGHT_AGE = 86_400

/** Answers preflights, and sets the header that lets a page read the response. */
const cors =
  (settings: () => HttpSettings) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const { origin } = request.headers
    const allowed = settings().cors
    const isAllowed = origin !== undefined && (allowed.includes('*') || allowed.includes(origin))
    // The response depends on the origin: caches must keep them apart.
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

/** Client errors are explained to the client; other errors are ours, and are logged only. */
const handleError =
  (log: Logger, logError = createOutageLog(log)) =>
  (error: Error & { status?: unknown }, _request: Request, response: Response, next: NextFunction): void => {
    if (hasTimedOut(response)) {
      log.debug({ event: 'http.failed_late', err: error }, 'a public request failed after its timeout')
      return
    }
    // The response has started: all that is left is to cut it off.
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
      response.status(503).set('retry-after', String(RETRY_AFTER)).json({ error: 'not ready; try again' })
      return
    }
    logError(error, { event: 'http.failed' }, 'a public request failed')
    response.status(500).json({ error: 'internal error; the log has the details' })
  }

/** @throws ListenError if the port is taken or the host is not an address of this machine */
export const startHttp = async ({
  settings,
  routes,
  pulse = STEADY,
  onRequest,
  log,
}: HttpParts): Promise<RunningServer> => {
  const { port, host, proxies } = settings()
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', proxies)
  app.use((_request, response, next) => {
    response.set({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    next()
  })
  app.use((request, response, next) => {
    const { path } = request
    // Streams of updates are answered when they begin, and end much later.
    if (onRequest) response.once('close', () => onRequest(path, response.statusCode))
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
        const unknownOutcome = isBegun ? '; it is not known whether it was accepted' : '; nothing was accepted'
        const what = request.method === 'POST' ? unknownOutcome : ''
        response.status(503).json({ error: `not ready: Redis does not answer${what}; try again` })
      },
    }),
  )
  for (const { path, router } of routes) app.use(path, router)
  app.use((request, response) => {
    response.status(404).json({ error: `nothing at ${request.method} ${request.path}` })
  })
  app.use(handleError(log))

  return listenAt({ host, port }, app, error =>
    log.debug({ event: 'http.connection_failed', err: error }, 'a connection to the public server failed'),
  )
}
