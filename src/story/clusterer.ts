/**
 * Decides stories in memory: online, in a single pass, in the order of arrival. A fold over log entries, so the same entries give the same
 * index wherever they are folded. An article joins the story whose centroid is nearest by TF-IDF cosine (Salton, Buckley: Term-weighting
 * approaches in automatic text retrieval, 1988) if near enough; centroids rather than neighbours, so that no chain of neighbours grows. (pure)
 */

import type { ArticleId, StoryId } from '../article/article.ts'
import type { SourceId } from '../sources/source.ts'
import type { Decision } from './decision.ts'
import type { Features } from './features.ts'
import { isReprint } from './reprint.ts'
import type { StorySettings } from './settings.ts'

/** One decided article, as logged. */
export interface LogEntry {
  readonly features: Features
  readonly decision: Decision
  /** ms since the epoch: when it was logged, by the log's clock. */
  readonly at: number
}

interface Story {
  readonly id: StoryId
  readonly language: string
  /** Term -> how often its articles have it. */
  readonly terms: Map<string, number>
  readonly articles: ArticleId[]
  readonly sources: Map<SourceId, number>
  lastAt: number
}

export interface Clusterer {
  /** Decides without remembering: the log says what is remembered. */
  decide(features: Features, at: number): Decision
  /** Takes in an entry of the log. Entries logged before its window are forgotten. */
  fold(entry: LogEntry): void
  /** Takes in an entry that is not logged yet. @returns a function that takes it out again, leaving no trace */
  draft(entry: LogEntry): () => void
  knows(id: ArticleId): boolean
  similar(id: ArticleId, limit: number): { id: ArticleId; similarity: number }[]
  readonly size: number
}

/** A story near an article. */
interface Near {
  readonly story: Story
  readonly cosine: number
  /** Distinct terms both have. */
  readonly shared: number
}

const TITLE_WEIGHT = 2
/** One word in common is a coincidence, however rare the word. */
const FEWEST_SHARED = 2
const CENTROID_TERMS = 60
const REPRINT_CANDIDATES = 30
/** A term in more stories than this tells none of them apart; looking through them would only cost. */
const COMMONEST = 400
/** Unseen streams have no frequencies yet: as if this many unrelated articles had gone before. */
const PRIOR = 500
/** A source that already tells a story rarely tells it again as news: it must be this much more alike. */
const SAME_SOURCE = 1.25

/** Term -> weight, titles counting double, a term's repeats counting ever less. */
const weightsOf = ({ title, summary }: Features): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const term of title) counts.set(term, (counts.get(term) ?? 0) + TITLE_WEIGHT)
  for (const term of summary) counts.set(term, (counts.get(term) ?? 0) + 1)
  for (const [term, count] of counts) counts.set(term, 1 + Math.log(count))
  return counts
}

