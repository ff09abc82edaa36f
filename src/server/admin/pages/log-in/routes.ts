/** Logging in, creating the first user by the one-time link, and logging out. Open to users who are not logged in. */

import express, { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import type { AdminSettings } from '../../../../config/sections/admin.ts'
import { MIN_PASSWORD_LENGTH, passwordTrouble } from '../../../../domain/actor.ts'
import type { Audit } from '../../../../use-cases/audit-log.ts'
import { DEVICE_LASTS } from '../../auth/devices.ts'
import type { Refusals } from '../../auth/refusals.ts'
import type { From, Sessions, StartedSession } from '../../auth/sessions.ts'
import type { Users } from '../../auth/users.ts'
import { loginPage, setupPage } from '../../components/log-in-view.ts'
import { COOKIE, DEVICE_COOKIE, deviceOf, sessionOf, whoOf } from '../../web/guard.ts'
import { actorOf, pathOf, type Show, textOf } from '../../web/respond.ts'

export interface EntryParts {
  readonly users: Users
  readonly sessions: Sessions
  readonly audit: Pick<Audit, 'around' | 'visit'>
  readonly refusals: Pick<Refusals, 'count'>
  readonly settings: Pick<AdminSettings, 'session' | 'secureCookies'>
  readonly show: Show
  readonly log: Logger
}

const formatSeconds = (seconds: number): string =>
  seconds < 120 ? `${seconds} second${seconds === 1 ? '' : 's'}` : `${Math.ceil(seconds / 60)} minutes`

export const logInRoutes = ({ users, sessions, audit, refusals, settings, show, log }: EntryParts): Router => {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: '10kb' })

  const showLogin = async (
    request: Request,
    response: Response,
    status: number,
    view: { problem: string | null; next: string; name: string },
  ): Promise<void> => {
    const anyUser = await users.any()
    const title = anyUser ? 'Log in' : 'No user yet'
    show(request, response, { title, at: '', status, body: loginPage({ ...view, anyUser }) })
  }

  const letIn = (request: Request, response: Response, { session, device }: StartedSession, to: string): void => {
    const options = {
      httpOnly: true,
      sameSite: 'strict',
      // Behind a trusted proxy, Express knows that the browser used TLS.
      secure: settings.secureCookies || request.secure,
      path: '/',
    } as const
    response.cookie(COOKIE, session, { ...options, maxAge: settings.session })
    response.cookie(DEVICE_COOKIE, device, { ...options, maxAge: DEVICE_LASTS })
    response.redirect(303, to)
  }
  const readOrigin = (request: Request): From => ({ address: request.ip ?? '', device: deviceOf(request) })

  router.get('/login', async (request, response) => {
    if (whoOf(response)) {
      response.redirect(303, '/')
      return
    }
    await showLogin(request, response, 200, { problem: null, next: pathOf(textOf(request.query, 'next')), name: '' })
  })
  router.post('/login', form, async (request, response) => {
    const [name, password] = [textOf(request.body, 'user').trim(), textOf(request.body, 'password')]
    const next = pathOf(textOf(request.body, 'next'))
    const outcome = await sessions.logIn(name, password, readOrigin(request))
    if (typeof outcome === 'object' && 'session' in outcome) {
      await audit.visit({ name, from: request.ip ?? null }, 'log-in')
      letIn(request, response, outcome, next)
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

  const showSetup = (request: Request, response: Response, token: string, problem: string | null): void =>
    show(request, response, {
      title: 'Set up newsdesk',
      at: '',
      status: problem ? 400 : 200,
      body: setupPage(token, problem, MIN_PASSWORD_LENGTH),
    })
  const tooLate = (request: Request, response: Response): void =>
    show.message(
      request,
      response,
      410,
      'This link was used already, or has expired',
      'If there is no user yet, restart newsdesk for a new link.',
    )
  router.get('/setup', async (request, response) => {
    const token = textOf(request.query, 'once')
    if (await sessions.isSetupToken(token)) showSetup(request, response, token, null)
    else tooLate(request, response)
  })
  router.post('/setup', form, async (request, response) => {
    const [token, password] = [textOf(request.body, 'token'), textOf(request.body, 'password')]
    const problem = passwordTrouble(password)
    if (problem !== undefined) {
      showSetup(request, response, token, `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`)
      return
    }
    // Once there is a user, links printed before are invalid.
    if (!(await sessions.takeSetupToken(token)) || (await users.any())) {
      tooLate(request, response)
      return
    }
    const by = { name: 'admin', from: request.ip ?? null }
    const user = await audit.around({ by, what: 'user.add', on: 'admin' }, async () => ({
      after: { role: 'admin' },
      result: await users.add('admin', 'admin', password),
    }))
    log.info({ address: request.ip }, 'the user admin was created with the one-time link')
    letIn(request, response, await sessions.begin(user, readOrigin(request)), '/')
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
