/** Answers HTTP requests in time, even if Redis is unreachable: 503 with Retry-After. */

import type { NextFunction, Request, Response } from 'express'
import type { HealthCheck } from '../redis/health-check.ts'

/** ms after which a request that waits for Redis is answered 503. */
export const ANSWER_WITHIN = 2_000
/** Retry-After, s. */
export const RETRY_AFTER = 5

export interface ResponseTimeoutParts {
  readonly pulse: HealthCheck
  /** Answers 503. @param isBegun whether the handler had started, so that a change may still be made */
  readonly refuse: (request: Request, response: Response, isBegun: boolean) => void
  /**
   * Whether reads are always answered in time unless something is wrong. Otherwise a response may take longer as long
   * as Redis answers, because it waits for others, such as publishers; so may requests with a body, which arrive as
   * slowly as the client sends them.
   */
  readonly isAlwaysFast?: boolean
}

/** Whether this request timed out and was answered in place of its handler, which may still try to answer. */
export const hasTimedOut = (response: Response): boolean => response.locals.hasTimedOut === true

/**
 * Goes before all handlers that use Redis. A response that has started, such as a stream, is left to its handler. While
 * Redis is known to be silent no handler starts, so that no backlog of work is done once it is back.
 */
export const withResponseTimeout =
  ({ pulse, refuse, isAlwaysFast = false }: ResponseTimeoutParts) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const timeOut = (isBegun: boolean) => {
      if (response.headersSent || response.destroyed) return
      response.set('retry-after', String(RETRY_AFTER))
      refuse(request, response, isBegun)
      response.locals.hasTimedOut = true
    }
    if (pulse.isSilent()) {
      timeOut(false)
      return
    }
    const half = ANSWER_WITHIN / 2
    const isFast = isAlwaysFast && (request.method === 'GET' || request.method === 'HEAD')
    let timer: NodeJS.Timeout
    const check = async (waited: number): Promise<void> => {
      const isOver = (isFast && waited >= ANSWER_WITHIN) || !(await pulse.answers(half))
      if (isOver) timeOut(true)
      else if (!response.writableEnded && !response.destroyed) timer = setTimeout(check, half, waited + half)
    }
    timer = setTimeout(check, half, half)
    response.on('close', () => clearTimeout(timer))
    next()
  }
