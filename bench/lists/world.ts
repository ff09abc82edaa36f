/** Invented sources and what they carry: every article of its own words, a share of them told by several sources. (pure) */

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Config } from '../../src/config/load.ts'
import { Settings } from '../../src/config/schema.ts'
import { Section } from '../../src/domain/section.ts'
import { Source, SourceId } from '../../src/domain/source.ts'
import type { ArticlesData } from '../../src/queues/ingest.ts'
import { seeded } from '../../src/util/seeded-random.ts'

const taxonomy = (parse(readFileSync('config/sections.yaml', 'utf8')) as { sections: unknown[] }).sections.map(each =>
  Section.parse(each),
)
const SECTIONS = taxonomy.map(({ id }) => id)

export const benchConfig = (prefix: string, sources: number): Config => ({
  settings: Settings.parse({ redis: { prefix } }),
  sources: Array.from({ length: sources }, (_, n) =>
    Source.parse({
      id: `paper-${n}`,
      name: `Paper ${n}`,
      url: `https://paper-${n}.example/rss`,
      section: SECTIONS[n % SECTIONS.length],
    }),
  ),
  taxonomy,
  dir: 'config',
})

/** A word for a number: different for each. */
const wordFor = (number: number): string => {
  const rest = Math.floor(number / SYLLABLES.length)
  return `${rest > 0 ? wordFor(rest) : ''}${SYLLABLES[number % SYLLABLES.length]}`
}

const SYLLABLES = 'ka lo mi ter van sol pre dun gar hes bri nol fem tas que ril osh und ary eld'.split(' ')

/**
 * One crawl of each of so many sources: a batch of items.
 * @param first number of the first of them
 */
export const crawls = (
  sources: number,
  items: number,
  seed: number,
  now: number,
  first = 0,
): { id: string; data: ArticlesData }[] => {
  const random = seeded(seed)
  const word = () =>
    Array.from({ length: 2 + Math.floor(random() * 2) }, () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]).join(
      '',
    )
  const events = Array.from({ length: Math.ceil((sources * items) / 1.5) }, () => Array.from({ length: 9 }, word))
  return Array.from({ length: sources }, (_, index) => first + index).map(n => ({
    id: `bench-${seed}-${n}`,
    data: {
      sourceId: SourceId.parse(`paper-${n}`),
      crawl: { id: `bench-${seed}-${n}`, batch: 0, batches: 1 },
      fetchedAt: now,
      trustsDates: true,
      language: 'en',
      items: Array.from({ length: items }, (_, place) => {
        const event = events[Math.floor(random() * events.length)] ?? []
        const link = `https://paper-${n}.example/${seed}/${place}`
        return {
          ...{ key: link, also: [], headlined: false, fingerprint: `${seed}`, place },
          item: {
            // Two items of a source under one title would be one article, with the reads of both.
            ...{ title: `${event.slice(0, 6).join(' ')} ${word()} ${wordFor(place)}`, link, id: link },
            published: new Date(now - Math.floor(random() * 3_600_000)).toISOString(),
            ...{ updated: null, author: 'A. Writer', categories: [], image: `${link}.jpg`, language: 'en' },
            summary: `${event.join(' ')} ${Array.from({ length: 24 }, word).join(' ')}.`,
          },
        }
      }),
    },
  }))
}
