/** What stands before every page: security headers, refusal of forged requests, the session cookie. (no state) */

import type { NextFunction, Request, Response } from 'express'

export const COOKIE = 'newsdesk_session'

/** Pages bring their own style and script; pictures of articles come from publishers. Nobody may frame us. */
const POLICY =
  "default-src 'self'; img-src 'self' data: https: http:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

export const securityHeaders = (_request: Request, response: Response, next: NextFunction): void => {
  response.set({
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  })
  next()
}

/**
 * Whether a request that changes something comes from a page of ours. Browsers say where a request comes from (Sec-Fetch-Site, Origin),
 * and no page can forge it; a program without either is no browser and carries no cookie it was tricked into sending.
 */
export const isForged = (method: string, headers: Readonly<Record<string, string | string[] | undefined>>): boolean => {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false
  const site = headers['sec-fetch-site']
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none'
  const { origin } = headers
  if (typeof origin !== 'string') return false
  return !URL.canParse(origin) || new URL(origin).host !== headers.host
}

export const refuseForged = (request: Request, response: Response, next: NextFunction): void => {
  if (isForged(request.method, request.headers))
    response.status(403).type('text').send('This request does not come from a page of newsdesk.')
  else next()
}

export const sessionOf = (request: Request): string | undefined =>
  /(?:^|;\s*)newsdesk_session=([A-Za-z0-9_-]{20,100})/.exec(request.headers.cookie ?? '')?.[1]
