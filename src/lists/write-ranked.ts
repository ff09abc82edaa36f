/** Writes ranked lists: builds their entries, with the counts of the moment and the labels of the configuration. */

import type { ListSettings } from '../config/sections/lists.ts'
import type { ArticleId } from '../domain/article.ts'
import type { Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import type { Store } from '../redis/store.ts'
import { createEntryWriter } from './entries.ts'
import { createHistoryNotes } from './history.ts'
import type { Ranking } from './ranking.ts'
import type { Reads } from './reads.ts'
import { createListWriter } from './write.ts'

export interface Published {
  readonly list: string
  readonly changed: boolean
  readonly count: number
}

export interface RankedList {
  readonly name: string
  readonly ranking: Ranking
}

/**
 * @param asOf id of the last change read before they were ranked
 * @param lives ms after which the lists expire; 0: never
 * @returns what became of each list, in the same order
 */
export type WriteRanked = (lists: readonly RankedList[], asOf: string, lives: number) => Promise<Published[]>

export interface WriteRankedParts extends Store {
  readonly reads: Pick<Reads, 'totals'>
  readonly taxonomy: () => Taxonomy
  readonly source: (id: string) => Pick<Source, 'name'> | undefined
  readonly settings: () => ListSettings
  readonly now: () => number
}

export const listIds = ({ ranked }: Ranking): ArticleId[] => ranked.map(({ candidate }) => candidate.article.id)

/** Entries contain labels of the configuration, so a changed configuration needs a new writer. */
const createCurrentWriter = ({ taxonomy, source, settings }: WriteRankedParts) => {
  const create = () => {
    const labels = { taxonomy: taxonomy(), language: settings().language }
    return { ...labels, write: createEntryWriter({ ...labels, findSourceName: id => source(id)?.name ?? id }) }
  }
  let current = create()
  return () => {
    if (current.taxonomy !== taxonomy() || current.language !== settings().language) current = create()
    return current.write
  }
}

export const createWriteRanked = (parts: WriteRankedParts): WriteRanked => {
  const { redis, keys, reads, now } = parts
  const writer = createListWriter(redis, keys)
  const noteHistory = createHistoryNotes({ redis, keys, keep: () => parts.settings().history })
  const currentWriter = createCurrentWriter(parts)
  return async (lists, asOf, lives) => {
    const counts = await reads.totals(lists.flatMap(({ ranking }) => listIds(ranking)))
    const buildEntries = currentWriter()
    const at = now()
    const toWrite = lists.map(({ name, ranking: { ranked, fallback, window, covers = '', stale } }) => ({
      ...{ name, fallback, window, covers, stale, asOf, lives, at },
      entries: buildEntries(ranked, counts),
    }))
    const outcomes = await writer.write(toWrite)
    // Related lists, which expire, have no history.
    const current = lists.filter((_, index) => lives === 0 && outcomes[index] !== 'overtaken')
    await Promise.all(current.map(({ name, ranking }) => noteHistory(name, listIds(ranking), at)))
    return toWrite.map(({ name, entries }, index) => ({
      ...{ list: name, changed: outcomes[index] === 'changed', count: entries.each.length },
    }))
  }
}
