/** What is checked before every page: security headers, the user, forged requests, and the role. */

import type { NextFunction, Request, Response } from 'express'
import { hasRole, isRead, type UserRole, type Who } from '../../../domain/actor.ts'

export const COOKIE = 'newsdesk_session'
/** Marks a browser in which a user logged in before; it does not log anybody in. */
export const DEVICE_COOKIE = 'newsdesk_device'

/**
 * No inline scripts or styles and nothing from other servers, not even pictures of articles, so that publishers learn
 * nothing about editors. No page may frame us.
 */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The queue dashboard's editor adds style elements, and its page declares its base. Scripts are its own files only. */
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
 * Whether a request that changes something comes from another site's page. Browsers send the origin (Sec-Fetch-Site,
 * Origin), and no page can forge it. Without either header the client is not a browser; then a cookie or a proxy's
 * log-in is not accepted for changes: scripts use tokens. (docs/decisions/0020)
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

/** @returns undefined without the header; empty if it is not a bearer token */
export const bearerOf = ({ headers }: Pick<Request, 'headers'>): string | undefined =>
  headers.authorization === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(headers.authorization)?.[1] ?? '')

/** The user of a request, once identified; null if there is none. */
// Set in checks.ts alone.
export const whoOf = (response: Response): Who | null => (response.locals.who as Who | undefined) ?? null

/** Whether the user has a role: pages hide controls from others. */
export const can = (response: Response, role: UserRole): boolean => {
  const who = whoOf(response)
  return who !== null && hasRole(who.role, role)
}
