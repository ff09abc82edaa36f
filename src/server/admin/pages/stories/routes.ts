/** The page of a story, and merging and splitting it. */

import { type Request, type Response, Router } from 'express'
import { readLeadReason } from '../../../../articles/lead-reason.ts'
import type { StoredStory } from '../../../../articles/store.ts'
import type { ArticleId, StoryId } from '../../../../domain/article.ts'
import type { EditOutcome } from '../../../../use-cases/editing.ts'
import { answer, form } from '../../web/edits.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'
import { toSearchQuery } from '../articles/query.ts'
import { type FoundStory, storyPage } from './view.ts'

const MAX_EDITS = 20
/** Articles searched for stories to merge. */
const MAX_FOUND = 50

/** Values of a field that may be given several times. */
const listOf = (request: Request, name: string): readonly string[] => {
  const given: unknown = (request.body as Record<string, unknown> | undefined)?.[name] // parsed by express
  return (Array.isArray(given) ? given : [given]).filter(value => typeof value === 'string' && value !== '')
}

interface Merged {
  readonly into: StoryId
  /** The articles of each story that was merged. */
  readonly groups: readonly (readonly ArticleId[])[]
}

/** Merges stories into one, each as an action of its own. */
const mergeAll = async (
  { archive, editingActions }: Pick<PageParts, 'archive' | 'editingActions'>,
  by: ReturnType<typeof actorOf>,
  into: StoryId,
  from: readonly StoryId[],
): Promise<EditOutcome<Merged>> => {
  if (from.length === 0) return { kind: 'wrong', why: 'No story was ticked.' }
  const before = await archive.stories(from)
  for (const id of from) {
    const outcome = await editingActions.merge(by, id, into)
    if (outcome.kind !== 'done') return outcome
  }
  return { kind: 'done', result: { into, groups: before.map(story => story?.articles ?? []) } }
}

const editRoutes = (parts: PageParts): Router => {
  const { archive, editingActions, show } = parts
  const router = Router()

  /** The stories of these articles, or these stories themselves. */
  const findStories = async (ids: readonly string[]): Promise<StoryId[]> => {
    const articles = await archive.articles(ids as readonly ArticleId[]) // looked up
    return [...new Set(ids.map((id, at) => articles[at]?.story ?? (id as StoryId)))] // likewise
  }
  const tellMerge = async (request: Request, response: Response, outcome: EditOutcome<Merged>): Promise<void> =>
    answer(request, response, show, outcome, ({ into, groups }) => ({
      text: groups.length === 1 ? 'Merged the stories.' : `Merged ${groups.length + 1} stories.`,
      to: `/stories/${into}`,
      undo: { kind: 'merged', into, groups: groups.map(articles => [...articles]) },
    }))

  // No id of a story starts with a dash. Into the story with most articles.
  router.post('/-/merge', form, async (request, response) => {
    const ids = await findStories(listOf(request, 'article'))
    const found = (await archive.stories(ids)).flatMap(story => story ?? [])
    const [into, ...from] = found.sort((a, b) => b.articles.length - a.articles.length).map(({ id }) => id)
    const outcome: EditOutcome<Merged> =
      into === undefined || from.length === 0
        ? { kind: 'wrong', why: 'Tick articles of at least two stories.' }
        : await mergeAll(parts, actorOf(request, response), into, from)
    await tellMerge(request, response, outcome)
  })

  router.post('/:id/merge', form, async (request, response) => {
    const into = request.params.id as StoryId // looked up
    const from = await findStories(listOf(request, 'from'))
    await tellMerge(request, response, await mergeAll(parts, actorOf(request, response), into, from))
  })

  router.post('/:id/split', form, async (request, response) => {
    const articles = listOf(request, 'articles') as readonly ArticleId[] // looked up
    const from = request.params.id as StoryId // looked up
    const outcome: EditOutcome<StoryId> =
      articles.length === 0
        ? { kind: 'wrong', why: 'No article was ticked.' }
        : await editingActions.split(actorOf(request, response), articles)
    await answer(request, response, show, outcome, to => ({
      text:
        articles.length === 1 ? 'Split an article off the story.' : `Split ${articles.length} articles off the story.`,
      to: `/stories/${from}`,
      undo: { kind: 'split', from, to, articles: [...articles] },
    }))
  })
  return router
}

export const storiesRoutes = (parts: PageParts): Router => {
  const { redis, keys, sources, archive, finder, audit, sections, show, now } = parts
  const router = Router()
  router.use(editRoutes(parts))

  /** Other stories with an article whose title has these words. */
  const search = async (words: string, own: StoryId): Promise<readonly FoundStory[]> => {
    if (words === '') return []
    const query = toSearchQuery({ q: words, source: '', section: '', from: '', to: '', page: 1 })
    const { ids } = await finder.find(query, 0, MAX_FOUND)
    const articles = (await archive.articles(ids)).flatMap(article => article ?? [])
    const firsts = new Map(articles.filter(({ story }) => story !== own).map(article => [article.story, article]))
    const stories = await archive.stories([...firsts.keys()])
    return stories.flatMap((story: StoredStory | null) => {
      const article = story && firsts.get(story.id)
      return article ? [{ story, article }] : []
    })
  }

  router.get('/:id', async (request, response) => {
    const id = request.params.id as StoryId // looked up
    const [[story], [became]] = await Promise.all([archive.stories([id]), archive.resolveStories([id])])
    if (!story) {
      if (became && became !== id) return response.redirect(303, `/stories/${became}`)
      return show.message(request, response, 404, 'No such story', 'It expired: look for one of its articles.')
    }
    const words = textOf(request.query, 'q').trim().slice(0, 200)
    const [found, leadership, others] = await Promise.all([
      archive.articles(story.articles),
      readLeadReason({ redis, keys }, story.id),
      search(words, story.id),
    ])
    const articles = found.filter(article => article !== null)
    const { entries } = await audit.read({ who: '', what: 'story.', on: '' }, null, 500)
    const named = [story.id, ...story.articles]
    const edits = entries
      .filter(({ on, after }) => named.some(each => on.includes(each) || after.includes(each)))
      .slice(0, MAX_EDITS)
    const lead = articles.find(each => each.id === story.lead)
    const labels = new Map(sections().map(each => [each.id, each.label]))
    show(request, response, {
      title: `Story: ${lead?.title ?? story.id}`,
      at: '/articles',
      body: storyPage({
        ...{ story, articles, leadership, edits, words, others, now: now() },
        nameOf: source => sources.get(source)?.name ?? source,
        labelOf: section => labels.get(section) ?? section,
        mayAct: can(response, 'editor'),
      }),
      data: { story, articles, leadership },
    })
  })
  return router
}
