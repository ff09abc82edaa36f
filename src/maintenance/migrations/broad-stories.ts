/**
 * Puts stories of several sources into the indexes by breadth, which must-reads are ranked from: without it, those
 * stored before would be must-reads only if they were among the newest stories.
 */

import { scanKeys } from '../../redis/scan.ts'
import type { Migration, MigrationParts } from './migration.ts'

/** Breadths of that schema. */
const BREADTHS = [2, 3, 6]

const readStrings = (json: string | null | undefined): string[] => JSON.parse(json ?? '[]') as string[] // written by ingest

/** Parents of sections, as they were written for services. */
const readParents = async ({ redis, keys }: MigrationParts): Promise<Map<string, string>> => {
  const json = await redis.get(`${keys.prefix}:sections`)
  const { sections = [] } = JSON.parse(json ?? '{}') as { sections?: { id: string; parent: string | null }[] } // written at start
  return new Map(sections.flatMap(({ id, parent }) => (parent === null ? [] : [[id, parent] as const])))
}

export const broadStories: Migration = {
  to: 8,
  what: 'puts stories of several sources into indexes by breadth',
  // Older daemons do not keep them up to date; what is missing comes with the next article of the story.
  isAdditive: true,

  async run(parts, isDry) {
    const { redis, keys, onProgress } = parts
    const before = `${keys.prefix}:story:`
    const index = `${keys.prefix}:index:stories:broad:`
    const parents = await readParents(parts)
    let found = 0
    let looked = 0
    for await (const page of scanKeys(redis, `${before}*`)) {
      const hashes = await Promise.all(page.map(key => redis.hmget(key, 'sources', 'sections', 'publishedAt')))
      const stories = page.flatMap((key, at) => {
        const [sources, sections, published] = hashes[at] ?? []
        const breadth = readStrings(sources).length
        const time = Date.parse(published ?? '')
        if (breadth < 2 || Number.isNaN(time)) return []
        return { id: key.slice(before.length), breadth, time, sections: readStrings(sections) }
      })
      const scores = stories.length === 0 ? [] : await redis.zmscore(`${index}2`, ...stories.map(({ id }) => id))
      const missing = stories.filter((_, at) => scores[at] === null)
      found += missing.length
      looked += page.length
      onProgress(looked)
      if (isDry) continue
      for (const { id, breadth, time, sections } of missing) {
        const all = new Set(sections.flatMap(section => [section, parents.get(section) ?? section]))
        // The index that is asked whether a story was done comes last.
        for (const rung of BREADTHS.filter(each => each <= breadth).reverse())
          for (const section of [...[...all].map(each => `:${each}`), ''])
            await redis.zadd(`${index}${rung}${section}`, 'NX', time, id)
      }
    }
    return found
  },
}
