/**
 * Answers questions about the index of stories: which articles are alike, why an article is in its story, how a story
 * is split, and how well it holds together. Changes nothing in the index.
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { Alike, AuditedStory, Described, Explanation, Pin } from '../../domain/story-decision.ts'
import { dropOldest } from '../../util/lru.ts'
import { auditStory } from './audit.ts'
import type { Blocks } from './blocks.ts'
import { hashTerm } from './features.ts'
import { arrivedOf, decisionOf, textsOf, vectorOf } from './kept.ts'
import { type Arrived, roundScore } from './log-entry.ts'
import type { Relatedness } from './relatedness.ts'
import { formatSplitId, type Kept, type Story, timeOf } from './story.ts'
import type { StoryIndex } from './story-index.ts'
import { type Near, queryArticle, type StoryQuery } from './story-search.ts'
import type { HashKey } from './term-hash.ts'

const NEAREST = 5
/** Search results are kept for this many of the latest articles. */
const SEARCHES_KEPT = 2_000

export interface AnswerParts {
  readonly blocks: Blocks
  readonly index: StoryIndex
  readonly settings: () => StorySettings
  readonly rule: Relatedness
  /** The key with which words are hashed. */
  readonly key: HashKey
  readonly articles: ReadonlyMap<ArticleId, Kept>
  readonly findHome: (id: ArticleId) => Story | undefined
}

export interface Answers {
  similar(id: ArticleId, limit: number): { id: ArticleId; similarity: number }[]
  /**
   * Like `similar`, and returns the rarity of each of the article's words. For an article that has just arrived, it
   * reuses the search by which its story was decided.
   */
  similarOnArrival(article: Described, limit: number): Alike
  explain(id: ArticleId): Explanation | null
  /** Builds the pin that splits these articles off their story; null if they are not part of one story. */
  planSplit(articles: readonly ArticleId[], at: number): Pin | null
  /** How well a story holds together; null for one too small to judge, or gone. */
  audit(story: StoryId): AuditedStory | null
  /** Keeps what an article was compared with on arrival, best first. */
  remember(id: ArticleId, near: readonly Near[]): void
}

export const createAnswers = ({ blocks, index, settings, rule, key, articles, findHome }: AnswerParts): Answers => {
  const found = new Map<ArticleId, readonly Near[]>()

  const queryOf = (kept: Kept): StoryQuery =>
    queryArticle(
      kept.counts ? vectorOf(blocks, kept) : index.vectorOf(textsOf(blocks, kept)),
      timeOf(kept, kept.loggedAt),
    )

  const similar: Answers['similar'] = (id, limit) => {
    const kept = articles.get(id)
    return kept ? toSimilar(index.nearest(queryOf(kept), findHome(id) ?? null, limit)) : []
  }

  return {
    remember(id, near) {
      found.set(id, near)
      dropOldest(found, SEARCHES_KEPT)
    },

    similar,

    similarOnArrival({ id, language, words }, limit) {
      const rarity = words.map(word => index.rarityOf(hashTerm(word, language, key), language))
      const near = found.get(id)
      if (!near) return { similar: similar(id, limit), rarity }
      // It counts as new only once.
      found.delete(id)
      const home = findHome(id)
      const others = near.filter(({ story }) => story !== home && index.get(story.id) === story)
      return { similar: toSimilar(others.slice(0, limit)), rarity }
    },

    explain(id) {
      const kept = articles.get(id)
      const home = findHome(id)
      if (!kept || !home) return null
      const query = queryOf(kept)
      const { strictness } = settings()
      const now = [...(home.originals > 0 ? [index.compare(query, home)] : []), ...index.nearest(query, home, NEAREST)]
      return {
        decision: decisionOf(kept, home.id),
        arrived: arrivedOf(blocks, kept),
        now: now.map(near => ({
          ...toArrived(near, strictness),
          articles: listOriginals(near.story, 4).filter(each => each !== id),
        })),
      }
    },

    planSplit(ids, at) {
      const [first] = ids
      const story = first === undefined ? undefined : findHome(first)
      if (first === undefined || !story || ids.some(id => findHome(id) !== story)) return null
      // Reprints move with their original.
      const isMoved = ({ id, kind, other }: Kept): boolean =>
        ids.includes(id) || (kind === 'reprint' && other !== null && ids.includes(other))
      const moved = story.members.filter(isMoved).map(({ id }) => id)
      if (moved.length === 0 || moved.length === story.members.length) return null
      return { kind: 'split', articles: moved, from: story.id, to: formatSplitId(first, at) }
    },

    audit(id) {
      const story = index.get(id)
      const { strictness } = settings()
      return story ? auditStory({ blocks, rule, strictness, stories: index.size }, story) : null
    },
  }
}

export const toArrived = ({ story, score, needed }: Near, strictness: number): Arrived & { story: StoryId } => ({
  story: story.id,
  score: roundScore(score),
  needed: roundScore(needed * strictness),
})

const listOriginals = ({ members }: Story, limit: number): ArticleId[] =>
  members
    .filter(({ kind }) => kind === 'new')
    .slice(0, limit)
    .map(({ id }) => id)

const toSimilar = (near: readonly Near[]): { id: ArticleId; similarity: number }[] =>
  near.flatMap(({ story, score, needed }) =>
    listOriginals(story, 1).map(first => ({ id: first, similarity: toShare(score / needed) })),
  )

/** @param ratio relatedness by what is needed, so that 1 is as near as an article of the same story */
const toShare = (ratio: number): number => ratio / (1 + ratio)
