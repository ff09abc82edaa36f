/**
 * Finds articles by words of their title, by source, section and time. The process that searches keeps the title stream
 * in memory and reads only new entries at each search; it writes nothing. (docs/decisions/0019)
 */

import type { ArticleId } from '../domain/article.ts'
import type { Store } from '../redis/store.ts'
import { foldWords } from '../util/words.ts'
import { MAX_TITLES, parseTitled, type Titled } from './titles.ts'

export interface SearchQuery {
  /** Each is a prefix of some word of the title; empty for any. */
  readonly words: string
  /** Ids; empty for any. */
  readonly source: string
  readonly section: string
  /** ms since the epoch, inclusive; null for no limit. */
  readonly from: number | null
  /** ms since the epoch, exclusive; null for no limit. */
  readonly to: number | null
}

export interface SearchResult {
  /** Newest first. */
  readonly ids: readonly ArticleId[]
  /** Number of matches in all. */
  readonly count: number
}

export interface ArticleSearch {
  find(wanted: SearchQuery, skip: number, limit: number): Promise<SearchResult>
}

export interface ArticleSearchParts extends Store {
  /** ms; older articles have been evicted. */
  readonly retention: () => number
  /** ms since the epoch. */
  readonly now: () => number
}

interface Row extends Pick<Titled, 'id' | 'at' | 'source' | 'section'> {
  /** Folded, with a space before each word. */
  readonly text: string
}

const PAGE_SIZE = 5_000
const STREAM_START = '-'

/** Prefixes to look for, each after the space that begins a word of the title. */
const parsePrefixes = (words: string): string[] =>
  foldWords(words)
    .split(' ')
    .filter(word => word !== '')
    .map(word => ` ${word}`)

export const createArticleSearch = ({ redis, keys, retention, now }: ArticleSearchParts): ArticleSearch => {
  const byId = new Map<ArticleId, Row>()
  /** Newest first. */
  let rows: Row[] = []
  let last = STREAM_START
  let reading: Promise<void> = Promise.resolve()

  const catchUp = async (): Promise<void> => {
    let isChanged = false
    for (;;) {
      // Read from the last known entry itself: if it is gone, so is everything read before it, and reading starts over.
      const page = await redis.xrange(keys.articleTitles(), last, '+', 'COUNT', PAGE_SIZE)
      if (last !== STREAM_START && page[0]?.[0] !== last) {
        byId.clear()
        rows = []
        last = STREAM_START
        continue
      }
      for (const [id, fields] of page) {
        if (id === last) continue
        last = id
        const titled = parseTitled(fields)
        if (!titled) continue
        isChanged = true
        const { title, at, source, section } = titled
        byId.set(titled.id, { id: titled.id, at, source, section, text: ` ${foldWords(title)}` })
      }
      if (page.length < PAGE_SIZE) break
    }
    if (!isChanged) return
    rows = [...byId.values()].sort((a, b) => b.at - a.at)
    // Keep as many as the stream holds, without evicted articles.
    const oldest = now() - retention()
    while (rows.length > MAX_TITLES || (rows.at(-1)?.at ?? oldest) < oldest) {
      const gone = rows.pop()
      if (gone) byId.delete(gone.id)
    }
  }

  return {
    async find({ words, source, section, from, to }, skip, limit) {
      reading = reading.then(catchUp, catchUp)
      await reading
      const prefixes = parsePrefixes(words)
      const ids: ArticleId[] = []
      let count = 0
      for (const row of rows) {
        if (to !== null && row.at >= to) continue
        if (from !== null && row.at < from) break
        if (source !== '' && row.source !== source) continue
        if (section !== '' && row.section !== section) continue
        if (!prefixes.every(prefix => row.text.includes(prefix))) continue
        if (count >= skip && ids.length < limit) ids.push(row.id)
        count += 1
      }
      return { ids, count }
    },
  }
}
