/** Edits of an article: pins and blocks it, moves it to another section, splits it off its story. */

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { ArticleId } from '../../../../domain/article.ts'
import { EVERYWHERE, PinPlace, Reason } from '../../../../lists/overrides.ts'
import { answer, form, readFields, readSpan } from '../../web/edits.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'

type EditParts = Pick<PageParts, 'archive' | 'editingActions' | 'show'>

const Why = z.object({ why: Reason.default('') })
const Pin = Why.extend({
  place: z
    .string()
    .transform(text => (text.trim() === '' ? 1 : Number(text)))
    .pipe(PinPlace)
    .default(1),
})

/** Puts an article into a place of a list, or blocks it, for a while; or ends that. */
const overrideRoutes = ({ archive, editingActions, show }: EditParts): Router => {
  const router = Router()

  router.post('/:id/pin', form, async (request, response) => {
    const by = actorOf(request, response)
    const lasts = readSpan(request, response, show, '6h')
    if (lasts === null) return
    const fields = readFields(request, response, show, Pin)
    if (fields === null) return
    const outcome = await editingActions.addOverride(by, {
      ...{ kind: 'pin', what: request.params.id, lasts, by: by.name, ...fields },
      list: textOf(request.body, 'list') || 'must-reads',
    })
    answer(request, response, show, outcome, 'pinned')
  })

  router.post('/:id/block', form, async (request, response) => {
    const by = actorOf(request, response)
    const lasts = readSpan(request, response, show, '6h')
    if (lasts === null) return
    const fields = readFields(request, response, show, Why)
    if (fields === null) return
    const [article] = await archive.articles([request.params.id as ArticleId]) // looked up
    const isStory = textOf(request.body, 'what') === 'story' && article !== undefined && article !== null
    const outcome = await editingActions.addOverride(by, {
      ...{ kind: 'block', lasts, by: by.name, ...fields },
      what: isStory ? article.story : request.params.id,
      list: textOf(request.body, 'list') || EVERYWHERE,
    })
    answer(request, response, show, outcome, 'blocked')
  })

  for (const kind of ['pin', 'block'] as const)
    router.post(`/:id/un${kind}`, form, async (request: Request<{ id: string }>, response: Response) => {
      const { id } = request.params
      const list = textOf(request.body, 'list') || null
      const lifted = await editingActions.removeOverrides(actorOf(request, response), kind, id, list)
      const outcome =
        lifted.length > 0
          ? ({ kind: 'done', result: lifted } as const)
          : ({
              kind: 'missing',
              why: `There is no ${kind} of ${id} any more: it expired, or somebody ended it.`,
            } as const)
      answer(request, response, show, outcome, 'lifted')
    })
  return router
}

export const articleEditRoutes = (parts: EditParts): Router => {
  const { editingActions, show } = parts
  const router = Router()
  router.use(overrideRoutes(parts))

  router.post('/:id/section', form, async (request, response) => {
    const section = textOf(request.body, 'section')
    const id = request.params.id as ArticleId // looked up
    const outcome = await editingActions.setSection(actorOf(request, response), id, section === '' ? null : section)
    answer(request, response, show, outcome, 'moved')
  })

  router.post('/:id/split', form, async (request, response) => {
    // Looked up.
    const outcome = await editingActions.split(actorOf(request, response), [request.params.id as ArticleId])
    answer(request, response, show, outcome, 'split')
  })
  return router
}
