/**
 * Clusters articles into stories in memory: online, in a single pass, in the order of arrival, with second looks. It is
 * a fold over log entries, so the same entries give the same index in every process. An article joins the story that
 * its words are evidence for (src/stories/rules/evidence.ts). A story that has grown, and an article that a few hundred
 * others have followed, are reviewed and may merge into a larger story. Articles are compared with whole stories, never
 * with single neighbours, so that stories do not grow into chains.
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { Decision, Explanation, Merge, Pin } from '../../domain/story-decision.ts'
import { dropOldest } from '../../util/lru.ts'
import { createPrior } from './common-words.ts'
import { neededToJoin, reservations } from './evidence.ts'
import { distinctTerms, type Features } from './features.ts'
import { createPrints } from './fingerprints.ts'
import { createJournal, setNoted } from './journal.ts'
import { type Decided, type LogEntry, roundScore } from './log-entry.ts'
import { combineRates, FIRST_RATE, nextRate } from './rate.ts'
import { isRepeat, msApart } from './repeat.ts'
import { isReprint } from './reprint.ts'
import { createSecondLooks, findDue, isOtherEvent, SECOND_LOOK, sharedNeeded } from './second-looks.ts'
import type { Story } from './story.ts'
import { createStoryIndex, type Near, queryArticle } from './story-index.ts'
import { type HashKey, OPEN_KEY } from './term-hash.ts'

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
  /** Reviews every story once more, as second looks do one by one. For streams that end. */
  reviewAll(): void
  findStory(id: ArticleId): StoryId | undefined
  similar(id: ArticleId, limit: number): { id: ArticleId; similarity: number }[]
  /** Like `similar`, for an article that has just arrived: reuses the search that decided its story. */
  similarOnArrival(id: ArticleId, limit: number): { id: ArticleId; similarity: number }[]
  explain(id: ArticleId): Explanation | null
  /** Builds the pin that splits these articles off their story; null if they are not part of one story. */
  planSplit(articles: readonly ArticleId[], at: number): Pin | null
  has(story: StoryId): boolean
  readonly size: number
}

const MAX_REPRINT_CANDIDATES = 5
const NEAREST = 5
/** Search results are kept for this many of the latest articles. */
const SEARCHES_KEPT = 2_000
const SEARCH_RESULTS = 20

