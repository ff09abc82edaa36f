/** Finds articles by the fields of the search; a query that matches no title may be an id or an address. */

import { createParameterStore } from '../../../../articles/parameters/parameter-store.ts'
import type { StoredArticle } from '../../../../articles/store.ts'
import type { ArticleId } from '../../../../domain/article.ts'
import { articleId, bareId, canonicalUrl } from '../../../../domain/canonical-url.ts'
import type { PageParts } from '../../web/parts.ts'
import { type ArticlesQuery, PER_PAGE, toSearchQuery } from './query.ts'

export type FindArticles = (
  query: ArticlesQuery,
) => Promise<{ readonly rows: readonly StoredArticle[]; readonly count: number }>

export const createFindArticles = ({
  redis,
  keys,
  archive,
  finder,
}: Pick<PageParts, 'redis' | 'keys' | 'archive' | 'finder'>): FindArticles => {
  const urls = createParameterStore({ redis, keys })
  const idsOf = async (query: string): Promise<string[]> => {
    await urls.refresh()
    const address = canonicalUrl(query, urls.keeps)
    return address === null ? [query] : [query, articleId(address), ...[bareId(address) ?? []].flat()]
  }
  return async query => {
    const { ids, count } = await finder.find(toSearchQuery(query), (query.page - 1) * PER_PAGE, PER_PAGE)
    const found = (await archive.articles(ids)).filter(article => article !== null)
    const named = query.q === '' || found.length > 0 ? [] : await idsOf(query.q)
    const byName = (await archive.articles(named as ArticleId[])).find(article => article !== null) // looked up
    return byName ? { rows: [byName], count: 1 } : { rows: found, count }
  }
}
