/** Users and tokens, for admins: who may log in and what for. Every change is in the audit, without secrets. */

import { type Request, type Response, Router } from 'express'
import { UserName, UserRole } from '../../../../domain/actor.ts'
import { Duration } from '../../../../util/units.ts'
import { newSecret } from '../../auth/passwords.ts'
import { UserError } from '../../auth/users.ts'
import { form } from '../../web/edits.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'
import { secretPage, tokensPage, usersPage } from './view.ts'

const PATHS = { users: '/users', tokens: '/tokens' } as const

/** The address under which the browser reaches us. */
const originOf = (request: Request): string => `${request.protocol}://${request.headers.host}`

/** Answers what cannot be done with status 409. */
const guarded =
  (show: PageParts['show'], run: (request: Request<{ id: string }>, response: Response) => Promise<void>) =>
  async (request: Request<{ id: string }>, response: Response): Promise<void> => {
    try {
      await run(request, response)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      show.message(request, response, 409, 'Not possible', `${error.message}.`)
    }
  }

const readRole = (request: Request): UserRole => {
  const role = UserRole.safeParse(textOf(request.body, 'role'))
  if (role.success) return role.data
  throw new UserError(`the role must be one of ${UserRole.options.join(', ')}`)
}

export const usersRoutes = ({ people, audit, show, now }: PageParts): Router => {
  const { users, sessions, resets } = people
  const router = Router()
  const need = async (name: string) => {
    const user = await users.get(name)
    if (!user) throw new UserError(`there is no user ${JSON.stringify(name)}`)
    return user
  }

  /** Shows a link that sets a password; it is shown this once. */
  const showLink = async (request: Request, response: Response, name: string, text: string): Promise<void> => {
    const link = `${originOf(request)}/reset?once=${await resets.create(name)}`
    const body = secretPage({ text, secret: link, label: 'Link', back: PATHS.users })
    show(request, response, { title: `A link for ${name}`, at: PATHS.users, body, data: { user: name, link } })
  }

  router.get('/', async (request, response) => {
    const all = await users.list()
    const counts = await Promise.all(all.map(({ name }) => sessions.list(name, undefined)))
    const rows = all.map((user, at) => ({ ...user, sessions: counts[at]?.length ?? 0 }))
    const view = { users: rows, own: actorOf(request, response).name, now: now() }
    show(request, response, {
      ...{ title: 'Users', at: PATHS.users, body: usersPage(view) },
      data: { users: rows.map(({ name, role, addedAt, sessions: open }) => ({ name, role, addedAt, sessions: open })) },
    })
  })

  router.post(
    '/',
    form,
    guarded(show, async (request, response) => {
      const [name, role] = [textOf(request.body, 'name').trim(), readRole(request)]
      const by = actorOf(request, response)
      // Nobody knows this password: the link sets another.
      const add = () => users.add(name, role, newSecret())
      await audit.around({ by, what: 'user.add', on: name.slice(0, 64) }, add, () => ({ after: { role } }))
      const text = `Send it to ${name}: it sets a password and logs in, once, within a day.`
      await showLink(request, response, name, text)
    }),
  )

  router.post(
    '/:id/role',
    form,
    guarded(show, async (request, response) => {
      const { id } = request.params
      const [before, role] = [await need(id), readRole(request)]
      const described = () => ({ before: { role: before.role }, after: { role } })
      const by = actorOf(request, response)
      await audit.around({ by, what: 'user.role', on: id }, () => users.setRole(id, role), described)
      const text = `${id} is now ${role}, and has to log in again.`
      await show.done(request, response, { text, to: PATHS.users, data: { user: id, role } })
    }),
  )

  router.post(
    '/:id/reset',
    form,
    guarded(show, async (request, response) => {
      const { name } = await need(request.params.id)
      await audit.around({ by: actorOf(request, response), what: 'user.reset-link', on: name }, async () => undefined)
      const text = `Send it to ${name}: it sets another password, once, within a day. Until then the old one stays.`
      await showLink(request, response, name, text)
    }),
  )

  router.post(
    '/:id/sessions/end',
    form,
    guarded(show, async (request, response) => {
      const { name } = await need(request.params.id)
      const ids = (await sessions.list(name, undefined)).map(({ id }) => id)
      const end = () => sessions.endListed(name, ids)
      const by = actorOf(request, response)
      const ended = await audit.around({ by, what: 'user.end-sessions', on: name }, end, after => ({ after }))
      const text = ended === 0 ? `${name} had no session.` : `Ended ${ended} of ${name}’s sessions.`
      await show.done(request, response, { text, to: PATHS.users, data: { user: name, ended } })
    }),
  )

  router.post(
    '/:id/remove',
    form,
    guarded(show, async (request, response) => {
      const { name, role } = await need(request.params.id)
      const by = actorOf(request, response)
      const described = () => ({ before: { role } })
      await audit.around({ by, what: 'user.remove', on: name }, () => users.remove(name), described)
      const text = `Removed ${name} and ended all sessions of that user.`
      await show.done(request, response, { text, to: PATHS.users, data: { removed: name } })
    }),
  )
  return router
}

export const tokensRoutes = ({ people, audit, show, now }: PageParts): Router => {
  const { tokens } = people
  const router = Router()

  router.get('/', async (request, response) => {
    const all = await tokens.list()
    const body = tokensPage({ tokens: all, now: now() })
    show(request, response, { title: 'Tokens', at: PATHS.tokens, body, data: { tokens: all } })
  })

  router.post(
    '/',
    form,
    guarded(show, async (request, response) => {
      const [name, role] = [textOf(request.body, 'name').trim(), readRole(request)]
      if (!UserName.safeParse(name).success)
        throw new UserError('the name must be 1 to 64 letters, digits, dots, _, @, + and -')
      const lasts = textOf(request.body, 'for')
      const span = lasts === '' ? null : Duration.safeParse(lasts)
      if (span !== null && !span.success) throw new UserError(`for ${span.error.issues[0]?.message}`)
      const add = () => tokens.add(name, role, span === null ? null : now() + span.data)
      const described = ({ id }: { readonly id: string }) => ({ on: id, after: { name, role, for: lasts || 'good' } })
      const by = actorOf(request, response)
      const { id, token } = await audit.around({ by, what: 'token.add', on: name }, add, described)
      const text = 'A script sends it as “Authorization: Bearer …”. It is shown only now.'
      const body = secretPage({ text, secret: token, label: 'Token', back: PATHS.tokens })
      show(request, response, { title: `Token of ${name}`, at: PATHS.tokens, body, data: { id, token } })
    }),
  )

  router.post(
    '/:id/revoke',
    form,
    guarded(show, async (request, response) => {
      const { id } = request.params
      const revoke = async () => {
        const found = await tokens.revoke(id)
        if (!found) throw new UserError(`there is no token ${JSON.stringify(id)}`)
        return found
      }
      const described = ({ name, role }: { readonly name: string; readonly role: UserRole }) => ({
        before: { name, role },
      })
      const by = actorOf(request, response)
      const { name } = await audit.around({ by, what: 'token.revoke', on: id }, revoke, described)
      const text = `Revoked the token of ${name}.`
      await show.done(request, response, { text, to: PATHS.tokens, data: { revoked: id } })
    }),
  )
  return router
}