/** @param key the key with which the features' words are hashed */
export const createClusterer = (settings: () => StorySettings, key: HashKey = OPEN_KEY): Clusterer => {
  const journal = createJournal()
  const index = createStoryIndex(journal, createPrior(key))
  const prints = createPrints(journal)
  const entries = new Map<ArticleId, Decided & { readonly at: number }>()
  const homes = new Map<ArticleId, StoryId>()
  const titles = new Map<string, ArticleId>()
  const looks = createSecondLooks({ index, settings, rate: articles => combineRates(rate, index, articles), join })
  const found = new Map<ArticleId, readonly Near[]>()
  let rate = FIRST_RATE
  let latest: ArticleId[] = []

  const titleKey = ({ source, titleHash }: Features): string => `${source} ${titleHash}`

  const findStory = (id: ArticleId): StoryId | undefined => {
    const decision = entries.get(id)?.decision
    return homes.get(decision?.kind === 'same' ? decision.as : id)
  }

  const findHome = (id: ArticleId): Story | undefined => index.get(findStory(id) ?? ('' as StoryId))

  const known = (features: Features): Decision | null => {
    const entry = entries.get(features.id)
    if (!entry) return null
    const { decision } = entry
    const story = findStory(features.id) ?? decision.story
    return decision.kind === 'new' && entry.features.source !== features.source
      ? { kind: 'same', as: features.id, story, merges: decision.merges }
      : { ...decision, story }
  }

  // ---- deciding ----------------------------------------------------------------------------------------------------

  const findRepeat = (features: Features, at: number): ArticleId | undefined => {
    if (features.source === '') return undefined
    const id = titles.get(titleKey(features))
    const before = id === undefined ? undefined : entries.get(id)
    const apart = before ? msApart(features, before.features, at - before.at) : Number.POSITIVE_INFINITY
    return before && apart <= settings().window && isRepeat(features, before.features, apart) ? id : undefined
  }

  const findOriginal = (features: Features): ArticleId | undefined =>
    prints.alike(features, MAX_REPRINT_CANDIDATES).find(id => {
      const other = entries.get(id)
      return other?.decision.kind === 'new' && isReprint(features, other.features)
    })

  const weigh = (features: Features, { story, score }: Near): number => {
    const { publishedAt: at } = features
    const apart = at === null ? 0 : Math.max((story.from ?? at) - at, at - (story.to ?? at), 0)
    return score - reservations(features.source !== '' && story.members.hasSource(features.source), apart)
  }

  const decide = (features: Features, at: number): Decided => {
    const draftDecision = draft(features, at)
    apply({ ...draftDecision, at })
    const merges = draftDecision.decision.kind === 'same' ? [] : secondLooks(draftDecision.decision.story)
    if (merges.length === 0) return draftDecision
    const decided = { ...draftDecision, decision: { ...draftDecision.decision, merges } }
    setNoted(journal, entries, features.id, { ...decided, at })
    return decided
  }

  const draft = (features: Features, at: number): Decided => {
    const same = findRepeat(features, at)
    if (same !== undefined)
      return {
        features,
        arrived: null,
        decision: { kind: 'same', as: same, story: homes.get(same) ?? formatStoryId(same), merges: [] },
      }
    const original = findOriginal(features)
    const home = original === undefined ? undefined : homes.get(original)
    if (original !== undefined && home !== undefined)
      return { features, arrived: null, decision: { kind: 'reprint', of: original, story: home, merges: [] } }

    const { joinWithin, threshold } = settings()
    const query = queryArticle(features)
    const length = query.terms.length
    const all = index.nearest(query, null, SEARCH_RESULTS)
    remember(features.id, all)
    const near = all
      .slice(0, NEAREST)
      .filter(({ story, shared }) => at - story.lastAt <= joinWithin && shared >= sharedNeeded(story, length))
      .map(each => ({ ...each, score: weigh(features, each) }))
      .sort((a, b) => b.score - a.score || (a.story.id < b.story.id ? -1 : 1))
    const [nearest] = near
    const needed =
      threshold + neededToJoin(combineRates(nextRate(rate, getScore(nearest), length), index, 1), index.articles)
    const joined = near.find(({ story, score }) => score >= needed && !isOtherEvent(features, story))?.story
    return {
      features,
      arrived: nearest
        ? { story: nearest.story.id, score: roundScore(nearest.score), needed: roundScore(needed) }
        : null,
      decision: { kind: 'new', story: joined?.id ?? formatStoryId(features.id), merges: [] },
    }
  }

  const remember = (id: ArticleId, near: readonly Near[]): void => {
    found.set(id, near)
    dropOldest(found, SEARCHES_KEPT)
  }

  const secondLooks = (story: StoryId): Merge[] => {
    const due = findDue(latest)
    const grown = looks.grown(index.get(story))
    return due === undefined ? grown : [...grown, ...looks.late(findHome(due))]
  }

  // ---- folding
  // -------------------------------------------------------------------------------------------------------

  const note = (undo: () => void): void => journal.note(undo)

  const apply = (entry: Decided & { readonly at: number }): void => {
    const { features, decision, arrived, at } = entry
    setNoted(journal, entries, features.id, entry)
    if (decision.kind === 'same') return
    const story = index.get(decision.story) ?? index.open(decision.story, features.language, at)
    index.put(story, features, decision.kind === 'new', at)
    setNoted(journal, homes, features.id, story.id)
    if (decision.kind === 'reprint') return
    setNoted(journal, titles, titleKey(features), features.id)
    prints.add(features)
    const before = { rate, latest }
    rate = nextRate(rate, getScore(arrived), distinctTerms(features).length)
    latest = [...latest.slice(-SECOND_LOOK), features.id]
    note(() => {
      rate = before.rate
      latest = before.latest
    })
  }

  function join(merge: Merge): Merge {
    const [one, other] = [index.get(merge.from), index.get(merge.into)]
    if (!one || !other || one === other) return merge
    for (const { id } of one.members.all()) setNoted(journal, homes, id, other.id)
    index.merge(one, other)
    return merge
  }

  const fold = (entry: LogEntry): void => {
    expire(entry.at - settings().window)
    if ('pin' in entry) {
      if (entry.pin.kind === 'merge') join(entry.pin)
      else split(entry.pin, entry.at)
    } else if (!entries.has(entry.features.id)) {
      apply(entry)
      for (const merge of entry.decision.merges) join(merge)
    }
  }

  const split = ({ articles, from, to }: Extract<Pin, { kind: 'split' }>, at: number): void => {
    const old = index.get(from)
    if (!old || index.get(to)) return
    const opened = index.open(to, old.language, at)
    index.markSplit(old, opened)
    for (const id of articles) {
      const features = old.members.get(id)
      const counts = entries.get(id)?.decision.kind === 'new'
      if (!features) continue
      index.take(old, features, counts)
      index.put(opened, features, counts, at)
      homes.set(id, to)
    }
  }

  /** Entries are in the order in which they were logged, oldest first, and expire by the log's clock. */
  const expire = (before: number): void => {
    for (const [id, { features, decision, at }] of entries) {
      if (at >= before) return
      const story = findHome(id)
      entries.delete(id)
      homes.delete(id)
      if (decision.kind === 'same') continue
      if (titles.get(titleKey(features)) === id) titles.delete(titleKey(features))
      if (decision.kind === 'new') prints.forget(features)
      if (story?.members.get(id)) index.take(story, features, decision.kind === 'new')
    }
  }

  // ---- answering
  // -----------------------------------------------------------------------------------------------------

  const listOriginals = (story: Story, limit: number): ArticleId[] =>
    listIds(story)
      .filter(id => entries.get(id)?.decision.kind === 'new')
      .slice(0, limit)

  const toSimilar = (near: readonly Near[]): { id: ArticleId; similarity: number }[] =>
    near.flatMap(({ story, score }) =>
      listOriginals(story, 1).map(first => ({ id: first, similarity: toShare(score) })),
    )

  const similar = (id: ArticleId, limit: number): { id: ArticleId; similarity: number }[] => {
    const entry = entries.get(id)
    return entry ? toSimilar(index.nearest(queryArticle(entry.features), findHome(id) ?? null, limit)) : []
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
    const entry = entries.get(id)
    const decision = entry && known(entry.features)
    const home = findHome(id)
    if (!entry || !decision || !home) return null
    const query = queryArticle(entry.features)
    const now = [index.score(query, home), ...index.nearest(query, home, NEAREST)].map(({ story, score }) => ({
      story: story.id,
      score,
      articles: listOriginals(story, 4).filter(each => each !== id),
    }))
    return {
      decision,
      arrived: entry.arrived,
      now,
      needed: settings().threshold + neededToJoin(combineRates(rate, index, 1), index.articles),
    }
  }

  const planSplit = (articles: readonly ArticleId[], at: number): Pin | null => {
    const [first] = articles
    const story = first === undefined ? undefined : findHome(first)
    if (first === undefined || !story || articles.some(id => findHome(id) !== story)) return null
    // Reprints move with their original.
    const moved = listIds(story).filter(id => {
      const decision = entries.get(id)?.decision
      return articles.includes(id) || (decision?.kind === 'reprint' && articles.includes(decision.of))
    })
    if (moved.length === 0 || moved.length === story.members.size) return null
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
    reviewAll: looks.reviewAll,
    findStory,
    similar,
    similarOnArrival,
    explain,
    planSplit,
    has: story => index.get(story) !== undefined,
    get size() {
      return entries.size
    },
  }
}

const listIds = ({ members }: Story): ArticleId[] => Array.from(members.all(), ({ id }) => id)

/** A story's id is derived from the article that opened it. */
export const formatStoryId = (id: ArticleId): StoryId => `s${id}` as StoryId

const getScore = (weighed: { readonly score: number } | null | undefined): number =>
  weighed?.score ?? Number.NEGATIVE_INFINITY

/** Converts nats to a similarity from 0 to 1. */
const toShare = (score: number): number => 1 / (1 + Math.exp(-score / 4))
