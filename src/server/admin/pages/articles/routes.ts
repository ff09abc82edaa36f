/** The pages of articles: the search, single articles, and edits by editors. */

import { type Request, type Response, Router } from 'express'
import { createParameterStore } from '../../../../articles/parameters/parameter-store.ts'
import type { StoredArticle } from '../../../../articles/store.ts'
import { mayAct } from '../../../../domain/actor.ts'
import type { ArticleId, StoryId } from '../../../../domain/article.ts'
import { articleId, bareId, canonicalUrl } from '../../../../domain/canonical-url.ts'
import type { Entry } from '../../../../domain/entry.ts'
import { EVERYWHERE } from '../../../../lists/overrides.ts'
import type { Fetch } from '../../../../sources/state/history.ts'
import { sharedWords } from '../../../../stories/explain.ts'
import { Duration } from '../../../../util/units.ts'
import { whoOf } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'
import { answer, form, wordsFor } from './edit-routes.ts'
import { ArticlesQuery, PER_PAGE, toSearchQuery } from './query.ts'
import { articlePage, articlesPage } from './view.ts'

/** Maximum ms between a fetch and the time its articles are first seen. */
const MAX_INGEST_DELAY = 120_000

/** The fetch that found an article: the last one with changes before the article was first seen. (pure) */
export const findFetch = (history: readonly Fetch[], firstSeenAt: number): Fetch | null =>
  history.find(
    ({ at, outcome }) =>
      (outcome === 'changed' || outcome === 'push') && at <= firstSeenAt && at > firstSeenAt - MAX_INGEST_DELAY,
  ) ?? null

/**
 * The place of an article in a published list; null if it is not in it. Entries are long and lists many, so only the
 * one entry is parsed.
 */
const placeIn = (entries: readonly string[], id: ArticleId): Pick<Entry, 'rank' | 'placedBy'> | null => {
  const found = entries.find(entry => entry.includes(`,"id":"${id}","title":`))
  if (found === undefined) return null
  const { rank, placedBy } = JSON.parse(found) as Entry // written by publish
  return { rank, placedBy }
}

