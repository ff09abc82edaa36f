/**
 * Adds articles stored by an older version to the index of articles by age and to the stream of titles. Without that,
 * they can be neither found by the search nor evicted in order.
 */

import { parseArticle } from '../../articles/hashes.ts'
import { noteTitles, parseTitled, type Titled } from '../../articles/titles.ts'
import { readStream, scanKeys } from '../../redis/scan.ts'
import type { Migration, MigrationParts } from './migration.ts'

const titled = async ({ redis, keys }: MigrationParts): Promise<Set<string>> => {
  const known = new Set<string>()
  for await (const page of readStream(redis, keys.articleTitles()))
    for (const [, fields] of page) {
      const title = parseTitled(fields)
      if (title) known.add(title.id)
    }
  return known
}

export const articleIndex: Migration = {
  to: 4,
  what: 'puts articles into the index by age and the stream of titles',
  isAdditive: true,

  async run(parts, isDry) {
    const { redis, keys, onProgress } = parts
    const known = await titled(parts)
    const before = `${keys.prefix}:article:`
    let found = 0
    let looked = 0
    for await (const page of scanKeys(redis, `${before}*`)) {
      const ids = page.map(key => key.slice(before.length))
      const scores = await redis.zmscore(keys.articleIndex(), ...ids)
      const missing = page.filter((_, at) => scores[at] === null || !known.has(ids[at] ?? ''))
      const articles = (await Promise.all(missing.map(key => redis.hgetall(key)))).flatMap(
        hash => parseArticle(hash) ?? [],
      )
      found += articles.length
      looked += page.length
      onProgress(looked)
      if (isDry) continue
      const untitled = articles
        .filter(({ id }) => !known.has(id))
        .map(({ id, title, publishedAt: at, sources, section }): Titled => {
          known.add(id)
          return { id, title, at, source: sources[0] ?? '', section, isNew: false }
        })
      await noteTitles(redis, keys, untitled)
      // Last, so that every indexed article has its title as well.
      if (articles.length > 0)
        await redis.zadd(keys.articleIndex(), ...articles.flatMap(({ id, publishedAt }) => [publishedAt, id]))
    }
    return found
  },
}
