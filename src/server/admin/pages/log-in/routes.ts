/** Logging in and out. Open to users who are not logged in. */

import express, { type Request, type Response, Router } from 'express'
import type { AdminSettings } from '../../../../config/sections/admin.ts'
import type { Audit } from '../../../../use-cases/audit-log.ts'
import type { Refusals } from '../../auth/refusals.ts'
import type { Sessions } from '../../auth/sessions.ts'
import type { Users } from '../../auth/users.ts'
import { type LoginView, loginPage } from '../../components/log-in-view.ts'
import { COOKIE, sessionOf, whoOf } from '../../web/guard.ts'
import { letIn, readOrigin } from '../../web/let-in.ts'
import { actorOf, pathOf, type Show, textOf } from '../../web/respond.ts'

export interface LogInParts {
  readonly users: Pick<Users, 'any' | 'get'>
  readonly sessions: Pick<Sessions, 'logIn' | 'end'>
  readonly audit: Pick<Audit, 'visit'>
  readonly refusals: Pick<Refusals, 'count'>
  readonly settings: Pick<AdminSettings, 'session' | 'secureCookies'>
  readonly show: Show
}

const formatSeconds = (seconds: number): string =>
  seconds < 120 ? `${seconds} second${seconds === 1 ? '' : 's'}` : `${Math.ceil(seconds / 60)} minutes`

export const logInRoutes = ({ users, sessions, audit, refusals, settings, show }: LogInParts): Router => {
  const router = Router()

  const showLogin = async (
    request: Request,
    response: Response,
    status: number,
    view: Omit<LoginView, 'anyUser'>,
  ): Promise<void> => {
    const anyUser = await users.any()
    const title = anyUser ? 'Log in' : 'No user yet'
    show(request, response, { title, at: '', status, body: loginPage({ ...view, anyUser }) })
  }

  router.get('/login', async (request, response) => {
    if (whoOf(response)) {
      response.redirect(303, '/')
      return
    }
    await showLogin(request, response, 200, { problem: null, next: pathOf(textOf(request.query, 'next')), name: '' })
  })
  router.post('/login', express.urlencoded({ extended: false, limit: '10kb' }), async (request, response) => {
    const [name, password] = [textOf(request.body, 'user').trim(), textOf(request.body, 'password')]
    const next = pathOf(textOf(request.body, 'next'))
    const outcome = await sessions.logIn(name, password, readOrigin(request))
    if (typeof outcome === 'object' && 'session' in outcome) {
      await audit.visit({ name, from: request.ip ?? null }, 'log-in')
      letIn(request, response, outcome, settings, next)
      return
    }
    const seconds = outcome === 'wrong' ? 0 : Math.ceil(outcome.wait / 1_000)
    // Only names of existing users are counted, so that random names cannot fill the table.
    const who = (await users.get(name)) === null ? 'no such user' : name
    const kind = outcome === 'wrong' ? 'log-in' : 'delayed'
    refusals.count(kind, { name: who, from: request.ip ?? null }, `user ${JSON.stringify(name.slice(0, 64))}`)
    if (seconds > 0) response.set('retry-after', String(seconds))
    const [status, problem] =
      outcome === 'wrong'
        ? ([401, 'Wrong user or password.'] as const)
        : ([429, `Too many attempts. Your password was not checked: try again in ${formatSeconds(seconds)}.`] as const)
    await showLogin(request, response, status, { problem, next, name })
  })

  router.post('/logout', async (request, response) => {
    // A token or a proxy's header has no session to end: recording it would let its holder fill the audit.
    if (whoOf(response)?.by === 'session') await audit.visit(actorOf(request, response), 'log-out')
    await sessions.end(sessionOf(request))
    response.clearCookie(COOKIE)
    response.redirect(303, '/login')
  })
  return router
}
