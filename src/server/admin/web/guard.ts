/** What stands before every page: security headers, who asks, refusal of forged requests, and of changes by who may only look. */

import type { NextFunction, Request, Response } from 'express'
import { isRead, mayAct, type Who } from '../../../domain/actor.ts'

export const COOKIE = 'newsdesk_session'
/** Tells a browser in which a user logged in before; it lets nobody in. */
export const DEVICE_COOKIE = 'newsdesk_device'

/** Nothing inline, nothing from elsewhere, pictures of articles neither: publishers learn nothing of who looks. Nobody may frame us. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The queue dashboard's editor makes style elements of its own, and its page names its base. Scripts are its files alone. */
const BOARD_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

export const securityHeaders = (request: Request, response: Response, next: NextFunction): void => {
  response.set({
    'content-security-policy': /^\/queues(\/|$)/.test(request.path) ? BOARD_POLICY : POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  })
  next()
}

/**
 * Whether a request that changes something comes from a page of somebody else. Browsers say where a request comes from (Sec-Fetch-Site,
 * Origin), and no page can forge it. Where neither is said there is no browser; then a cookie, or the log-in of a proxy, is nothing to
 * act by: scripts have tokens. (docs/decisions/0020)
 */
export const isForged = (
  method: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  by: Who['by'] | null,
): boolean => {
  if (isRead(method)) return false
  const site = headers['sec-fetch-site']
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none'
  const { origin } = headers
  if (typeof origin !== 'string') return by === 'session' || by === 'proxy'
  return !URL.canParse(origin) || new URL(origin).host !== headers.host
}

export const sessionOf = (request: Request): string | undefined =>
  /(?:^|;\s*)newsdesk_session=([A-Za-z0-9_-]{20,100})/.exec(request.headers.cookie ?? '')?.[1]

export const deviceOf = (request: Request): string | undefined =>
  /(?:^|;\s*)newsdesk_device=([A-Za-z0-9_-]{43})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1]

/** @returns undefined without the header; empty where it is no bearer's */
export const bearerOf = ({ headers }: Pick<Request, 'headers'>): string | undefined =>
  headers.authorization === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(headers.authorization)?.[1] ?? '')

/** Who asks, once that is found out; null where nobody did. */
export const whoOf = (response: Response): Who | null => (response.locals.who as Who | undefined) ?? null // set in server.ts alone

/** Refused with a page that says why, whatever the method: pages need not look at roles. */
export const mayNot = (request: Request, response: Response): boolean => {
  const who = whoOf(response)
  return who !== null && !isRead(request.method) && !mayAct(who)
}
