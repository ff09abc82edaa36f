/** Writes ranked lists: builds their entries, with the counts of the moment and the labels of the configuration. */

import type { ListSettings } from '../config/sections/lists.ts'
import type { ArticleId } from '../domain/article.ts'
import { findLabel, selectLabel, type Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import type { Store } from '../redis/store.ts'
import type { FormerNames, KnownNames } from '../sources/catalogue/known-names.ts'
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
  /** Names of sources and sections whose articles outlive them. */
  readonly knownNames: Pick<KnownNames, 'findFormer'>
  readonly settings: () => ListSettings
  readonly now: () => number
}

export const listIds = ({ ranked }: Ranking): ArticleId[] => ranked.map(({ candidate }) => candidate.article.id)

/** The ids in ranked lists of sources and sections that are not configured, whose articles outlive them. */
const findUnconfigured = (lists: readonly RankedList[], { source, taxonomy }: WriteRankedParts) => {
  const sections = new Set(taxonomy().map(({ id }) => id))
  const gone = { sources: new Set<string>(), sections: new Set<string>() }
  for (const { ranking } of lists)
    for (const { candidate } of ranking.ranked) {
      const { article, story } = candidate
      if (!sections.has(article.section)) gone.sections.add(article.section)
      const [owner = ''] = article.sources
      if (!source(owner)) gone.sources.add(owner)
      for (const also of story.alsoIn) if (!source(also.source)) gone.sources.add(also.source)
    }
  return gone
}

/** Entries contain labels of the configuration, so a changed configuration needs a new writer. */
const createCurrentWriter = ({ taxonomy, source, settings }: WriteRankedParts) => {
  let former: FormerNames
  const create = () => {
    const [sections, { language }] = [taxonomy(), settings()]
    const labels = new Map(sections.map(({ id }) => [id, findLabel(sections, id, language)]))
    return {
      ...{ taxonomy: sections, language },
      write: createEntryWriter({
        findSourceName: id => source(id)?.name ?? former.sources.get(id) ?? id,
        findSectionLabel: id => labels.get(id) ?? selectLabel(former.sections.get(id), language) ?? id,
      }),
    }
  }
  let current = create()
  return (names: FormerNames) => {
    former = names
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
    const gone = findUnconfigured(lists, parts)
    const buildEntries = currentWriter(await parts.knownNames.findFormer(gone.sources, gone.sections))
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
