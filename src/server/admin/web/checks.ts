/**
 * The checks that every request passes before it reaches a page, each a handler that answers what it refuses. Refused
 * requests are counted, so that an attack is noticed and slowed down.
 */

import { hostname } from 'node:os'
import type { Request, RequestHandler, Response } from 'express'
import type { AdminSettings } from '../../../config/sections/admin.ts'
import { isRead } from '../../../domain/actor.ts'
import { isOwnHost, nameOfHost } from '../auth/hosts.ts'
import type { RefusalKind, Refusals } from '../auth/refusals.ts'
import { loginPage } from '../components/log-in-view.ts'
import { bearerOf, can, isForged, whoOf } from './guard.ts'
import type { Identify } from './identify.ts'
import { neededRole } from './permissions.ts'
import { actorOf, backOf, type Show, wantsJson } from './respond.ts'

export interface CheckParts {
  readonly refusals: Pick<Refusals, 'count'>
  readonly show: Show
}

const countRefusal = (
  refusals: CheckParts['refusals'],
  kind: RefusalKind,
  request: Request,
  response: Response,
): number => refusals.count(kind, actorOf(request, response), `${request.method} ${request.path}`)

/** Refuses host names that are not ours, which a page of a stranger has after DNS rebinding. */
export const checkHost = ({ host, hosts }: AdminSettings, { refusals, show }: CheckParts): RequestHandler => {
  const ownNames = [host, hostname(), ...hosts]
  return (request, response, next) => {
    if (isOwnHost(request.headers.host, ownNames)) return next()
    const name = nameOfHost(request.headers.host) ?? ''
    refusals.count('host', actorOf(request, response), `under ${name}`)
    const text = `newsdesk does not know ${name === '' ? 'the host name of this request' : `the host name ${name}`}. If it is one of yours, add it to admin.hosts in newsdesk.yaml, or to NEWSDESK_ADMIN_HOSTS, and restart.`
    show.message(request, response, 421, 'Unknown host name', text)
  }
}

/** Identifies the user, for `whoOf`, and refuses those who are known but have no access. */
export const checkUser =
  (identify: Identify, { refusals, show }: CheckParts): RequestHandler =>
  async (request, response, next) => {
    const who = await identify(request)
    if (who !== 'denied') {
      response.locals.who = who
      return next()
    }
    const isToken = bearerOf(request) !== undefined
    const name = isToken ? 'a token' : 'a user of the proxy'
    refusals.count('token', { name, from: request.ip ?? null }, `${request.method} ${request.path}`)
    if (isToken) response.set('www-authenticate', 'Bearer')
    const text = 'Neither your token nor your groups give you access. Ask an admin of newsdesk.'
    show.message(request, response, isToken ? 401 : 403, 'No access', text)
  }

/** Refuses changes that come from a page of another site. */
export const checkForgery =
  ({ refusals, show }: CheckParts): RequestHandler =>
  (request, response, next) => {
    if (!isForged(request.method, request.headers, whoOf(response)?.by ?? null)) return next()
    countRefusal(refusals, 'forged', request, response)
    const text = 'This request does not come from a page of newsdesk. Scripts must use a token.'
    show.message(request, response, 403, 'Refused', text)
  }

/**
 * Sends a browser without a user to the log-in page; where a session ended before a form was sent, that page says so. A
 * script is told to log in.
 */
export const requireUser =
  (show: Show): RequestHandler =>
  (request, response, next) => {
    if (whoOf(response)) return next()
    if (request.method === 'GET' && !wantsJson(request) && request.accepts('html')) {
      const query = request.originalUrl === '/' ? '' : `?next=${encodeURIComponent(request.originalUrl)}`
      response.redirect(303, `/login${query}`)
    } else if (!isRead(request.method) && !wantsJson(request) && request.accepts('html')) {
      const problem = 'Your session has ended, so nothing was changed. Log in, and do it again.'
      const body = loginPage({ problem, anyUser: true, next: backOf(request, '/'), name: '' })
      show(request, response, { title: 'Log in', at: '', status: 401, body })
    } else response.status(401).set('www-authenticate', 'Bearer').type('text').send('Log in first.')
  }

/**
 * Refuses what the user's role does not allow (permissions.ts), so that pages need not check, and makes those wait who
 * try again and again.
 */
export const checkRole =
  ({ refusals, show }: CheckParts): RequestHandler =>
  (request, response, next) => {
    const needed = neededRole(request.method, request.path)
    if (can(response, needed)) return next()
    const wait = countRefusal(refusals, 'role', request, response)
    if (wait > 0) {
      const slower = `Too many of your requests were refused. Nothing was changed. Wait ${wait} s.`
      show.message(request, response.set('retry-after', String(wait)), 429, 'Too many requests', slower)
      return
    }
    const one = needed === 'editor' ? 'an editor or admin' : 'an admin'
    const role = whoOf(response)?.role ?? 'viewer'
    const text = `You are ${role === 'editor' ? 'an editor' : `a ${role}`}, and this takes ${one}. Nothing was changed.`
    show.message(request, response, 403, `Only ${one} may do that`, text)
  }
