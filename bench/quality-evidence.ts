// Sections by all evidence, over the whole way of an item: the invented publishers' documents of several days are parsed, normalised and
// tagged, with and without what publishers say of themselves, and held against the sections their events belong to.

import { listItems } from '../demo/publishers/editions.ts'
import { formatDocument } from '../demo/publishers/formats.ts'
import { type DemoPublisher, PUBLISHERS } from '../demo/publishers/publishers.ts'
import { normalise } from '../src/articles/normalise.ts'
import type { Taxonomy } from '../src/domain/section.ts'
import { Source } from '../src/domain/source.ts'
import { parseFeed } from '../src/feeds/index.ts'
import type { Classify } from '../src/sections/sections.ts'

const START = Date.UTC(2026, 4, 4, 9)
const HOUR = 3_600_000
const EDITIONS = [0, 6, 12, 18, 24, 30].map(hours => START + hours * HOUR)

export interface EvidenceScore {
  readonly articles: number
  /** Share whose primary section is the event's. */
  readonly right: number
  /** `publisher: title is world, not asia`, one a distinct title. */
  readonly wrong: readonly string[]
}

const standing = (publisher: DemoPublisher, withholds: boolean): Source =>
  Source.parse({
    id: publisher.id,
    name: publisher.name,
    url: `https://${publisher.id}.example/feed`,
    section: withholds ? 'world' : publisher.section,
    general: withholds,
    language: publisher.language,
  })

/** @param withholds publishers' categories are left out, and every source is a general paper: URL, form, places and text remain */
export const evidenceScore = async (
  taxonomy: Taxonomy,
  classify: Classify,
  withholds: boolean,
): Promise<EvidenceScore> => {
  let articles = 0
  let right = 0
  const wrong = new Set<string>()
  for (const publisher of PUBLISHERS)
    for (const [round, fetchedAt] of EDITIONS.entries()) {
      const items = listItems(publisher, fetchedAt, { seed: 1 + round, start: START, speed: 1 })
      const url = `https://${publisher.id}.example`
      const { body, contentType } = formatDocument(publisher, url, items)
      const feed = await parseFeed(body, { contentType, url: `${url}/feed` })
      for (const [place, parsed] of feed.items.entries()) {
        const item = { ...parsed, language: publisher.language, categories: withholds ? [] : parsed.categories }
        const about = { source: standing(publisher, withholds), feedLanguage: null, fetchedAt, place }
        const article = normalise(item, { ...about, taxonomy, maxAge: 90 * 24 * HOUR, classify })
        const event = items.find(({ path }) => 'url' in article && article.url.endsWith(path))
        if (!('url' in article) || !event)
          throw new Error(`${publisher.id}: ${JSON.stringify(article)} is no article of its`)
        articles++
        if (article.section === event.section) right++
        else wrong.add(`${publisher.id}: ${article.title} (${article.section}, not ${event.section})`)
      }
    }
  return { articles, right: right / articles, wrong: [...wrong] }
}
