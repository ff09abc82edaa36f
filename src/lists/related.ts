/** What is related to an article, with everything the rule needs read. */

import type { StoredArticle } from '../archive/archive.ts'
import type { ArticleId } from '../article/article.ts'
import type { SectionId } from '../article/taxonomy.ts'
import type { Stories } from '../story/decision.ts'
import type { CoReads } from './co-reads.ts'
import type { Ranking } from './ranking.ts'
import type { Reads } from './reads.ts'
import type { Candidate } from './rules/candidate.ts'
import { rankLatest } from './rules/latest.ts'
import { coReading, rankRelated } from './rules/related.ts'
import { type Scope, storiesBy } from './scope.ts'
import type { ListSettings } from './settings.ts'
import type { Shelf } from './shelf.ts'
import { type Filler, filled } from './thin.ts'

export interface RelatedParts {
  readonly shelf: Shelf
  readonly reads: Pick<Reads, 'totals'>
  readonly coReads: Pick<CoReads, 'beside'>
  readonly newest: (limit: number, scope: Scope) => Promise<readonly Candidate[]>
  readonly settings: () => ListSettings
  readonly now: () => number
}

/** Articles alike that are looked at for every entry. */
export const ALIKE = 3

/** In the place of a candidate that is none: nothing is counted of it. */
const NOBODY = '' as ArticleId

export const relatedTo = async (
  article: StoredArticle,
  alike: Awaited<ReturnType<Stories['similar']>>,
  scope: Scope,
  { shelf, reads, coReads, newest, settings, now }: RelatedParts,
): Promise<Ranking> => {
  const { related: size, coReadWeight, relatedAge, relatedHalfLife, relatedDiversity, minimum } = settings()
  const readers = coReadWeight > 0 ? await coReads.beside(article.id, size * ALIKE) : []
  const similarity = new Map(alike.map(each => [each.id, each.similarity]))
  const reading = new Map(readers.map(each => [each.article, coReading(each.both, each.one, each.other)]))
  const ids = [...new Set([...similarity.keys(), ...reading.keys()])]
  const found = await storiesBy(ids, scope.choice, shelf)
  const isOwn = ({ story }: Candidate): boolean => story.id === article.story
  const counts = await reads.totals(found.flatMap(candidate => candidate?.article.id ?? NOBODY))
  const beside = ids.flatMap((id, index) => {
    const candidate = found[index]
    if (!candidate || isOwn(candidate)) return []
    return {
      candidate,
      views: counts[index]?.views ?? 0,
      similarity: similarity.get(id) ?? 0,
      coRead: reading.get(id) ?? 0,
    }
  })
  const ranked = rankRelated(beside, {
    now: now(),
    size,
    maxAge: relatedAge,
    halfLife: relatedHalfLife,
    coReadWeight,
    diversity: relatedDiversity,
  })
  const fresh = (section?: SectionId): Filler => [
    'latest',
    async () => {
      const others = (await newest(size * 2, { ...scope, section })).filter(candidate => !isOwn(candidate))
      return rankLatest(others, { size: size * 2, share: 10 })
    },
  ]
  const list = await filled(ranked, [fresh(article.section), fresh()], Math.min(minimum, size))
  return { ...list, window: '', stale: false }
}
