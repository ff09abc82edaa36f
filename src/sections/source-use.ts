/**
 * In which sections the articles of a source are: what its default section says, and which sections its texts can be
 * about. Learnt from its own articles, because a publisher's "World" feed may carry football. (pure)
 */

import type { SectionId } from '../domain/section.ts'

export interface SourceUse {
  /** Share of its articles that are in its default section, or in a part of it. */
  readonly defaultShare: number
  /** Sections that it uses; always its default and the section which that is part of. */
  readonly sections: ReadonlySet<SectionId>
}

/** Fewer articles say nothing of a source. */
const MIN_ARTICLES = 30
/** A section with fewer of its articles, or a smaller share of them, is not one that it uses. */
const MIN_USED = 2
const MIN_USED_SHARE = 0.02

/**
 * @param counts  number of its articles by section
 * @param source  its default section
 * @param parents parent of each section that is part of another
 * @returns undefined if too few articles are known
 */
export const describeUse = (
  counts: ReadonlyMap<SectionId, number>,
  source: SectionId,
  parents: ReadonlyMap<SectionId, SectionId>,
): SourceUse | undefined => {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (total < MIN_ARTICLES) return undefined
  const own = [...counts].filter(([section]) => section === source || parents.get(section) === source)
  const used = [...counts].filter(([, count]) => count >= Math.max(MIN_USED, MIN_USED_SHARE * total))
  const sections = [source, ...used.map(([section]) => section)]
  return {
    defaultShare: own.reduce((sum, [, count]) => sum + count, 0) / total,
    sections: new Set([...sections, ...sections.flatMap(section => parents.get(section) ?? [])]),
  }
}
