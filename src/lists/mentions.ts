/**
 * Related lists that name an article, found by looking at all of them: what points back from an article to the lists that show it
 * (src/lists/related-back-links.ts) is bounded, and a block is to be complete. Seldom asked, by an editor who waits for it.
 */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { scanKeys } from '../redis/scan.ts'
import { loadScript, runScript } from '../redis/script.ts'

const mentionsScript = loadScript(new URL('./mentions.lua', import.meta.url))

/** As entries are written (src/lists/entries.ts): the lead by its id, others by their address alone. */
const textsOf = ({ id, url }: { readonly id: ArticleId; readonly url: string }): string[] => [
  `,"id":"${id}","title":`,
  `"url":${JSON.stringify(url)}`,
]

/** @returns the articles beside which these lists stand */
export const relatedNaming = async (
  redis: Redis,
  keys: Keys,
  articles: readonly { readonly id: ArticleId; readonly url: string }[],
): Promise<ArticleId[]> => {
  if (articles.length === 0) return []
  const [texts, before] = [articles.flatMap(textsOf), keys.list('related:')]
  const found: ArticleId[] = []
  for await (const page of scanKeys(redis, `${before}*`)) {
    const names = await Promise.all(page.map(key => runScript(redis, mentionsScript, [key], texts)))
    found.push(...page.filter((_, at) => names[at] === 1).map(key => key.slice(before.length) as ArticleId)) // its name
  }
  return found
}
