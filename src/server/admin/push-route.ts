/**
 * The callback of WebSub hubs: no login, nothing told to whom we did not ask. Bodies are bounded in size, in number at a time, and by
 * minute, and a hub is answered only when what it brought is safe in the queue: should we die before, it comes again.
 */

import express, { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import type { Push } from '../../websub/push.ts'
import type { Subscription } from '../../websub/subscription.ts'

export interface PushDoor {
  readonly push: Pick<Push, 'verify' | 'admit' | 'check'>
  /** Takes in what was signed rightly. */
  readonly deliver: (delivered: {
    readonly subscription: Subscription
    readonly body: Uint8Array
    readonly contentType: string | null
  }) => Promise<number | null>
  /** Bytes of one delivery. */
  readonly maxBody: () => number
}

/** Bodies held at one time: the rest is answered 503 and comes again. */
const MOST_AT_ONCE = 8

const one = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export const pushRoute = ({ push, deliver, maxBody }: PushDoor, log: Logger): Router => {
  const router = Router()
  let inHand = 0

  /** Reads at most `maxBody` bytes, as they come: a signature is over them. */
  const readBody = (request: Request, response: Response): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      express.raw({ type: () => true, inflate: false, limit: maxBody() })(request, response, error => {
        if (error) reject(error)
        else resolve(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))
      })
    })

  const receive = async (request: Request, response: Response, token: string): Promise<void> => {
    const admitted = await push.admit(token)
    if (admitted.kind === 'unknown') return void response.status(410).type('text').send('No such subscription.')
    if (admitted.kind === 'too-many')
      return void response.status(429).set('retry-after', String(admitted.retryAfter)).type('text').send('Too many.')
    if (admitted.kind !== 'good') return void response.sendStatus(202)
    const body = await readBody(request, response)
    const checked = await push.check(admitted.subscription, request.get('x-hub-signature'), body)
    if (checked.kind !== 'good') {
      const why = checked.kind === 'ignored' ? checked.why : checked.kind
      log.warn({ source: admitted.subscription.source, why, address: request.ip }, 'delivery ignored')
      // As if it were welcome (WebSub, 7.1.1): whoever guesses learns nothing.
      return void response.status(202).type('text').send('Thank you.')
    }
    const { subscription } = checked
    const items = await deliver({ subscription, body, contentType: request.get('content-type') ?? null })
    log.info({ source: subscription.source, bytes: body.length, items: items ?? 'crawl' }, 'delivered')
    response.status(202).type('text').send('Thank you.')
  }

  router.get('/:token', async (request, response) => {
    const query = Object.fromEntries(Object.entries(request.query).map(([name, value]) => [name, one(value)]))
    const { status, body } = await push.verify(request.params.token, query)
    response.status(status).type('text').send(body)
  })

  router.post('/:token', async (request, response) => {
    if (inHand >= MOST_AT_ONCE) {
      response.status(503).set('retry-after', '5').type('text').send('Busy; come again.')
      return
    }
    inHand += 1
    try {
      await receive(request, response, request.params.token)
    } catch (error) {
      const { status } = (error ?? {}) as { status?: unknown } // what express.raw throws
      if (typeof status !== 'number' || status >= 500) throw error
      response
        .status(status)
        .type('text')
        .send(status === 413 ? 'Too large.' : 'That cannot be read.')
    } finally {
      inHand -= 1
    }
  })
  return router
}
