/**
 * The callback of WebSub hubs: without log-in, and revealing nothing to unknown hubs. Bodies are limited in size, in
 * number at a time and per minute. A hub is answered only once its delivery is safely queued: if we die before, the hub
 * sends it again.
 */

import express, { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import type { Push } from '../../websub/push.ts'
import type { Subscription } from '../../websub/subscription.ts'

export interface PushCallback {
  readonly push: Pick<Push, 'verify' | 'admit' | 'check'>
  /** Ingests a delivery with a valid signature. */
  readonly deliver: (delivered: {
    readonly subscription: Subscription
    readonly body: Uint8Array
    readonly contentType: string | null
  }) => Promise<number | null>
  /** Maximum bytes of one delivery. */
  readonly maxBody: () => number
}

/** Bodies in memory at a time: further deliveries are answered 503, and their hubs send them again. */
const MAX_AT_ONCE = 8

const one = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export const pushRoute = ({ push, deliver, maxBody }: PushCallback, log: Logger): Router => {
  const router = Router()
  let active = 0

  /** Reads at most `maxBody` bytes, unchanged, since the signature covers them. */
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
      const reason = checked.kind === 'ignored' ? checked.why : checked.kind
      const { source } = admitted.subscription
      log.warn({ event: 'push.ignored', source, reason, address: request.ip }, 'delivery ignored')
      // The same answer as for a valid delivery (WebSub, 7.1.1): an attacker learns nothing.
      return void response.status(202).type('text').send('Thank you.')
    }
    const { subscription } = checked
    const items = await deliver({ subscription, body, contentType: request.get('content-type') ?? null })
    const outcome = items === null ? 'crawl' : 'queued'
    const { source } = subscription
    log.info({ event: 'push.delivered', source, bytes: body.length, items: items ?? 0, outcome }, 'delivered')
    response.status(202).type('text').send('Thank you.')
  }

  router.get('/:token', async (request, response) => {
    const query = Object.fromEntries(Object.entries(request.query).map(([name, value]) => [name, one(value)]))
    const { status, body } = await push.verify(request.params.token, query)
    response.status(status).type('text').send(body)
  })

  router.post('/:token', async (request, response) => {
    if (active >= MAX_AT_ONCE) {
      response.status(503).set('retry-after', '5').type('text').send('Busy; send it again.')
      return
    }
    active += 1
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
      active -= 1
    }
  })
  return router
}
