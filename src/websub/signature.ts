/** Makes and checks X-Hub-Signature headers: `method=hex` of an HMAC of the body (WebSub, section 7.1). (pure) */

import { createHmac, timingSafeEqual } from 'node:crypto'

/** The methods of the WebSub Recommendation; old hubs send sha1. */
const METHODS = new Set(['sha1', 'sha256', 'sha384', 'sha512'])

export const signBody = (body: Uint8Array, secret: string, method = 'sha256'): string =>
  `${method}=${createHmac(method, secret).update(body).digest('hex')}`

/** Describes what is wrong with a signature; null if it is valid. Compares in constant time. */
export const findSignatureFault = (signature: string | undefined, body: Uint8Array, secret: string): string | null => {
  if (signature === undefined || signature === '') return 'it is not signed'
  const [, method = '', hex = ''] = /^([a-z0-9]+)=([0-9a-f]+)$/i.exec(signature.trim()) ?? []
  if (!METHODS.has(method.toLowerCase())) return 'it is signed by no method we know'
  const right = createHmac(method.toLowerCase(), secret).update(body).digest()
  const given = Buffer.from(hex, 'hex')
  return given.length === right.length && timingSafeEqual(given, right) ? null : 'its signature is wrong'
}
