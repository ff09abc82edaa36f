/** Ranks the articles related to given ones: reads what the rule in rules/related.ts needs, and writes nothing. */

import type { StoredArticle } from '../articles/store.ts'
import type { ListSettings } from '../config/sections/lists.ts'
import type { ArticleId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { Alike, Described } from '../domain/story-decision.ts'
import { type BackfillSource, backfill } from './backfill.ts'
import type { CandidateCache } from './candidate-cache.ts'
import type { CoViewed } from './co-viewed/co-viewed.ts'
import { NOTHING, type Ranking } from './ranking.ts'
import type { Reads } from './reads.ts'
import type { Candidate, Ranked } from './rules/candidate.ts'
import { rankLatest } from './rules/latest.ts'
import { compare, describe, findKnownNames, type Profile } from './rules/likeness.ts'
import { coViewSimilarity, rankRelated } from './rules/related.ts'
import { findStoriesByArticle, type Scope } from './scope.ts'

/** Finds the words of an article; cached for as long as candidate-cache.ts keeps the article in memory. */
export type FindProfile = (article: StoredArticle) => Profile

export const createProfiles = (): FindProfile => {
  const profiles = new WeakMap<StoredArticle, Profile>()
  return article => {
    const profile = profiles.get(article) ?? describe(article)
    profiles.set(article, profile)
    return profile
  }
}

/** The words by which the index of stories finds similar articles; none if the article is missing. */
export const toDescribed = (id: ArticleId, article: StoredArticle | null, findProfile: FindProfile): Described => {
  if (!article) return { id, language: '', words: [] }
  const { language, words } = findProfile(article)
  return { id, language, words }
}

export interface RelatedParts {
  readonly findProfile: FindProfile
  readonly candidateCache: CandidateCache
  readonly reads: Pick<Reads, 'totals'>
  readonly coViewed: Pick<CoViewed, 'top'>
  readonly newest: (limit: number, scope: Scope) => Promise<readonly Candidate[]>
  readonly settings: () => ListSettings
  readonly now: () => number
}

/** Similar articles considered for each entry of a related list. */
export const ALIKE = 3

/**
 * Ranks many at once, since they mostly need the same data: similar articles, their counts, the newest of a section.
 * @param articles null for one that is missing: its list is empty
 * @param alike similar articles of each of `articles`, in the same order
 * @param unread those of `articles` that nobody can have read yet, so that readers need not be looked up
 * @returns a ranking for each article, in the same order
 */
export const relatedToEach = async (
  articles: readonly (StoredArticle | null)[],
  alike: readonly Alike[],
  unread: ReadonlySet<ArticleId>,
  scope: Scope,
  { findProfile, candidateCache, reads, coViewed, newest, settings, now }: RelatedParts,
): Promise<Ranking[]> => {
  const { related: size, coReadWeight, relatedAge, relatedHalfLife, relatedDiversity, relatedMinEntries } = settings()
  const readers = await Promise.all(
    articles.map(article =>
      article && coReadWeight > 0 && !unread.has(article.id) ? coViewed.top(article.id, size * ALIKE) : [],
    ),
  )
  const ids = [
    ...new Set([
      ...alike.flatMap(({ similar }) => similar.map(({ id }) => id)),
      ...readers.flat().map(({ article }) => article),
    ]),
  ]
  const found = await findStoriesByArticle(ids, scope.choice, candidateCache)
  const counts = await reads.totals(found.flatMap(candidate => candidate?.article.id ?? []))
  const known = new Map(ids.map((id, index) => [id, found[index] ?? null]))

  const fresh = new Map<SectionId, Promise<readonly Ranked[]>>()
  const freshIn = (section: SectionId): Promise<readonly Ranked[]> => {
    const reading =
      fresh.get(section) ??
      newest(size * 2, { ...scope, key: `${scope.key} ${section}`, section }).then(others =>
        rankLatest(others, { size: size * 2, share: 10 }),
      )
    fresh.set(section, reading)
    return reading
  }

  return Promise.all(
    articles.map(async (article, index): Promise<Ranking> => {
      // A blocked article has no related list either.
      if (!article || scope.isBlocked(article)) return NOTHING
      const isOther = ({ story }: Candidate): boolean => story.id !== article.story
      const { similar = [], rarity = [] } = alike[index] ?? {}
      const subject = { article, profile: findProfile(article) }
      const reading = new Map(
        readers[index]?.map(each => [each.article, coViewSimilarity(each.both, each.one, each.other)] as const),
      )
      const names = findKnownNames(
        similar.flatMap(({ id }) => {
          const candidate = known.get(id)
          return candidate ? findProfile(candidate.article) : []
        }),
      )
      const candidates = [...new Set([...similar.map(({ id }) => id), ...reading.keys()])].flatMap(id => {
        const candidate = known.get(id)
        if (!candidate || !isOther(candidate)) return []
        const { views = 0 } = counts.get(candidate.article.id) ?? {}
        const profile = findProfile(candidate.article)
        const likeness = compare(subject.profile, profile, rarity, names)
        return { candidate, profile, likeness, views, coViewed: reading.get(id) ?? 0 }
      })
      const ranked = rankRelated(subject, candidates, {
        now: now(),
        size,
        maxAge: relatedAge,
        halfLife: relatedHalfLife,
        coReadWeight,
        diversity: relatedDiversity,
      })
      const others: BackfillSource = [
        'latest',
        async () => (await freshIn(article.section)).filter(({ candidate }) => isOther(candidate)),
      ]
      const list = await backfill(ranked, [others], Math.min(relatedMinEntries, size))
      return { ...list, window: '', stale: false }
    }),
  )
}
