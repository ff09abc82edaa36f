/** Setting a password by a link that an admin made. Open to everybody who has the link. */

import express, { type Request, type Response, Router } from 'express'
import { MIN_PASSWORD_LENGTH, passwordTrouble } from '../../../../domain/actor.ts'
import type { Audit } from '../../../../use-cases/audit-log.ts'
import { resetPage } from '../../components/log-in-view.ts'
import { letIn, readOrigin } from '../../web/let-in.ts'
import type { People } from '../../web/parts.ts'
import { type Show, textOf } from '../../web/respond.ts'

export interface ResetParts {
  readonly people: People
  readonly audit: Pick<Audit, 'around'>
  readonly show: Show
}

export const resetRoutes = ({ people, audit, show }: ResetParts): Router => {
  const { users, sessions, resets, settings } = people
  const router = Router()

  const showForm = (request: Request, response: Response, user: string, token: string, problem: string | null): void =>
    show(request, response, {
      ...{ title: 'Set your password', at: '', status: problem ? 400 : 200 },
      body: resetPage({ user, token, problem, shortest: MIN_PASSWORD_LENGTH }),
    })
  const tooLate = (request: Request, response: Response): void =>
    show.message(
      ...([request, response, 410, 'This link was used already, or has expired'] as const),
      'Ask an admin of newsdesk for another.',
    )

  router.get('/reset', async (request, response) => {
    const token = textOf(request.query, 'once')
    const user = await resets.find(token)
    if (user === null) tooLate(request, response)
    else showForm(request, response, user, token, null)
  })

  router.post('/reset', express.urlencoded({ extended: false, limit: '10kb' }), async (request, response) => {
    const [token, password] = [textOf(request.body, 'token'), textOf(request.body, 'password')]
    const problem = passwordTrouble(password)
    const found = await resets.find(token)
    if (found !== null && problem !== undefined)
      return showForm(request, response, found, token, `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`)
    const name = await resets.take(token)
    if (name === null) return tooLate(request, response)
    const by = { name, from: request.ip ?? null }
    await audit.around({ by, what: 'user.password', on: name }, () => users.setPassword(name, password))
    const user = await users.get(name)
    if (user) letIn(request, response, await sessions.begin(user, readOrigin(request)), settings, '/')
    else tooLate(request, response)
  })
  return router
}
