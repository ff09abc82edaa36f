/** Edits of an article: pins and blocks it, moves it to another section, splits it off its story. */

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { ArticleId } from '../../../../domain/article.ts'
import { EVERYWHERE, type Override, PinPlace, Reason } from '../../../../lists/overrides.ts'
import { findChosenSection } from '../../../../use-cases/undo.ts'
import { formatDuration } from '../../../../util/duration.ts'
import { answer, form, readFields, readSpan } from '../../web/edits.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, backOf, textOf, wantsJson } from '../../web/respond.ts'
import { samePlacePage } from './same-place-view.ts'
import { readTitles } from './titles.ts'

type EditParts = Pick<PageParts, 'archive' | 'editingActions' | 'overrides' | 'sections' | 'show' | 'now'>

const Why = z.object({ why: Reason.default('') })
const Pin = Why.extend({
  place: z
    .string()
    .transform(text => (text.trim() === '' ? 1 : Number(text)))
    .pipe(PinPlace)
    .default(1),
})

/** A headline within a sentence; isolated, since it may be of the other direction. */
export const quote = (title: string): string => `“\u2068${title}\u2069”`

const isSamePlace = (a: Pick<Override, 'kind' | 'list' | 'what'>, b: Pick<Override, 'kind' | 'list' | 'what'>) =>
  a.kind === b.kind && a.list === b.list && a.what === b.what

/** Puts an article into a place of a list for a while. */
const pinRoute = (parts: EditParts) => async (request: Request<{ id: string }>, response: Response) => {
  const { archive, editingActions, overrides, show, now } = parts
  const by = actorOf(request, response)
  const lasts = readSpan(request, response, show, '6h')
  if (lasts === null) return
  const fields = readFields(request, response, show, Pin)
  if (fields === null) return
  const { id } = request.params
  const list = textOf(request.body, 'list') || 'must-reads'
  const [standing, [article]] = await Promise.all([overrides(), archive.articles([id as ArticleId])]) // looked up
  const others = standing.filter(
    each => each.kind === 'pin' && each.list === list && each.place === fields.place && each.what !== id,
  )
  const choice = textOf(request.body, 'others')
  if (others.length > 0 && choice === '' && !wantsJson(request)) {
    const view = {
      ...{ id, list, place: fields.place, others, now: now() },
      title: article?.title ?? id,
      titles: await readTitles(archive, others),
      fields: { list, place: String(fields.place), why: fields.why, for: textOf(request.body, 'for') || '6h' },
      back: backOf(request, `/articles/${id}`),
    }
    const title = 'Another article is pinned there'
    return show(request, response, { title, at: '/', status: 409, body: samePlacePage(view) })
  }
  const outcome = await editingActions.addOverride(by, {
    ...{ kind: 'pin', what: id, lasts, by: by.name, list, ...fields },
  })
  if (outcome.kind === 'done' && choice === 'end')
    for (const other of others) await editingActions.removeOverrides(by, 'pin', other.what, list)
  await answer(request, response, show, outcome, override => ({
    text: `Pinned ${quote(article?.title ?? id)} to place ${override.place} of ${list} for ${formatDuration(lasts)}${choice === 'end' ? ', in place of what was pinned there' : ''}.`,
    undo: {
      ...{ kind: 'placed', override, before: standing.find(each => isSamePlace(each, override)) ?? null },
      ended: choice === 'end' ? others : [],
    },
  }))
}

/** Keeps an article or its story off a list, or off all, for a while. */
const blockRoute =
  ({ archive, editingActions, overrides, show }: EditParts) =>
  async (request: Request<{ id: string }>, response: Response) => {
    const by = actorOf(request, response)
    const lasts = readSpan(request, response, show, '6h')
    if (lasts === null) return
    const fields = readFields(request, response, show, Why)
    if (fields === null) return
    const [standing, [article]] = await Promise.all([
      overrides(),
      archive.articles([request.params.id as ArticleId]), // looked up
    ])
    const isStory = textOf(request.body, 'what') === 'story' && article !== undefined && article !== null
    const list = textOf(request.body, 'list') || EVERYWHERE
    const outcome = await editingActions.addOverride(by, {
      ...{ kind: 'block', lasts, by: by.name, list, ...fields },
      what: isStory ? article.story : request.params.id,
    })
    await answer(request, response, show, outcome, override => ({
      text: `Blocked ${quote(article?.title ?? override.what)}${isStory ? ' and its story' : ''} from ${list === EVERYWHERE ? 'every list' : list} for ${formatDuration(lasts)}.`,
      undo: { kind: 'placed', override, before: standing.find(each => isSamePlace(each, override)) ?? null, ended: [] },
    }))
  }

const endRoute =
  (kind: Override['kind'], { archive, editingActions, show }: EditParts) =>
  async (request: Request<{ id: string }>, response: Response) => {
    const { id } = request.params
    const list = textOf(request.body, 'list') || null
    const lifted = await editingActions.removeOverrides(actorOf(request, response), kind, id, list)
    const titles = await readTitles(archive, lifted)
    const outcome =
      lifted.length > 0
        ? ({ kind: 'done', result: lifted } as const)
        : ({
            kind: 'missing',
            why: `There is no ${kind} of ${id} any more: it expired, or somebody ended it.`,
          } as const)
    await answer(request, response, show, outcome, ended => ({
      text: `Ended the ${kind} of ${quote(titles.get(ended[0]?.what ?? '')?.title ?? id)}.`,
      undo: { kind: 'lifted', overrides: [...ended] },
    }))
  }

export const articleEditRoutes = (parts: EditParts): Router => {
  const { archive, editingActions, sections, show } = parts
  const router = Router()
  router.post('/:id/pin', form, pinRoute(parts))
  router.post('/:id/block', form, blockRoute(parts))
  router.post('/:id/unpin', form, endRoute('pin', parts))
  router.post('/:id/unblock', form, endRoute('block', parts))

  router.post('/:id/section', form, async (request, response) => {
    const section = textOf(request.body, 'section')
    const [article] = await archive.articles([request.params.id as ArticleId]) // looked up
    const to = section === '' ? null : section
    const from = article ? findChosenSection(article) : null
    const id = article?.id ?? (request.params.id as ArticleId) // looked up
    const outcome = await editingActions.setSection(actorOf(request, response), id, to)
    await answer(request, response, show, outcome, ({ after }) => ({
      text: `Moved ${quote(article?.title ?? id)} to ${sections().find(each => each.id === after)?.label ?? after}.`,
      undo: { kind: 'section', article: id, from, to },
    }))
  })

  router.post('/:id/split', form, async (request, response) => {
    const [article] = await archive.articles([request.params.id as ArticleId]) // looked up
    const id = article?.id ?? (request.params.id as ArticleId) // looked up
    const outcome = await editingActions.split(actorOf(request, response), [id])
    await answer(request, response, show, outcome, to => ({
      text: `Split ${quote(article?.title ?? id)} from its story.`,
      undo: article ? { kind: 'split', from: article.story, to, articles: [id] } : null,
    }))
  })
  return router
}
