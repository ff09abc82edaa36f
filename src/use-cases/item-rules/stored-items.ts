/** Reads stored articles as rules see items, newest first. */

import type { ArticleId } from '../../domain/article.ts'
import { unpackContent } from '../../domain/packed-content.ts'
import { countWords } from '../../feeds/content/reading-time.ts'
import type { Store } from '../../redis/store.ts'
import type { RuleItem } from '../../rules/compile.ts'
import type { Rule } from '../../rules/rule.ts'

export interface StoredItem extends RuleItem {
  readonly id: ArticleId
  /** ISO 8601 UTC. */
  readonly publishedAt: string
}

const FIELDS = [
  ...(['url', 'title', 'summary', 'author', 'categories', 'language', 'source', 'sections'] as const),
  ...(['publishedAt', 'firstSeenAt'] as const),
] as const

/** Articles read in one round trip. */
const CHUNK = 500

/** Whether a rule asks for the number of words, which makes texts necessary. */
export const asksForWords = (rules: readonly Rule[]): boolean =>
  rules.some(({ when, unless }) => when.words !== undefined || unless?.words !== undefined)

const strings = (json: string | null | undefined): string[] => JSON.parse(json ?? '[]') as string[] // written by ingest

const parse = (
  id: ArticleId,
  [url, title, summary, author, categories, language, source, sections, publishedAt, firstSeenAt]: (string | null)[],
  packed: Buffer | null,
): StoredItem[] => {
  // Expired meanwhile, or blocked by an editor.
  if (!url || !title || !publishedAt) return []
  return [
    {
      ...{ id, url, title, publishedAt },
      ...{ summary: summary ?? '', author: author || null, language: language ?? '', source: source ?? '' },
      ...{ categories: strings(categories), sections: strings(sections) },
      age: Math.max(0, Date.parse(firstSeenAt ?? publishedAt) - Date.parse(publishedAt)),
      words: () => unpackContent(packed)?.words ?? countWords(`${title} ${summary ?? ''}`),
    },
  ]
}

/**
 * @param most articles to read
 * @param withTexts whether to read their texts, for `words`
 */
export async function* readStoredItems(
  { redis, keys }: Store,
  most: number,
  withTexts: boolean,
): AsyncGenerator<readonly StoredItem[]> {
  for (let at = 0; at < most; at += CHUNK) {
    const until = Math.min(at + CHUNK, most) - 1
    const ids = (await redis.zrevrange(keys.articleIndex(), at, until)) as ArticleId[] // written by ingest
    const [hashes, texts] = await Promise.all([
      Promise.all(ids.map(id => redis.hmget(keys.article(id), ...FIELDS))),
      withTexts ? Promise.all(ids.map(id => redis.getBuffer(keys.articleContent(id)))) : [],
    ])
    yield ids.flatMap((id, index) => parse(id, hashes[index] ?? [], texts[index] ?? null))
    if (ids.length <= until - at) return
  }
}
