/** The pages of articles: the search, and single articles. */

import { Router } from 'express'
import type { StoredArticle } from '../../../../articles/store.ts'
import type { ArticleId, StoryId } from '../../../../domain/article.ts'
import type { Entry } from '../../../../domain/entry.ts'
import type { Explanation } from '../../../../domain/story-decision.ts'
import type { Fetch } from '../../../../sources/state/history.ts'
import { sharedWords } from '../../../../stories/explain.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { articleEditRoutes } from './edit-routes.ts'
import { createFindArticles } from './find.ts'
import { ArticlesQuery } from './query.ts'
import { readTitles } from './titles.ts'
import { type ArticleView, articlePage, articlesPage, type Compared } from './view.ts'

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

/** The stories that an article was compared with, with their articles and the words they share with it. */
const readCompared = (
  archive: PageParts['archive'],
  article: StoredArticle,
  why: Explanation | null,
): Promise<readonly Compared[]> =>
  Promise.all(
    (why?.now ?? []).map(async ({ story, score, needed, articles }) => ({
      ...{ story, score, needed },
      articles: (await archive.articles(articles)).flatMap(other =>
        other ? [{ article: other, shared: sharedWords(article, other) }] : [],
      ),
    })),
  )

/** The places of an article in published lists. */
const readPlaces = async (
  { redis, keys }: Pick<PageParts, 'redis' | 'keys'>,
  names: readonly string[],
  id: ArticleId,
): Promise<ArticleView['places']> => {
  const lists = await Promise.all(names.map(name => redis.lrange(keys.list(name), 0, '-1')))
  return names.flatMap((list, index) => {
    const entry = placeIn(lists[index] ?? [], id)
    return entry ? [{ list, entry }] : []
  })
}

/** All that the page of an article shows, except what depends on its reader. */
const readArticle = async (
  { redis, keys, sources, archive, explainStory, listsShowing }: PageParts,
  article: StoredArticle,
): Promise<Pick<ArticleView, 'article' | 'siblings' | 'source' | 'fetch' | 'why' | 'compared' | 'places'>> => {
  const [owner = ''] = article.sources
  const source = sources.get(owner) ?? null
  const [history, why, [story], places] = await Promise.all([
    source ? sources.history(source.id) : [],
    explainStory(article.id),
    archive.stories([article.story]),
    readPlaces({ redis, keys }, listsShowing(article.sections), article.id),
  ])
  const compared = await readCompared(archive, article, why)
  const fetch = findFetch(history, article.firstSeenAt)
  return { article, siblings: story?.articles.length ?? 1, source, fetch, why, compared, places }
}

export const articlesRoutes = (parts: PageParts): Router => {
  const { sources, archive, overrides, sections, show, now } = parts
  const router = Router()
  router.use(articleEditRoutes(parts))
  const findArticles = createFindArticles(parts)
  const nameOf = (id: string): string => sources.get(id)?.name ?? id
  const labelOf = (id: string): string => sections().find(each => each.id === id)?.label ?? id

  router.get('/', async (request, response) => {
    const query = ArticlesQuery.parse(request.query)
    const { rows, count } = await findArticles(query)
    show(request, response, {
      title: 'Articles',
      at: '/articles',
      body: articlesPage({
        ...{ query, rows, count, sections: sections(), nameOf, labelOf, now: now() },
        mayAct: can(response, 'editor'),
      }),
      data: { count, page: query.page, articles: rows },
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
    const [view, inForce] = await Promise.all([readArticle(parts, article), overrides()])
    const own = inForce.filter(({ what }) => what === article.id || what === article.story)
    const { source: _, ...data } = view
    show(request, response, {
      title: article.title,
      at: '/articles',
      body: articlePage({
        ...{ ...view, nameOf, labelOf, sections: sections(), mayAct: can(response, 'editor'), now: now() },
        ...{ overrides: own, titles: await readTitles(archive, own) },
      }),
      data,
    })
  })
  return router
}
