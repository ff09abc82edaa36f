/**
 * The title stream: ingest appends title, source, section and time of each new or changed article, so that the search
 * need not read all article hashes. The last entry of an article counts.
 */

import type { Redis } from 'ioredis'
import type { ArticleId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'

const noteScript = loadScript(new URL('./note-titles.lua', import.meta.url))

export interface Titled {
  readonly id: ArticleId
  readonly title: string
  /** ms since the epoch: its publication. */
  readonly at: number
  readonly source: SourceId | ''
  readonly section: SectionId
  /** false for a change of an existing article. */
  readonly isNew: boolean
}

/** Length of the stream: the number of articles and changes that can be searched. */
export const MAX_TITLES = 150_000

const FIELDS = ['id', 'title', 'at', 'source', 'section', 'new'] as const

export const noteTitles = async (redis: Redis, keys: Keys, titles: readonly Titled[]): Promise<void> => {
  if (titles.length === 0) return
  const args = titles.flatMap(({ id, title, at, source, section, isNew }) => [
    ...[id, title, at, source, section],
    isNew ? 1 : 0,
  ])
  await runScript(redis, noteScript, [keys.articleTitles()], [MAX_TITLES, ...args])
}

/** @returns null for an entry of another form */
export const parseTitled = (fields: readonly string[]): Titled | null => {
  const values = FIELDS.map((name, place) => (fields[place * 2] === name ? fields[place * 2 + 1] : undefined))
  const [id, title, at, source, section, isNew] = values
  if (id === undefined || title === undefined || section === undefined) return null
  return {
    id,
    title,
    at: Number(at),
    source: source ?? '',
    section,
    isNew: isNew === '1',
  } as Titled // brands: written above
}

/** Bound on entries read when counting a busy minute. */
const MAX_COUNTED = 20_000

/** Counts new articles in the stream since a time, without changes of existing ones. */
export const countNewSince = async (redis: Redis, keys: Keys, since: number): Promise<number> => {
  const entries = await redis.xrange(keys.articleTitles(), since, '+', 'COUNT', MAX_COUNTED)
  return entries.filter(([, fields]) => parseTitled(fields)?.isNew).length
}
