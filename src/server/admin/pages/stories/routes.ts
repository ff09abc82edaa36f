/** The page of a story, and merging and splitting it. */

import { Router } from 'express'
import { readLeadReason } from '../../../../articles/lead-reason.ts'
import type { ArticleId, StoryId } from '../../../../domain/article.ts'
import { answer, form, wordsFor } from '../../web/edits.ts'
import { canAct } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'
import { storyPage } from './view.ts'

const MAX_EDITS = 20

export const storiesRoutes = ({
  redis,
  keys,
  sources,
  archive,
  audit,
  editingActions,
  show,
  now,
}: PageParts): Router => {
  const router = Router()

  router.get('/:id', async (request, response) => {
    const [story] = await archive.stories([request.params.id as StoryId]) // looked up
    if (!story) {
      const text = 'It expired, or was merged into another: look for one of its articles.'
      show.message(request, response, 404, 'No such story', text)
      return
    }
    const [found, leadership] = await Promise.all([
      archive.articles(story.articles),
      readLeadReason({ redis, keys }, story.id),
    ])
    const articles = found.filter(article => article !== null)
    const { entries } = await audit.read({ who: '', what: 'story.', on: '' }, null, 500)
    const named = [story.id, ...story.articles]
    const edits = entries
      .filter(({ on, after }) => named.some(id => on.includes(id) || after.includes(id)))
      .slice(0, MAX_EDITS)
    const nameOf = (id: string): string => sources.get(id)?.name ?? id
    const lead = articles.find(({ id }) => id === story.lead)
    show(request, response, {
      title: `Story: ${lead?.title ?? story.id}`,
      at: '/articles',
      body: storyPage({ story, articles, leadership, edits, nameOf, mayAct: canAct(response), now: now() }),
      message: wordsFor(textOf(request.query, 'done')),
      data: { story, articles, leadership },
    })
  })

  router.post('/:id/split', form, async (request, response) => {
    const ticked: unknown = (request.body as Record<string, unknown> | undefined)?.articles // parsed by express
    const articles = (Array.isArray(ticked) ? ticked : [ticked]).filter(id => typeof id === 'string' && id !== '')
    const outcome =
      articles.length === 0
        ? ({ kind: 'wrong', why: 'No article was ticked.' } as const)
        : await editingActions.split(actorOf(request, response), articles as ArticleId[]) // looked up
    answer(request, response, show, outcome, 'split', `/stories/${request.params.id}`)
  })

  router.post('/:id/merge', form, async (request, response) => {
    const named = textOf(request.body, 'into').trim()
    const [article] = await archive.articles([named as ArticleId]) // looked up
    const into = article?.story ?? (named as StoryId) // looked up
    // Looked up.
    const outcome = await editingActions.merge(actorOf(request, response), request.params.id as StoryId, into)
    answer(request, response, show, outcome, 'merged', `/stories/${into}`)
  })
  return router
}
