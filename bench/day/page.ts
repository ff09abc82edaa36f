/** The page of an article with all its panels, as a site shows it: from the lists as they are, and read without repeats. */

import type { Redis } from 'ioredis'
import { readPanels } from '../../src/client/index.ts'
import type { Entry } from '../../src/domain/entry.ts'
import type { Outcome, StoredArticle } from './outcome.ts'

export interface Panel {
  readonly title: string
  readonly entries: readonly Entry[]
}

type OpenArticle = Pick<StoredArticle, 'id' | 'section'>

/** Title, list and number of entries, as the site of issue 20 shows them; the shortest list has the first choice. */
const panelsOf = ({ id, section }: OpenArticle): (readonly [title: string, list: string, limit: number])[] => [
  ['You May Also Like', `related:${id}`, 5],
  [`Latest: ${section}`, `latest:${section}`, 6],
  ['Weekly Best Articles', 'most-read:week', 12],
  ['Popular Now', 'most-read:now', 5],
  ['Must-Reads', 'must-reads', 5],
]

export const countPlaces = (article: OpenArticle): number =>
  panelsOf(article).reduce((sum, [, , limit]) => sum + limit, 0)

/** The heads of the lists. */
export const makePage = (lists: Outcome['lists'], article: OpenArticle): Panel[] =>
  panelsOf(article).map(([title, list, limit]) => ({ title, entries: (lists.get(list) ?? []).slice(0, limit) }))

/**
 * Reads the pages of articles without repeats, as a service reads them.
 * @returns ids of the entries of each panel, by article
 */
export const readUniquePages = async (
  redis: Redis,
  prefix: string,
  articles: readonly OpenArticle[],
): Promise<Outcome['uniquePages']> => {
  const pages = new Map<string, readonly (readonly string[])[]>()
  for (const article of articles) {
    const lists = panelsOf(article).map(([, list, limit]) => ({ list, limit }))
    const { panels } = await readPanels(redis, { article: article.id, lists, unique: true }, { prefix })
    pages.set(
      article.id,
      panels.map(({ entries }) => entries.map(({ id }) => id)),
    )
  }
  return pages
}

/** The page as it was read without repeats. */
export const makeUniquePage = ({ lists, uniquePages }: Outcome, article: OpenArticle): Panel[] =>
  panelsOf(article).map(([title, list], place) => {
    const ids = uniquePages.get(article.id)?.[place] ?? []
    return { title, entries: ids.flatMap(id => lists.get(list)?.find(entry => entry.id === id) ?? []) }
  })
