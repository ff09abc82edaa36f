/**
 * Decides stories in memory: online, in a single pass, in the order of arrival, with second looks. A fold over log entries, so the same
 * entries give the same index wherever they are folded. An article joins the story its words speak for (src/stories/rules/evidence.ts); a story
 * that has grown, and an article that a few hundred others have followed, are looked at again, and merge into a larger story where
 * they speak for it. Stories as a whole are compared, never neighbour with neighbour, so no chains grow. (pure)
 */

import type { StorySettings } from '../../config/sections/stories.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { Decision, Explanation, Merge, Pin } from '../../domain/story-decision.ts'
import { dropOldest } from '../../util/lru.ts'
import { usualIn } from './common-words.ts'
import { neededToJoin, reservations } from './evidence.ts'
import { distinctTerms, type Features } from './features.ts'
import { createPrints } from './fingerprints.ts'
import { createJournal, setNoted } from './journal.ts'
import { asLogged, type Decided, type LogEntry } from './log-entry.ts'
import { FIRST_RATE, nextRate, rateOf } from './rate.ts'
import { isRepeat, msApart } from './repeat.ts'
import { isReprint } from './reprint.ts'
import { createSecondLooks, dueOf, SECOND_LOOK, sharedNeeded, tellsAnother } from './second-looks.ts'
import type { Story } from './story.ts'
import { createStoryIndex, type Near, wantedOf } from './story-index.ts'
import { type HashKey, OPEN_KEY } from './term-hash.ts'

export interface Clusterer {
  /** The answer for an article of the window; null for a new one. */
  known(features: Features): Decision | null
  /** Decides a new article and takes it in. @param at ms since the epoch: when it will be logged */
  decide(features: Features, at: number): Decided
  /** Begins a batch that will be logged at that time, if nobody is ahead of it: then `keep` what was decided, else `rollBack`. */
  tryOut(at: number): void
  keep(): void
  rollBack(): void
  /** Takes in an entry of the log. Entries logged before its window are forgotten. */
  fold(entry: LogEntry): void
  /** Looks at every story once more, as second looks do one by one. For streams that end. */
  settle(): void
  storyOf(id: ArticleId): StoryId | undefined
  similar(id: ArticleId, limit: number): { id: ArticleId; similarity: number }[]
  /** The same for one that has just come, of what there was before it: it was looked up to decide its story, and is not looked up twice. */
  similarOnArrival(id: ArticleId, limit: number): { id: ArticleId; similarity: number }[]
  explain(id: ArticleId): Explanation | null
  /** The pin that parts these articles from their story; null where they are not part of one story. */
  splitOf(articles: readonly ArticleId[], at: number): Pin | null
  has(story: StoryId): boolean
  readonly size: number
}

const ALIKE = 5
const NEAREST = 5
/** Of the articles that came last, what was found near them. */
const MOST_FOUND = 2_000
const FOUND = 20

