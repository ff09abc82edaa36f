/** One's own account: password, sessions, and how dates and numbers are shown. */

import { type Request, type Response, Router } from 'express'
import { passwordTrouble } from '../../../../domain/actor.ts'
import { Preferences } from '../../auth/preferences.ts'
import { UserError } from '../../auth/users.ts'
import { form, readFields, showInvalid } from '../../web/edits.ts'
import { sessionOf, whoOf } from '../../web/guard.ts'
import { readOrigin, setCookies } from '../../web/let-in.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'
import { accountPage } from './view.ts'

const HERE = '/account'

export const accountRoutes = ({ people, audit, show, now }: PageParts): Router => {
  const { users, sessions, preferences, settings } = people
  const router = Router()

  /** The name of whoever logged in by password here; null after answering that the account is kept elsewhere. */
  const needSession = (request: Request, response: Response): string | null => {
    const who = whoOf(response)
    if (who?.by === 'session') return who.name
    const text = 'You are not logged in by a password of newsdesk: your account is kept elsewhere.'
    show.message(request, response, 409, 'Not possible', text)
    return null
  }

  router.get('/', async (request, response) => {
    const who = whoOf(response)
    if (who === null) return
    const [own, chosen] = await Promise.all([
      who.by === 'session' ? sessions.list(who.name, sessionOf(request)) : [],
      preferences.read(who.name),
    ])
    show(request, response, {
      ...{
        title: 'Your account',
        at: HERE,
        body: accountPage({ who, sessions: own, preferences: chosen, now: now() }),
      },
      data: { name: who.name, role: who.role, sessions: own, preferences: chosen },
    })
  })

  router.post('/preferences', form, async (request, response) => {
    const chosen = readFields(request, response, show, Preferences)
    if (chosen === null) return
    await preferences.write(actorOf(request, response).name, chosen)
    await show.done(request, response, { text: 'Saved.', to: HERE, data: chosen })
  })

  router.post('/password', form, async (request, response) => {
    const name = needSession(request, response)
    if (name === null) return
    const [current, chosen] = [textOf(request.body, 'current'), textOf(request.body, 'password')]
    const trouble = passwordTrouble(chosen)
    if (trouble !== undefined) return showInvalid(request, response, show, [['password', trouble]])
    // As a log-in: whoever took over a session cannot guess the password faster than a stranger.
    const checked = await sessions.logIn(name, current, readOrigin(request))
    if (checked === 'wrong') return showInvalid(request, response, show, [['current', 'is not your password']])
    if (!('session' in checked)) {
      const seconds = Math.ceil(checked.wait / 1_000)
      response.set('retry-after', String(seconds))
      return show.message(request, response, 429, 'Too many attempts', `Nothing was changed. Wait ${seconds} s.`)
    }
    try {
      await audit.around({ by: actorOf(request, response), what: 'user.password', on: name }, () =>
        users.setPassword(name, chosen),
      )
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return show.message(request, response, 409, 'Not possible', `${error.message}.`)
    }
    await sessions.end(checked.session)
    const user = await users.get(name)
    if (user) setCookies(request, response, await sessions.begin(user, readOrigin(request)), settings)
    const text = 'Your password is changed, and all your other sessions have ended.'
    await show.done(request, response, { text, to: HERE, data: { changed: true } })
  })

  router.post('/sessions/end', form, async (request, response) => {
    const name = needSession(request, response)
    if (name === null) return
    const wanted = textOf(request.body, 'id')
    const listed = await sessions.list(name, sessionOf(request))
    const ids = listed.filter(({ id, isOwn }) => (wanted === '' ? !isOwn : id === wanted)).map(({ id }) => id)
    const end = () => sessions.endListed(name, ids)
    const by = actorOf(request, response)
    const ended = await audit.around({ by, what: 'user.end-sessions', on: name }, end, after => ({ after }))
    const text =
      ended === 0 ? 'There was no such session any more.' : `Ended ${ended === 1 ? 'a session' : `${ended} sessions`}.`
    await show.done(request, response, { text, to: HERE, data: { ended } })
  })
  return router
}
