/**
 * Articles and stories exempt from eviction: stories that a published list shows, and articles viewed so much that they
 * may be listed next.
 */

import type { Redis } from 'ioredis'
import { EVENT_KINDS } from '../domain/counts.ts'
import { WINDOWS } from '../domain/entry.ts'
import { idOfEntry } from '../lists/remove-articles.ts'
import type { Keys } from '../redis/keys.ts'
import { chunk } from '../util/slices.ts'

export interface Exempt {
  readonly articles: ReadonlySet<string>
  readonly stories: ReadonlySet<string>
}

const LISTS_AT_ONCE = 6

/** The story of an entry as written in a list, without parsing it. */
const storyOfEntry = (entry: string): string | undefined => /"story":\{"id":"([^"]+)"/.exec(entry)?.[1]

/**
 * @param names of the lists that count: all but those related to one article
 * @param heads how many of the most viewed articles of a window the lists consider
 */
export const readExempt = async (
  redis: Redis,
  keys: Keys,
  names: readonly string[],
  heads: number,
): Promise<Exempt> => {
  const articles = new Set<string>()
  const stories = new Set<string>()
  for (const some of chunk(names, LISTS_AT_ONCE)) {
    const lists = await Promise.all(some.map(name => redis.lrange(keys.list(name), 0, -1)))
    for (const entry of lists.flat()) {
      const [id, story] = [idOfEntry(entry), storyOfEntry(entry)]
      if (id !== null) articles.add(id)
      if (story !== undefined) stories.add(story)
    }
  }
  for (const kind of EVENT_KINDS)
    for (const window of WINDOWS)
      for (const id of await redis.zrevrange(keys.eventWindow(kind, window), 0, heads - 1)) articles.add(id)
  return { articles, stories }
}
