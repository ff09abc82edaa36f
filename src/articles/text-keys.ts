/** The keys of an article's text, which scripts take together. */

import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'

/** Its hash, its text, and its text while it is withheld: one slot. */
export const listTextKeys = (keys: Keys, id: ArticleId): string[] => [
  keys.article(id),
  keys.articleContent(id),
  keys.articleContentWithheld(id),
]
