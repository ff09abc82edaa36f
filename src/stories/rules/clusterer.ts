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
import type { Decision, Merge, Pin } from '../../domain/story-decision.ts'
import { type Answers, createAnswers, toArrived } from './answers.ts'
import { createBlocks } from './blocks.ts'
import { createBoilerplate } from './boilerplate.ts'
import { createPrior } from './common-words.ts'
import type { Features } from './features.ts'
import { createJournal } from './journal.ts'
import { decisionOf, discard, type KeptEntry, keep, vectorOf } from './kept.ts'
import type { Decided, LogEntry } from './log-entry.ts'
import { createOriginals } from './originals.ts'
import { RELATEDNESS, type Relatedness, sharedNeeded } from './relatedness.ts'
import { createSecondLooks, isOtherEvent } from './second-looks.ts'
import { formatStoryId, type Kept, type Story, timeOf } from './story.ts'
import { createStoryIndex, type Near, queryArticle } from './story-index.ts'
import { type HashKey, OPEN_KEY } from './term-hash.ts'
import type { Vector } from './vectors.ts'

export interface Clusterer extends Omit<Answers, 'remember'> {
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
  has(story: StoryId): boolean
  listStories(): StoryId[]
  readonly size: number
}

const SEARCH_RESULTS = 10
/** Further articles of a story are its members, but their words do not count: it is known well enough. */
const MAX_COUNTED = 1_000

/** What counts of an article's words. */
interface Told {
  /** Without what its source writes under every text. */
  readonly text: Features
  readonly vector: Vector
}

/** What is known of an article while it is decided. */
interface Draft {
  readonly decided: Decided
  /** Null for a copy. */
  readonly told: Told | null
  /** What it was compared with, best first. */
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
  const boilerplate = createBoilerplate(journal)
  const looks = createSecondLooks({ blocks, index, settings, rule, join })
  const sources = new Map<SourceId | '', SourceId | ''>()

  const findHome = (id: ArticleId): Story | undefined => {
    const kept = articles.get(id)
    const home = kept?.kind === 'same' ? articles.get(kept.other ?? id) : kept
    return home?.story ?? undefined
  }

  const answers = createAnswers({ blocks, index, settings, rule, key, articles, findHome })

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
    const { decided, told, near } = draft(features, at)
    const kept = apply({ ...decided, at }, told)
    if (!told) return decided
    // In turn, since what it has grown to may have merged.
    const merges = [...looks.grown(kept.story), ...looks.bridged(kept.story, near)]
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

    const told = tell(features)
    const { vector } = told
    const all = index.nearest(queryArticle(vector, timeOf(features, at)), null, SEARCH_RESULTS)
    answers.remember(features.id, all)
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
    return { decided: { features, arrived: nearest ? toArrived(nearest, strictness) : null, decision }, told, near }
  }

  const copy = (features: Features, decision: Decision): Draft => ({
    decided: { features, arrived: null, decision },
    told: null,
    near: [],
  })

  const tell = (features: Features): Told => {
    const text = boilerplate.strip(features)
    return { text, vector: index.vectorOf(text) }
  }

  // ---- folding -----------------------------------------------------------------------------------------------------

  /** @param told null for a copy */
  const apply = (entry: KeptEntry, told: Told | null): Kept => {
    const { features, decision } = entry
    const story =
      decision.kind === 'same' ? null : (index.get(decision.story) ?? index.open(decision.story, features.language))
    const counted = story && story.originals < MAX_COUNTED ? told : null
    const written = counted ? { ...entry, features: counted.text } : entry
    const vector = counted?.vector ?? null
    const kept = keep(blocks, free.pop() ?? bySlot.length, written, nameOf(features.source), vector)
    bySlot[kept.slot] = kept
    articles.set(kept.id, kept)
    journal.note(() => drop(kept))
    if (story) index.put(story, kept, vector)
    if (!counted) return kept
    originals.add(counted.text, kept)
    boilerplate.learn(features)
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
      apply(entry, entry.decision.kind === 'new' ? tell(entry.features) : null)
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
    similar: answers.similar,
    similarOnArrival: answers.similarOnArrival,
    explain: answers.explain,
    planSplit: answers.planSplit,
    audit: answers.audit,
    has: story => index.get(story) !== undefined,
    listStories: () => Array.from(index.all(), ({ id }) => id),
    get size() {
      return articles.size
    },
  }
}