export const createClusterer = (settings: () => StorySettings): Clusterer => {
  const entries = new Map<ArticleId, LogEntry>()
  const titles = new Map<string, { id: ArticleId; at: number }>()
  const stories = new Map<StoryId, Story>()
  const storiesByTerm = new Map<string, Set<StoryId>>()
  const frequency = new Map<string, number>()

  const idf = (term: string): number => Math.log((entries.size + PRIOR) / ((frequency.get(term) ?? 0) + 0.5))
  const titleKey = ({ source, titleHash }: Features): string => `${source} ${titleHash}`

  /** Stories sharing telling terms, with their cosine, nearest first. */
  const nearest = (features: Features): Near[] => {
    const weights = [...weightsOf(features)].map(([term, weight]) => [term, weight * idf(term)] as const)
    const norm = Math.hypot(...weights.map(([, weight]) => weight))
    if (norm === 0) return []
    const dots = new Map<StoryId, { dot: number; shared: number }>()
    for (const [term, weight] of weights) {
      const having = storiesByTerm.get(`${features.language} ${term}`)
      if (!having || having.size > COMMONEST) continue
      for (const id of having) {
        const story = stories.get(id)
        if (!story) continue
        const before = dots.get(id) ?? { dot: 0, shared: 0 }
        before.dot += (weight * (story.terms.get(term) ?? 0) * idf(term)) / story.articles.length
        before.shared += 1
        dots.set(id, before)
      }
    }
    return [...dots]
      .flatMap(([id, { dot, shared }]): Near[] => {
        const story = stories.get(id)
        return story ? [{ story, shared, cosine: dot / (norm * normOf(story)) }] : []
      })
      .sort((a, b) => b.cosine - a.cosine || (a.story.id < b.story.id ? -1 : 1))
  }

  const normOf = (story: Story): number => {
    let sum = 0
    for (const [term, count] of story.terms) sum += ((count * idf(term)) / story.articles.length) ** 2
    return Math.sqrt(sum) || 1
  }

  const decide = (features: Features, at: number): Decision => {
    const known = entries.get(features.id)
    if (known) {
      const { decision } = known
      return decision.kind === 'new' && known.features.source !== features.source
        ? { kind: 'same', as: features.id, story: decision.story }
        : decision
    }
    const titled = titles.get(titleKey(features))
    const before = titled && at - titled.at <= settings().window ? entries.get(titled.id) : undefined
    if (before) return { kind: 'same', as: before.features.id, story: before.decision.story }

    const { joinWithin, likeness } = settings()
    const near = nearest(features).filter(({ story }) => at - story.lastAt <= joinWithin)
    for (const { story } of near.slice(0, 5)) {
      for (const id of story.articles.slice(-REPRINT_CANDIDATES)) {
        const other = entries.get(id)
        if (other && other.decision.kind === 'new' && isReprint(features, other.features))
          return { kind: 'reprint', of: id, story: story.id }
      }
    }
    const [best] = near
    const needed = likeness * (best?.story.sources.has(features.source) ? SAME_SOURCE : 1)
    return {
      kind: 'new',
      story: best && best.shared >= FEWEST_SHARED && best.cosine >= needed ? best.story.id : storyIdOf(features.id),
    }
  }

  const fold = (entry: LogEntry): void => {
    expire(entry.at - settings().window)
    if (!entries.has(entry.features.id)) take(entry)
  }

  const take = (entry: LogEntry): void => {
    const { features, decision, at } = entry
    entries.set(features.id, entry)
    if (decision.kind === 'same') return
    titles.set(titleKey(features), { id: features.id, at })
    const story: Story = stories.get(decision.story) ?? {
      id: decision.story,
      language: features.language,
      terms: new Map(),
      articles: [],
      sources: new Map(),
      lastAt: at,
    }
    stories.set(story.id, story)
    story.articles.push(features.id)
    story.sources.set(features.source, (story.sources.get(features.source) ?? 0) + 1)
    story.lastAt = Math.max(story.lastAt, at)
    for (const [term, weight] of weightsOf(features)) {
      frequency.set(term, (frequency.get(term) ?? 0) + 1)
      story.terms.set(term, (story.terms.get(term) ?? 0) + weight)
      post(term, story)
    }
    if (story.terms.size > CENTROID_TERMS * 2) trim(story)
  }

  const draft = (entry: LogEntry): (() => void) => {
    const { features, decision } = entry
    const story = stories.get(decision.story)
    const before = story && {
      ...story,
      terms: new Map(story.terms),
      articles: [...story.articles],
      sources: new Map(story.sources),
    }
    const titled = titles.get(titleKey(features))
    take(entry)
    return () => {
      entries.delete(features.id)
      if (decision.kind === 'same') return
      if (titled) titles.set(titleKey(features), titled)
      else titles.delete(titleKey(features))
      for (const term of weightsOf(features).keys()) forget(term)
      const after = stories.get(decision.story)
      if (after) for (const term of after.terms.keys()) unpost(term, after)
      stories.delete(decision.story)
      if (!before) return
      stories.set(before.id, before)
      for (const term of before.terms.keys()) post(term, before)
    }
  }

  const forget = (term: string): void => {
    const left = (frequency.get(term) ?? 0) - 1
    if (left > 0) frequency.set(term, left)
    else frequency.delete(term)
  }

  const post = (term: string, { id, language }: Story): void => {
    const key = `${language} ${term}`
    const having = storiesByTerm.get(key)
    if (having) having.add(id)
    else storiesByTerm.set(key, new Set([id]))
  }

  const unpost = (term: string, { id, language }: Story): void => {
    const key = `${language} ${term}`
    const having = storiesByTerm.get(key)
    having?.delete(id)
    if (having?.size === 0) storiesByTerm.delete(key)
  }

  /** Keeps the terms that carry a large story; its rare ones are one article's own. */
  const trim = (story: Story): void => {
    const kept = [...story.terms].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, CENTROID_TERMS)
    for (const term of story.terms.keys()) unpost(term, story)
    story.terms.clear()
    for (const [term, count] of kept) {
      story.terms.set(term, count)
      post(term, story)
    }
  }

  /** Entries stand in the order they were logged: the oldest are first, and expire by the log's own times. */
  const expire = (before: number): void => {
    for (const [id, { features, decision, at }] of entries) {
      if (at >= before) return
      entries.delete(id)
      if (titles.get(titleKey(features))?.id === id) titles.delete(titleKey(features))
      if (decision.kind === 'same') continue
      for (const term of weightsOf(features).keys()) forget(term)
      const story = stories.get(decision.story)
      if (!story) continue
      story.articles.splice(story.articles.indexOf(id), 1)
      if (story.articles.length > 0) continue
      stories.delete(story.id)
      for (const term of story.terms.keys()) unpost(term, story)
    }
  }

  const similar = (id: ArticleId, limit: number): { id: ArticleId; similarity: number }[] => {
    const entry = entries.get(id)
    if (!entry) return []
    return nearest(entry.features)
      .filter(({ story }) => story.id !== entry.decision.story)
      .slice(0, limit)
      .flatMap(({ story, cosine }) => {
        const first = story.articles.find(each => entries.get(each)?.decision.kind === 'new')
        return first === undefined ? [] : { id: first, similarity: cosine }
      })
  }

  return {
    decide,
    fold,
    draft,
    similar,
    knows: id => entries.has(id),
    get size() {
      return entries.size
    },
  }
}

/** A story is named after the article that opened it. */
export const storyIdOf = (id: ArticleId): StoryId => `s${id}` as StoryId
