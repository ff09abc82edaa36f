/** Pages for requests that fail: Redis does not answer, there is no such page, or an error was thrown. */

import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { isRead } from '../../../domain/actor.ts'
import { explainReply } from '../../../redis/explain-reply.ts'
import { createOutageLog, isConnectionError } from '../../../redis/transient-error.ts'
import { hasTimedOut, RETRY_AFTER, type ResponseTimeoutParts } from '../../response-timeout.ts'
import type { Show } from './respond.ts'

/** Answers a request that waited for Redis in vain. */
export const refuseTimedOut =
  (show: Show): ResponseTimeoutParts['refuse'] =>
  (request, response, isBegun) => {
    const unknownOutcome =
      isBegun && !isRead(request.method)
        ? ' It is not known whether your change was made: check before you repeat it.'
        : ''
    const text = `Redis does not answer, and everything shown here is stored there. Nothing is lost; try again in a moment.${unknownOutcome}`
    show.message(request, response, 503, 'Redis does not answer', text)
  }

export const showNotFound =
  (show: Show): RequestHandler =>
  (request, response) =>
    show.message(request, response, 404, 'Not found', 'There is no such page.')

/** Explains client errors to the client; other errors are ours, and only the log has their details. */
export const showError = (show: Show, log: Logger): ErrorRequestHandler => {
  const logError = createOutageLog(log)
  return (error: Error & { status?: unknown }, request, response, next) => {
    if (hasTimedOut(response))
      return log.debug({ event: 'admin.failed_late', err: error }, 'an admin page failed after its timeout')
    // The response has started: all that is left is to cut it off.
    if (response.headersSent) return next(error)
    const { status } = error
    if (typeof status === 'number' && status >= 400 && status < 500)
      return show.message(request, response, status, 'That cannot be read', error.message)
    if (isConnectionError(error)) {
      response.set('retry-after', String(RETRY_AFTER))
      const text = 'The connection was lost meanwhile. Try again in a moment.'
      return show.message(request, response, 503, 'Redis does not answer', text)
    }
    logError(error, { event: 'admin.failed' }, 'admin page failed')
    const explained = explainReply(error)
    if (explained !== null) {
      response.set('retry-after', String(RETRY_AFTER))
      return show.message(request, response, 503, 'Redis refuses', `${explained.text}: ${explained.fix}.`)
    }
    show.message(request, response, 500, 'Something went wrong', 'The log has the details.')
  }
}
