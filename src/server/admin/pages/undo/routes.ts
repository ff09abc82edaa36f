/** Undoes the action that a message told of: once, by the user who did it, and only if nothing has changed since. */

import { Router } from 'express'
import { roleToUndo } from '../../../../use-cases/undo.ts'
import { answer, form } from '../../web/edits.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'

export const undoRoutes = ({ flashes, undo, show }: PageParts): Router => {
  const router = Router()
  router.post('/', form, async (request, response) => {
    const by = actorOf(request, response)
    const action = await flashes.takeUndo(by.name, textOf(request.body, 'undo'))
    if (action === null) {
      const text = 'It was undone already, or too long ago. Nothing was changed.'
      return show.message(request, response, 410, 'It cannot be undone any more', text)
    }
    // The role may have changed since.
    if (!can(response, roleToUndo(action)))
      return show.message(request, response, 403, 'Only an admin may do that', 'Nothing was changed.')
    await answer(request, response, show, await undo(by, action), text => ({ text }))
  })
  return router
}
