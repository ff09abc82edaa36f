/** Whoever asks over HTTP is answered in time, also where the answer waits for a Redis that is away: 503, and when to come again. */

import type { NextFunction, Request, Response } from 'express'
import type { HealthCheck } from '../redis/health-check.ts'

/** ms Redis may leave somebody waiting for. */
export const ANSWER_WITHIN = 2_000
/** s after which one may come again. */
export const COME_AGAIN = 5

export interface ResponseTimeoutParts {
  readonly pulse: HealthCheck
  /** Answers 503. @param isBegun whether what was asked for had begun, and may be done yet */
  readonly refuse: (request: Request, response: Response, isBegun: boolean) => void
  /**
   * Whether what is read is always there in time, or something is wrong. Else an answer may take longer as long as Redis answers, because it
   * waits for others, such as publishers; so may what is sent to us, which comes as slowly as it is sent.
   */
  readonly isAlwaysFast?: boolean
}

/** Whether this request was answered in the place of its handler, which may still try to. */
export const isGivenUp = (response: Response): boolean => response.locals.isGivenUp === true

/**
 * Before all handlers that ask Redis. What has begun to be answered, such as a stream, is left to its handler. While Redis is known not to
 * answer nothing is begun, so that nothing piles up that would all be done once it is back.
 */
export const withResponseTimeout =
  ({ pulse, refuse, isAlwaysFast = false }: ResponseTimeoutParts) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const giveUp = (isBegun: boolean) => {
      if (response.headersSent || response.destroyed) return
      response.set('retry-after', String(COME_AGAIN))
      refuse(request, response, isBegun)
      response.locals.isGivenUp = true
    }
    if (pulse.isSilent()) {
      giveUp(false)
      return
    }
    const half = ANSWER_WITHIN / 2
    const isFast = isAlwaysFast && (request.method === 'GET' || request.method === 'HEAD')
    let timer: NodeJS.Timeout
    const look = async (waited: number): Promise<void> => {
      const isOver = (isFast && waited >= ANSWER_WITHIN) || !(await pulse.answers(half))
      if (isOver) giveUp(true)
      else if (!response.writableEnded && !response.destroyed) timer = setTimeout(look, half, waited + half)
    }
    timer = setTimeout(look, half, half)
    response.on('close', () => clearTimeout(timer))
    next()
  }
