/**
 * Clusters articles into stories in memory: online, in a single pass, in the order of arrival, with second looks. It is
 * a fold over log entries, so the same entries give the same index in every process. An article joins the story that it
 * is related to as closely as the story's articles are to each other (src/stories/rules/relatedness.ts). A story that
 * has grown, and two stories that an article is near to, are compared and may merge. Articles are compared with whole
 * stories, never with single neighbours, so that stories do not grow into chains.
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { AuditedStory, Decision, Explanation, Merge, Pin } from '../../domain/story-decision.ts'
import { dropOldest } from '../../util/lru.ts'
import { auditStory } from './audit.ts'
import { createBlocks } from './blocks.ts'
import { createPrior } from './common-words.ts'
import type { Features } from './features.ts'
import { createJournal } from './journal.ts'
import { arrivedOf, decisionOf, discard, type KeptEntry, keep, textsOf, vectorOf } from './kept.ts'
import { type Arrived, type Decided, type LogEntry, roundScore } from './log-entry.ts'
import { createOriginals } from './originals.ts'
import { RELATEDNESS, type Relatedness, sharedNeeded } from './relatedness.ts'
import { createSecondLooks, isOtherEvent } from './second-looks.ts'
import { type Kept, type Story, timeOf } from './story.ts'
import { createStoryIndex, type Near, queryArticle, type StoryQuery } from './story-index.ts'
import { type HashKey, OPEN_KEY } from './term-hash.ts'
import type { Vector } from './vectors.ts'

export interface Clusterer {
  /** The decision on an article of the window; null for a new one. */
  known(features: Features): Decision | null
  /**
   * Decides on a new article and adds it.
   * @param at ms since the epoch: when it will be logged
   */
  decide(features: Features, at: number): Decided
  /** Begins a batch that will be logged at that time; `commitTrial` it once logged, or `rollBack` it. */
  beginTrial(at: number): void
  commitTrial(): void
  rollBack(): void
  /** Adds an entry of the log and forgets entries that were logged before its window. */
  fold(entry: LogEntry): void
  findStory(id: ArticleId): StoryId | undefined
  similar(id: ArticleId, limit: number): { id: ArticleId; similarity: number }[]
  /** Like `similar`, for an article that has just arrived: reuses the search that decided its story. */
  similarOnArrival(id: ArticleId, limit: number): { id: ArticleId; similarity: number }[]
  explain(id: ArticleId): Explanation | null
  /** Builds the pin that splits these articles off their story; null if they are not part of one story. */
  planSplit(articles: readonly ArticleId[], at: number): Pin | null
  has(story: StoryId): boolean
  listStories(): StoryId[]
  /** How well a story holds together; null for one too small to judge, or gone. */
  audit(story: StoryId): AuditedStory | null
  readonly size: number
}

const NEAREST = 5
/** Search results are kept for this many of the latest articles. */
const SEARCHES_KEPT = 2_000
const SEARCH_RESULTS = 10
/** Further articles of a story are its members, but their words do not count: it is known well enough. */
const MAX_COUNTED = 1_000

/** What is known of an article while it is decided. */
interface Draft {
  readonly decided: Decided
  /** Its vector, and what it was compared with, best first; null for a copy. */
  readonly vector: Vector | null
  readonly near: readonly Near[]
}

/**
 * @param key  the key with which the features' words are hashed
 * @param rule the figures of the rule, for experiments
 */
