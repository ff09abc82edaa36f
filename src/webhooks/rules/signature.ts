/** Signatures of messages as the Standard Webhooks specification 1.0.0 has them: symmetric, `v1`. (pure) */

import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

/**
 * The headers that identify and sign a message.
 * @param secret `whsec_` and base64
 * @param at     s since the epoch: receivers refuse old ones, so each attempt has its own
 */
export const signedHeaders = (
  secret: string,
  id: string,
  at: number,
  body: string,
): Readonly<Record<string, string>> => {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` }
}