export const articlesRoutes = (parts: PageParts): Router => {
  const { redis, keys, sources, archive, finder, explainStory, listsShowing, editingActs, sections, show, now } = parts
  const router = Router()
  const urls = createParameterStore({ redis, keys })
  /** A query that matches no title may be an id or a URL. */
  const idsOf = async (query: string): Promise<string[]> => {
    await urls.refresh()
    const address = canonicalUrl(query, urls.keeps)
    return address === null ? [query] : [query, articleId(address), ...[bareId(address) ?? []].flat()]
  }
  const nameOf = (id: string): string => sources.get(id)?.name ?? id
  const canAct = (response: Response): boolean => {
    const who = whoOf(response)
    return who !== null && mayAct(who)
  }

  router.get('/', async (request, response) => {
    const query = ArticlesQuery.parse(request.query)
    const { ids, count } = await finder.find(toSearchQuery(query), (query.page - 1) * PER_PAGE, PER_PAGE)
    const found = (await archive.articles(ids)).filter(article => article !== null)
    const named = query.q === '' || found.length > 0 ? [] : await idsOf(query.q)
    const byName = (await archive.articles(named as ArticleId[])).find(article => article !== null) // looked up
    const rows: readonly StoredArticle[] = byName ? [byName] : found
    show(request, response, {
      title: 'Articles',
      at: '/articles',
      body: articlesPage({ query, rows, count: byName ? 1 : count, sections: sections(), nameOf, now: now() }),
      data: { count: byName ? 1 : count, page: query.page, articles: rows },
    })
  })

  router.get('/:id', async (request, response) => {
    const [article] = await archive.articles([request.params.id as ArticleId]) // looked up
    if (!article) {
      const [story] = await archive.stories([request.params.id as StoryId]) // looked up
      if (story) response.redirect(303, `/stories/${story.id}`)
      else show.message(request, response, 404, 'No such article', 'It expired, or never existed.')
      return
    }
    const [owner = ''] = article.sources
    const source = sources.get(owner) ?? null
    const names = listsShowing(article.sections)
    const [history, why, [story], lists] = await Promise.all([
      source ? sources.history(source.id) : [],
      explainStory(article.id),
      archive.stories([article.story]),
      Promise.all(names.map(name => redis.lrange(keys.list(name), 0, '-1'))),
    ])
    const compared = await Promise.all(
      (why?.now ?? []).map(async ({ story: id, score, articles }) => ({
        ...{ story: id, score },
        articles: (await archive.articles(articles)).flatMap(other =>
          other ? [{ article: other, shared: sharedWords(article, other) }] : [],
        ),
      })),
    )
    const places = names.flatMap((list, index) => {
      const entry = placeIn(lists[index] ?? [], article.id)
      return entry ? [{ list, entry }] : []
    })
    const fetch = findFetch(history, article.firstSeenAt)
    const siblings = story?.articles.length ?? 1
    const view = { article, siblings, source, fetch, why, compared, places, nameOf }
    show(request, response, {
      title: article.title,
      at: '/articles',
      body: articlePage({ ...view, sections: sections(), mayAct: canAct(response), now: now() }),
      message: wordsFor(textOf(request.query, 'done')),
      data: { article, siblings, fetch, why, compared, places },
    })
  })

  const lasts = (request: Request, response: Response): number | null => {
    const span = Duration.safeParse(textOf(request.body, 'for') || '6h')
    if (span.success) return span.data
    show.message(request, response, 400, 'Invalid input', `for: ${span.error.issues[0]?.message ?? ''}`)
    return null
  }

  router.post('/:id/pin', form, async (request, response) => {
    const by = actorOf(request, response)
    const span = lasts(request, response)
    if (span === null) return
    const place = Number(textOf(request.body, 'place') || 1)
    const outcome = await editingActs.place(by, {
      ...{ kind: 'pin', what: request.params.id, lasts: span, by: by.name, why: textOf(request.body, 'why') },
      list: textOf(request.body, 'list') || 'must-reads',
      place: Number.isInteger(place) ? Math.min(1_000, Math.max(1, place)) : 1,
    })
    answer(request, response, show, outcome, 'pinned')
  })

  router.post('/:id/block', form, async (request, response) => {
    const by = actorOf(request, response)
    const span = lasts(request, response)
    if (span === null) return
    const [article] = await archive.articles([request.params.id as ArticleId]) // looked up
    const isStory = textOf(request.body, 'what') === 'story' && article !== undefined && article !== null
    const outcome = await editingActs.place(by, {
      ...{ kind: 'block', lasts: span, by: by.name, why: textOf(request.body, 'why') },
      what: isStory ? article.story : request.params.id,
      list: textOf(request.body, 'list') || EVERYWHERE,
    })
    answer(request, response, show, outcome, 'blocked')
  })

  for (const kind of ['pin', 'block'] as const)
    router.post(`/:id/un${kind}`, form, async (request: Request<{ id: string }>, response: Response) => {
      const { id } = request.params
      const list = textOf(request.body, 'list') || null
      const lifted = await editingActs.lift(actorOf(request, response), kind, id, list)
      const outcome =
        lifted.length > 0
          ? ({ kind: 'done', result: lifted } as const)
          : ({
              kind: 'missing',
              why: `There is no ${kind} of ${id} any more: it expired, or somebody ended it.`,
            } as const)
      answer(request, response, show, outcome, 'lifted')
    })

  router.post('/:id/section', form, async (request, response) => {
    const section = textOf(request.body, 'section')
    const id = request.params.id as ArticleId // looked up
    const outcome = await editingActs.file(actorOf(request, response), id, section === '' ? null : section)
    answer(request, response, show, outcome, 'moved')
  })

  router.post('/:id/split', form, async (request, response) => {
    const outcome = await editingActs.split(actorOf(request, response), [request.params.id as ArticleId]) // looked up
    answer(request, response, show, outcome, 'split')
  })
  return router
}
