/** Creating the first user by the one-time link. Open to everybody who has the link. */

import express, { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import type { AdminSettings } from '../../../../config/sections/admin.ts'
import { MIN_PASSWORD_LENGTH, passwordTrouble } from '../../../../domain/actor.ts'
import type { Audit } from '../../../../use-cases/audit-log.ts'
import type { Sessions } from '../../auth/sessions.ts'
import type { Users } from '../../auth/users.ts'
import { setupPage } from '../../components/log-in-view.ts'
import { letIn, readOrigin } from '../../web/let-in.ts'
import { type Show, textOf } from '../../web/respond.ts'

export interface SetUpParts {
  readonly users: Pick<Users, 'any' | 'add'>
  readonly sessions: Pick<Sessions, 'isSetupToken' | 'takeSetupToken' | 'begin'>
  readonly audit: Pick<Audit, 'around'>
  readonly settings: Pick<AdminSettings, 'session' | 'secureCookies'>
  readonly show: Show
  readonly log: Logger
}

export const setUpRoutes = ({ users, sessions, audit, settings, show, log }: SetUpParts): Router => {
  const router = Router()

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

  router.post('/setup', express.urlencoded({ extended: false, limit: '10kb' }), async (request, response) => {
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
    const add = () => users.add('admin', 'admin', password)
    const described = () => ({ after: { role: 'admin' } })
    const user = await audit.around({ by, what: 'user.add', on: 'admin' }, add, described)
    log.info({ event: 'admin.set_up', address: request.ip }, 'the user admin was created with the one-time link')
    letIn(request, response, await sessions.begin(user, readOrigin(request)), settings, '/')
  })
  return router
}
