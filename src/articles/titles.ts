/**
 * What articles are called, by whom, of which section and when: a stream to which ingest appends each article that is new or changed, so
 * that whoever looks for one need not read them all. The latest word on an article counts.
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
  /** false for one that was there and changed. */
  readonly isNew: boolean
}

/** Articles and changes of articles that can be looked for. */
export const MOST_TITLES = 150_000

const FIELDS = ['id', 'title', 'at', 'source', 'section', 'new'] as const

export const noteTitles = async (redis: Redis, keys: Keys, titles: readonly Titled[]): Promise<void> => {
  if (titles.length === 0) return
  const args = titles.flatMap(({ id, title, at, source, section, isNew }) => [
    ...[id, title, at, source, section],
    isNew ? 1 : 0,
  ])
  await runScript(redis, noteScript, [keys.articleTitles()], [MOST_TITLES, ...args])
}

/** @returns null for what is no such entry */
export const readTitle = (fields: readonly string[]): Titled | null => {
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

/** Of a minute in which a great deal came, so many are counted. */
const MOST_COUNTED = 20_000

/** How many articles came since, as the stream has it: changes of those that were there not counted. */
export const newSince = async (redis: Redis, keys: Keys, since: number): Promise<number> => {
  const entries = await redis.xrange(keys.articleTitles(), since, '+', 'COUNT', MOST_COUNTED)
  return entries.filter(([, fields]) => readTitle(fields)?.isNew).length
}
