/** Headlines of what is pinned or blocked. */

import type { ArticleStore } from '../../../../articles/store.ts'
import type { ArticleId, StoryId } from '../../../../domain/article.ts'
import type { Override } from '../../../../lists/overrides.ts'
import type { Titled } from '../../components/headline.ts'

/** By the id of what is pinned or blocked: the article, or the lead of the story; missing where it has been deleted. */
export const readTitles = async (
  archive: Pick<ArticleStore, 'articles' | 'stories'>,
  overrides: readonly Override[],
): Promise<ReadonlyMap<string, Titled>> => {
  const ids = [...new Set(overrides.map(({ what }) => what))]
  const stories = await archive.stories(ids as StoryId[]) // looked up
  const articles = await archive.articles(ids.map((id, index) => stories[index]?.lead ?? (id as ArticleId))) // likewise
  return new Map(ids.flatMap((id, index) => (articles[index] ? [[id, articles[index]]] : [])))
}