/** @param key by which the features' words are hashed */
export const createClusterer = (settings: () => StorySettings, key: HashKey = OPEN_KEY): Clusterer => {
  const journal = createJournal()
  const index = createStoryIndex(journal, usualIn(key))
  const prints = createPrints(journal)
  const entries = new Map<ArticleId, Decided & { readonly at: number }>()
  const homes = new Map<ArticleId, StoryId>()
  const titles = new Map<string, ArticleId>()
  const looks = createSecondLooks({ index, settings, rate: articles => rateOf(rate, index, articles), join })
  const found = new Map<ArticleId, readonly Near[]>()
  let rate = FIRST_RATE
  let latest: ArticleId[] = []

  const titleKey = ({ source, titleHash }: Features): string => `${source} ${titleHash}`

  const storyOf = (id: ArticleId): StoryId | undefined => {
    const decision = entries.get(id)?.decision
    return homes.get(decision?.kind === 'same' ? decision.as : id)
  }

  const homeOf = (id: ArticleId): Story | undefined => index.get(storyOf(id) ?? ('' as StoryId))

  const known = (features: Features): Decision | null => {
    const entry = entries.get(features.id)
    if (!entry) return null
    const { decision } = entry
    const story = storyOf(features.id) ?? decision.story
    return decision.kind === 'new' && entry.features.source !== features.source
      ? { kind: 'same', as: features.id, story, merges: decision.merges }
      : { ...decision, story }
  }

  // ---- deciding ----------------------------------------------------------------------------------------------------

  const repeated = (features: Features, at: number): ArticleId | undefined => {
    if (features.source === '') return undefined
    const id = titles.get(titleKey(features))
    const before = id === undefined ? undefined : entries.get(id)
    const apart = before ? msApart(features, before.features, at - before.at) : Number.POSITIVE_INFINITY
    return before && apart <= settings().window && isRepeat(features, before.features, apart) ? id : undefined
  }

  const reprinted = (features: Features): ArticleId | undefined =>
    prints.alike(features, ALIKE).find(id => {
      const other = entries.get(id)
      return other?.decision.kind === 'new' && isReprint(features, other.features)
    })

  const weigh = (features: Features, { story, score }: Near): number => {
    const { publishedAt: at } = features
    const apart = at === null ? 0 : Math.max((story.from ?? at) - at, at - (story.to ?? at), 0)
    return score - reservations(features.source !== '' && story.members.tells(features.source), apart)
  }

  const decide = (features: Features, at: number): Decided => {
    const drafted = draft(features, at)
    apply({ ...drafted, at })
    const merges = drafted.decision.kind === 'same' ? [] : secondLooks(drafted.decision.story)
    if (merges.length === 0) return drafted
    const decided = { ...drafted, decision: { ...drafted.decision, merges } }
    setNoted(journal, entries, features.id, { ...decided, at })
    return decided
  }

  const draft = (features: Features, at: number): Decided => {
    const same = repeated(features, at)
    if (same !== undefined)
      return {
        features,
        arrived: null,
        decision: { kind: 'same', as: same, story: homes.get(same) ?? storyIdOf(same), merges: [] },
      }
    const original = reprinted(features)
    const home = original === undefined ? undefined : homes.get(original)
    if (original !== undefined && home !== undefined)
      return { features, arrived: null, decision: { kind: 'reprint', of: original, story: home, merges: [] } }

    const { joinWithin, threshold } = settings()
    const wanted = wantedOf(features)
    const length = wanted.terms.length
    const all = index.nearest(wanted, null, FOUND)
    remember(features.id, all)
    const near = all
      .slice(0, NEAREST)
      .filter(({ story, shared }) => at - story.lastAt <= joinWithin && shared >= sharedNeeded(story, length))
      .map(each => ({ ...each, score: weigh(features, each) }))
      .sort((a, b) => b.score - a.score || (a.story.id < b.story.id ? -1 : 1))
    const [nearest] = near
    const needed = threshold + neededToJoin(rateOf(nextRate(rate, scoreOf(nearest), length), index, 1), index.articles)
    const joined = near.find(({ story, score }) => score >= needed && !tellsAnother(features, story))?.story
    return {
      features,
      arrived: nearest ? { story: nearest.story.id, score: asLogged(nearest.score), needed: asLogged(needed) } : null,
      decision: { kind: 'new', story: joined?.id ?? storyIdOf(features.id), merges: [] },
    }
  }

  const remember = (id: ArticleId, near: readonly Near[]): void => {
    found.set(id, near)
    dropOldest(found, MOST_FOUND)
  }

  const secondLooks = (story: StoryId): Merge[] => {
    const due = dueOf(latest)
    const grown = looks.grown(index.get(story))
    return due === undefined ? grown : [...grown, ...looks.late(homeOf(due))]
  }

  // ---- taking in -----------------------------------------------------------------------------------------------------

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
    rate = nextRate(rate, scoreOf(arrived), distinctTerms(features).length)
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
      else part(entry.pin, entry.at)
    } else if (!entries.has(entry.features.id)) {
      apply(entry)
      for (const merge of entry.decision.merges) join(merge)
    }
  }

  const part = ({ articles, from, to }: Extract<Pin, { kind: 'split' }>, at: number): void => {
    const old = index.get(from)
    if (!old || index.get(to)) return
    const parted = index.open(to, old.language, at)
    index.part(old, parted)
    for (const id of articles) {
      const features = old.members.get(id)
      const counts = entries.get(id)?.decision.kind === 'new'
      if (!features) continue
      index.take(old, features, counts)
      index.put(parted, features, counts, at)
      homes.set(id, to)
    }
  }

  /** Entries stand in the order they were logged: the oldest are first, and expire by the log's own times. */
  const expire = (before: number): void => {
    for (const [id, { features, decision, at }] of entries) {
      if (at >= before) return
      const story = homeOf(id)
      entries.delete(id)
      homes.delete(id)
      if (decision.kind === 'same') continue
      if (titles.get(titleKey(features)) === id) titles.delete(titleKey(features))
      if (decision.kind === 'new') prints.forget(features)
      if (story?.members.get(id)) index.take(story, features, decision.kind === 'new')
    }
  }

  // ---- telling -------------------------------------------------------------------------------------------------------

  const originalsOf = (story: Story, limit: number): ArticleId[] =>
    idsOf(story)
      .filter(id => entries.get(id)?.decision.kind === 'new')
      .slice(0, limit)

  const firstsOf = (near: readonly Near[]): { id: ArticleId; similarity: number }[] =>
    near.flatMap(({ story, score }) => originalsOf(story, 1).map(first => ({ id: first, similarity: toShare(score) })))

  const similar = (id: ArticleId, limit: number): { id: ArticleId; similarity: number }[] => {
    const entry = entries.get(id)
    return entry ? firstsOf(index.nearest(wantedOf(entry.features), homeOf(id) ?? null, limit)) : []
  }

  const similarOnArrival = (id: ArticleId, limit: number): { id: ArticleId; similarity: number }[] => {
    const near = found.get(id)
    if (!near) return similar(id, limit)
    // Asked for again, it is no longer new.
    found.delete(id)
    const home = homeOf(id)
    return firstsOf(near.filter(({ story }) => story !== home && index.get(story.id) === story).slice(0, limit))
  }

  const explain = (id: ArticleId): Explanation | null => {
    const entry = entries.get(id)
    const decision = entry && known(entry.features)
    const home = homeOf(id)
    if (!entry || !decision || !home) return null
    const wanted = wantedOf(entry.features)
    const now = [index.score(wanted, home), ...index.nearest(wanted, home, NEAREST)].map(({ story, score }) => ({
      story: story.id,
      score,
      articles: originalsOf(story, 4).filter(each => each !== id),
    }))
    return {
      decision,
      arrived: entry.arrived,
      now,
      needed: settings().threshold + neededToJoin(rateOf(rate, index, 1), index.articles),
    }
  }

  const splitOf = (articles: readonly ArticleId[], at: number): Pin | null => {
    const [first] = articles
    const story = first === undefined ? undefined : homeOf(first)
    if (first === undefined || !story || articles.some(id => homeOf(id) !== story)) return null
    // Reprints go where their original goes.
    const leaving = idsOf(story).filter(id => {
      const decision = entries.get(id)?.decision
      return articles.includes(id) || (decision?.kind === 'reprint' && articles.includes(decision.of))
    })
    if (leaving.length === 0 || leaving.length === story.members.size) return null
    // A name never used before: the article's own may be that of a story merged away.
    const to = `${storyIdOf(first)}.${at.toString(36)}` as StoryId
    return { kind: 'split', articles: leaving, from: story.id, to }
  }

  return {
    known,
    decide,
    tryOut(at) {
      // As `fold` would before each of its entries. Not taken back: whoever is ahead of us logs no earlier than a moment before.
      expire(at - settings().window)
      journal.open()
    },
    keep: journal.close,
    rollBack: journal.rollBack,
    fold,
    settle: looks.settle,
    storyOf,
    similar,
    similarOnArrival,
    explain,
    splitOf,
    has: story => index.get(story) !== undefined,
    get size() {
      return entries.size
    },
  }
}

const idsOf = ({ members }: Story): ArticleId[] => Array.from(members.all(), ({ id }) => id)

/** A story is named after the article that opened it. */
export const storyIdOf = (id: ArticleId): StoryId => `s${id}` as StoryId

const scoreOf = (weighed: { readonly score: number } | null | undefined): number =>
  weighed?.score ?? Number.NEGATIVE_INFINITY

/** Nats to a share of one, for ranking what is alike. */
const toShare = (score: number): number => 1 / (1 + Math.exp(-score / 4))
