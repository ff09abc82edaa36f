/** Finds sources, articles and stories by words, an id or an address: the search in the header of every page. */

import { Router } from 'express'
import type { StoryId } from '../../../../domain/article.ts'
import type { PageParts } from '../../web/parts.ts'
import { textOf } from '../../web/respond.ts'
import { createFindArticles } from '../articles/find.ts'
import { ArticlesQuery } from '../articles/query.ts'
import { describeSources, SourcesQuery, select } from '../sources/query.ts'
import { searchPage } from './view.ts'

/** Of each kind. */
const MAX_FOUND = 10
const MAX_WORDS = 200

export const searchRoutes = (parts: PageParts): Router => {
  const { readSummaries, sources, archive, sections, show, now } = parts
  const findArticles = createFindArticles(parts)
  const router = Router()

  router.get('/', async (request, response) => {
    const words = textOf(request.query, 'q').trim().slice(0, MAX_WORDS)
    const labels = new Map(sections().map(({ id, label }) => [id, label]))
    const [papers, found, [named]] =
      words === ''
        ? [[], { rows: [], count: 0 }, []]
        : await Promise.all([
            select(describeSources(await readSummaries(), now()), SourcesQuery.parse({ q: words, sort: 'name' }), now())
              .matching,
            findArticles(ArticlesQuery.parse({ q: words })),
            archive.stories([words as StoryId]), // looked up
          ])
    const ids = [...new Set(found.rows.map(({ story }) => story))]
    const stories = [named, ...(await archive.stories(ids))].flatMap(story =>
      story && (story.articles.length > 1 || story === named) ? [story] : [],
    )
    const leads = await archive.articles(stories.map(({ lead }) => lead))
    const view = {
      ...{ words, sources: papers.slice(0, MAX_FOUND), sourcesFound: papers.length },
      ...{ articles: found.rows.slice(0, MAX_FOUND), articlesFound: found.count },
      stories: stories.slice(0, MAX_FOUND).map((story, at) => ({ story, lead: leads[at] ?? null })),
      nameOf: (id: string) => sources.get(id)?.name ?? id,
      labelOf: (id: string) => labels.get(id) ?? id,
      now: now(),
    }
    show(request, response, {
      ...{ title: words === '' ? 'Search' : `Search: ${words}`, at: '', body: searchPage(view) },
      data: {
        sources: view.sources.map(({ source, word }) => ({ id: source.id, name: source.name, state: word })),
        articles: view.articles.map(({ id, title, story }) => ({ id, title, story })),
        stories: view.stories.map(({ story }) => story.id),
      },
    })
  })
  return router
}
