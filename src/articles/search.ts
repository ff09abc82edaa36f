/**
 * Finds articles by words of their title, source, section and time, over all that the stream of titles holds: kept in memory by the process
 * that is asked, which reads on where it left off. Nothing is written. (docs/decisions/0019)
 */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { Keys } from '../redis/keys.ts'
import { foldWords } from '../util/words.ts'
import { MOST_TITLES, readTitle, type Titled } from './titles.ts'

export interface SearchQuery {
  /** Each word begins a word of the title; empty for any. */
  readonly words: string
  /** Ids; empty for any. */
  readonly source: string
  readonly section: string
  /** ms since the epoch, the first inclusive, the second not; null for no end. */
  readonly from: number | null
  readonly to: number | null
}

export interface SearchResult {
  /** Newest first. */
  readonly ids: readonly ArticleId[]
  /** How many there are in all. */
  readonly count: number
}

export interface ArticleSearch {
  find(wanted: SearchQuery, skip: number, most: number): Promise<SearchResult>
}

export interface ArticleSearchParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms: what is older has left the archive. */
  readonly retention: () => number
  /** ms since the epoch. */
  readonly now: () => number
}

interface Row extends Pick<Titled, 'id' | 'at' | 'source' | 'section'> {
  /** Folded, each word after a blank. */
  readonly text: string
}

const PAGE = 5_000
const BEGINNING = '-'

/** A word of the query is found where a word of the title begins with it. */
const needlesOf = (words: string): string[] =>
  foldWords(words)
    .split(' ')
    .filter(word => word !== '')
    .map(word => ` ${word}`)

export const createArticleSearch = ({ redis, keys, retention, now }: ArticleSearchParts): ArticleSearch => {
  const byId = new Map<ArticleId, Row>()
  /** Newest first. */
  let rows: Row[] = []
  let last = BEGINNING
  let turn: Promise<void> = Promise.resolve()

  const catchUp = async (): Promise<void> => {
    let isNews = false
    for (;;) {
      // From the last one itself: where it is gone, so is all that was read before it.
      const page = await redis.xrange(keys.articleTitles(), last, '+', 'COUNT', PAGE)
      if (last !== BEGINNING && page[0]?.[0] !== last) {
        byId.clear()
        rows = []
        last = BEGINNING
        continue
      }
      for (const [id, fields] of page) {
        if (id === last) continue
        last = id
        const titled = readTitle(fields)
        if (!titled) continue
        isNews = true
        const { title, at, source, section } = titled
        byId.set(titled.id, { id: titled.id, at, source, section, text: ` ${foldWords(title)}` })
      }
      if (page.length < PAGE) break
    }
    if (!isNews) return
    rows = [...byId.values()].sort((a, b) => b.at - a.at)
    // As many as the stream holds, and none that has left the archive.
    const oldest = now() - retention()
    while (rows.length > MOST_TITLES || (rows.at(-1)?.at ?? oldest) < oldest) {
      const gone = rows.pop()
      if (gone) byId.delete(gone.id)
    }
  }

  return {
    async find({ words, source, section, from, to }, skip, most) {
      turn = turn.then(catchUp, catchUp)
      await turn
      const needles = needlesOf(words)
      const ids: ArticleId[] = []
      let count = 0
      for (const row of rows) {
        if (to !== null && row.at >= to) continue
        if (from !== null && row.at < from) break
        if (source !== '' && row.source !== source) continue
        if (section !== '' && row.section !== section) continue
        if (!needles.every(needle => row.text.includes(needle))) continue
        if (count >= skip && ids.length < most) ids.push(row.id)
        count += 1
      }
      return { ids, count }
    },
  }
}
