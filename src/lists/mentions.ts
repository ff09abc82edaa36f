/**
 * Finds the related lists that name an article by scanning all of them: related back-links
 * (src/lists/related-back-links.ts) are bounded, and a block must be complete. Used rarely, by an editor who waits for
 * the result.
 */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { scanKeys } from '../redis/scan.ts'
import { loadScript, runScript } from '../redis/script.ts'

const mentionsScript = loadScript(new URL('./mentions.lua', import.meta.url))

/** As src/lists/entries.ts writes entries: the lead by its id, other articles by URL only. */
const buildSearchTexts = ({ id, url }: { readonly id: ArticleId; readonly url: string }): string[] => [
  `,"id":"${id}","title":`,
  `"url":${JSON.stringify(url)}`,
]

/** @returns the articles whose related lists name any of these */
export const relatedNaming = async (
  redis: Redis,
  keys: Keys,
  articles: readonly { readonly id: ArticleId; readonly url: string }[],
): Promise<ArticleId[]> => {
  if (articles.length === 0) return []
  const [texts, before] = [articles.flatMap(buildSearchTexts), keys.list('related:')]
  const found: ArticleId[] = []
  for await (const page of scanKeys(redis, `${before}*`)) {
    const names = await Promise.all(page.map(key => runScript(redis, mentionsScript, [key], texts)))
    found.push(...page.filter((_, at) => names[at] === 1).map(key => key.slice(before.length) as ArticleId)) // its name
  }
  return found
}
