/**
 * Clusters articles into stories in memory: online, in a single pass, in the order of arrival, with second looks. It is
 * a fold over log entries, so the same entries give the same index in every process. An article joins the story that it
 * is related to as closely as the story's articles are to each other (src/stories/rules/relatedness.ts). A story that
 * has grown, and two stories that an article is near to, are compared and may merge. Articles are compared with whole
 * stories, never with single neighbours, so that stories do not grow into chains.
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { Decision, Merge, Pin } from '../../domain/story-decision.ts'
import { type Savable, savedTogether } from '../../util/savable.ts'
import { type Answers, createAnswers } from './answers.ts'
import { createBlocks } from './blocks.ts'
import { createPrior } from './common-words.ts'
import { draftDecision } from './drafts.ts'
import type { Features } from './features.ts'
import { createJournal } from './journal.ts'
import { decisionOf } from './kept.ts'
import type { Decided, LogEntry } from './log-entry.ts'
import { RELATEDNESS, type Relatedness } from './relatedness.ts'
import { createSecondLooks } from './second-looks.ts'
import { formatStoryId, type Kept } from './story.ts'
import { createStoryIndex } from './story-index.ts'
import { createStoryWindow } from './story-window.ts'
import { type HashKey, OPEN_KEY } from './term-hash.ts'

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
  /** Everything but the searches that are kept for articles that have just arrived. Not to be saved within a trial. */
  readonly saved: Savable
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
  const window = createStoryWindow(blocks, index, journal)
  const { articles, findHome } = window

  const join = (merge: Merge): Merge => {
    const [one, other] = [index.get(merge.from), index.get(merge.into)]
    if (one && other && one !== other) index.merge(one, other)
    return merge
  }

  const split = ({ articles: ids, from, to }: Extract<Pin, { kind: 'split' }>): void => {
    const old = index.get(from)
    if (!old || index.get(to)) return
    const moved = ids.map(id => articles.get(id)).filter(kept => kept?.story === old) as Kept[] // found ones
    index.split(old, to, moved)
  }

  const looks = createSecondLooks({ blocks, index, settings, rule, join })
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

  const decide = (features: Features, at: number): Decided => {
    const { decided, told, found, near } = draftDecision({ blocks, index, window, settings, rule }, features, at)
    if (told) answers.remember(features.id, found)
    const kept = window.add({ ...decided, at }, told)
    if (!told) return decided
    // In turn, since what it has grown to may have merged.
    const merges = [...looks.grown(kept.story), ...looks.bridged(kept.story, near)]
    if (merges.length === 0) return decided
    kept.merges = merges
    return { ...decided, decision: { ...decided.decision, merges } }
  }

  const fold = (entry: LogEntry): void => {
    window.expire(entry.at - settings().window)
    if ('pin' in entry) {
      if (entry.pin.kind === 'merge') join(entry.pin)
      else split(entry.pin)
    } else if (!articles.has(entry.features.id)) {
      window.add(entry, entry.decision.kind === 'new' ? window.tell(entry.features) : null)
      for (const merge of entry.decision.merges) join(merge)
    }
  }

  return {
    known,
    decide,
    beginTrial(at) {
      // As `fold` does before each entry. Not rolled back, since another process logs no earlier than a moment before.
      window.expire(at - settings().window)
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
    saved: savedTogether({ blocks: blocks.saved, window: window.saved, index: index.saved(window.articleAt) }),
  }
}