export const createClusterer = (
  settings: () => StorySettings,
  key: HashKey = OPEN_KEY,
  rule: Relatedness = RELATEDNESS,
): Clusterer => {
  const journal = createJournal()
  const blocks = createBlocks()
  const index = createStoryIndex(blocks, journal, createPrior(key), rule)
  const articles = new Map<ArticleId, Kept>()
  const bySlot: (Kept | undefined)[] = []
  const free: number[] = []
  const originals = createOriginals(blocks, journal, bySlot)
  const looks = createSecondLooks({ blocks, index, settings, rule, join })
  const sources = new Map<SourceId | '', SourceId | ''>()
  const found = new Map<ArticleId, readonly Near[]>()

  const findHome = (id: ArticleId): Story | undefined => {
    const kept = articles.get(id)
    const home = kept?.kind === 'same' ? articles.get(kept.other ?? id) : kept
    return home?.story ?? undefined
  }

  const findStory = (id: ArticleId): StoryId | undefined => findHome(id)?.id

  const known = (features: Features): Decision | null => {
    const kept = articles.get(features.id)
    if (!kept) return null
    const story = findStory(features.id) ?? formatStoryId(kept.other ?? features.id)
    return kept.kind === 'new' && kept.source !== features.source
      ? { kind: 'same', as: features.id, story, merges: kept.merges }
      : decisionOf(kept, story)
  }

  // ---- deciding ----------------------------------------------------------------------------------------------------

  const decide = (features: Features, at: number): Decided => {
    const { decided, vector, near } = draft(features, at)
    const kept = apply({ ...decided, at }, vector)
    if (decided.decision.kind !== 'new') return decided
    const home = kept.story ?? undefined
    const grown = looks.grown(home)
    const merges = [...grown, ...looks.bridged(findHome(kept.id), near)]
    if (merges.length === 0) return decided
    kept.merges = merges
    return { ...decided, decision: { ...decided.decision, merges } }
  }

  const draft = (features: Features, at: number): Draft => {
    const same = originals.findRepeat(features, at, settings().window)
    if (same) {
      const story = same.story?.id ?? formatStoryId(same.id)
      return copy(features, { kind: 'same', as: same.id, story, merges: [] })
    }
    const original = originals.findOriginal(features)
    if (original?.story)
      return copy(features, { kind: 'reprint', of: original.id, story: original.story.id, merges: [] })

    const vector = index.vectorOf(features)
    const all = index.nearest(queryArticle(vector, timeOf(features, at)), null, SEARCH_RESULTS)
    remember(features.id, all)
    const { joinWithin, strictness } = settings()
    const near = all.filter(
      ({ story, shared }) =>
        at - story.lastAt <= joinWithin && shared >= sharedNeeded(story.originals, vector.terms.length, rule),
    )
    const [nearest] = near
    const joined = near.find(
      ({ story, score, needed }) => score >= needed * strictness && !isOtherEvent(blocks, features, story),
    )
    const decision: Decision = { kind: 'new', story: joined?.story.id ?? formatStoryId(features.id), merges: [] }
    return { decided: { features, arrived: nearest ? toArrived(nearest, strictness) : null, decision }, vector, near }
  }

  const copy = (features: Features, decision: Decision): Draft => ({
    decided: { features, arrived: null, decision },
    vector: null,
    near: [],
  })

  const remember = (id: ArticleId, near: readonly Near[]): void => {
    found.set(id, near)
    dropOldest(found, SEARCHES_KEPT)
  }

  // ---- folding -----------------------------------------------------------------------------------------------------

  /** @param vector null for a copy */
  const apply = (entry: KeptEntry, vector: Vector | null): Kept => {
    const { features, decision } = entry
    const story =
      decision.kind === 'same' ? null : (index.get(decision.story) ?? index.open(decision.story, features.language))
    const counted = story && story.originals < MAX_COUNTED ? vector : null
    const kept = keep(blocks, free.pop() ?? bySlot.length, entry, nameOf(features.source), counted)
    bySlot[kept.slot] = kept
    articles.set(kept.id, kept)
    journal.note(() => drop(kept))
    if (story) index.put(story, kept, counted)
    if (counted) originals.add(features, kept)
    return kept
  }

  /** One string for each source, since each entry of the log is parsed with a string of its own. */
  const nameOf = (source: SourceId | ''): SourceId | '' => {
    const known = sources.get(source)
    if (known !== undefined) return known
    sources.set(source, source)
    return source
  }

  /** Forgets an article as if it had never come. */
  const drop = (kept: Kept): void => {
    articles.delete(kept.id)
    index.take(kept)
    bySlot[kept.slot] = undefined
    free.push(kept.slot)
    discard(blocks, kept)
  }

  function join(merge: Merge): Merge {
    const [one, other] = [index.get(merge.from), index.get(merge.into)]
    if (one && other && one !== other) index.merge(one, other)
    return merge
  }

  const fold = (entry: LogEntry): void => {
    expire(entry.at - settings().window)
    if ('pin' in entry) {
      if (entry.pin.kind === 'merge') join(entry.pin)
      else split(entry.pin)
    } else if (!articles.has(entry.features.id)) {
      apply(entry, entry.decision.kind === 'new' ? index.vectorOf(entry.features) : null)
      for (const merge of entry.decision.merges) join(merge)
    }
  }

  const split = ({ articles: ids, from, to }: Extract<Pin, { kind: 'split' }>): void => {
    const old = index.get(from)
    if (!old || index.get(to)) return
    const moved = ids.map(id => articles.get(id)).filter(kept => kept?.story === old) as Kept[] // found ones
    const opened = index.open(to, old.language)
    index.markSplit(old, opened)
    for (const kept of moved) {
      index.take(kept)
      index.put(opened, kept, kept.counts ? vectorOf(blocks, kept) : null)
    }
  }

  /** Entries are in the order in which they were logged, oldest first, and expire by the log's clock. */
  const expire = (before: number): void => {
    for (const kept of articles.values()) {
      if (kept.loggedAt >= before) return
      if (kept.counts) originals.forget(kept)
      drop(kept)
    }
  }

  // ---- answering ---------------------------------------------------------------------------------------------------

  const queryOf = (kept: Kept): StoryQuery =>
    queryArticle(
      kept.counts ? vectorOf(blocks, kept) : index.vectorOf(textsOf(blocks, kept)),
      timeOf(kept, kept.loggedAt),
    )

  const listOriginals = (story: Story, limit: number): ArticleId[] =>
    story.members
      .filter(({ kind }) => kind === 'new')
      .slice(0, limit)
      .map(({ id }) => id)

  const toSimilar = (near: readonly Near[]): { id: ArticleId; similarity: number }[] =>
    near.flatMap(({ story, score, needed }) =>
      listOriginals(story, 1).map(first => ({ id: first, similarity: toShare(score / needed) })),
    )

  const similar = (id: ArticleId, limit: number): { id: ArticleId; similarity: number }[] => {
    const kept = articles.get(id)
    return kept ? toSimilar(index.nearest(queryOf(kept), findHome(id) ?? null, limit)) : []
  }

  const similarOnArrival = (id: ArticleId, limit: number): { id: ArticleId; similarity: number }[] => {
    const near = found.get(id)
    if (!near) return similar(id, limit)
    // It counts as new only once.
    found.delete(id)
    const home = findHome(id)
    return toSimilar(near.filter(({ story }) => story !== home && index.get(story.id) === story).slice(0, limit))
  }

  const explain = (id: ArticleId): Explanation | null => {
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
  }

  const planSplit = (ids: readonly ArticleId[], at: number): Pin | null => {
    const [first] = ids
    const story = first === undefined ? undefined : findHome(first)
    if (first === undefined || !story || ids.some(id => findHome(id) !== story)) return null
    // Reprints move with their original.
    const moved = story.members
      .filter(
        ({ id, kind, other }) => ids.includes(id) || (kind === 'reprint' && other !== null && ids.includes(other)),
      )
      .map(({ id }) => id)
    if (moved.length === 0 || moved.length === story.members.length) return null
    // A new id, since the id derived from the article may be that of a story that was merged away.
    const to = `${formatStoryId(first)}.${at.toString(36)}` as StoryId
    return { kind: 'split', articles: moved, from: story.id, to }
  }

  return {
    known,
    decide,
    beginTrial(at) {
      // As `fold` does before each entry. Not rolled back, since another process logs no earlier than a moment before.
      expire(at - settings().window)
      journal.open()
    },
    commitTrial: journal.close,
    rollBack: journal.rollBack,
    fold,
    findStory,
    similar,
    similarOnArrival,
    explain,
    planSplit,
    has: story => index.get(story) !== undefined,
    listStories: () => Array.from(index.all(), ({ id }) => id),
    audit(id) {
      const story = index.get(id)
      const { strictness } = settings()
      return story ? auditStory({ blocks, rule, strictness, stories: index.size }, story) : null
    },
    get size() {
      return articles.size
    },
  }
}

/** A story's id is derived from the article that opened it. */
export const formatStoryId = (id: ArticleId): StoryId => `s${id}` as StoryId

const toArrived = ({ story, score, needed }: Near, strictness: number): Arrived & { story: StoryId } => ({
  story: story.id,
  score: roundScore(score),
  needed: roundScore(needed * strictness),
})

/** @param ratio relatedness by what is needed, so that 1 is as near as an article of the same story */
const toShare = (ratio: number): number => ratio / (1 + ratio)
