/**
 * Index of the stories of the window by their words: finds the stories nearest to an article in bounded time. It holds
 * state and takes no decisions. Changes are recorded in the journal, except for expiry, which happens only between
 * decisions.
 */

import type { StoryId } from '../../domain/article.ts'
import type { Prior } from './common-words.ts'
import { gain, likelihood, sizePrior } from './evidence.ts'
import { distinctTerms, type Features, type Term } from './features.ts'
import { type Journal, setNoted } from './journal.ts'
import { createMembers } from './members.ts'
import { createPostings, type Gained } from './postings.ts'
import { extendSpan, newStory, type Story } from './story.ts'
import { findCount, listEntries, reserveTerms } from './term-counts.ts'

/** A story near an article or another story. */
export interface Near {
  readonly story: Story
  /** Evidence in nats, including the story's size. */
  readonly score: number
  /** Number of distinct shared terms. */
  readonly shared: number
}

/** A query: an article, or a story by the mean of its articles. */
export interface StoryQuery {
  /** Smallest term first. */
  readonly terms: readonly { readonly term: Term; readonly count: number }[]
  readonly originals: number
}

/** Stories read for one article, by its rarest terms, and the number of them scored in full. */
const LOOKS = 300
const SCORED = 8
const QUERY_TERMS = 40
/** A story with more terms than the first keeps only the second; the rest occur in single articles only. */
const MAX_TERMS = 2000
const KEPT_TERMS = 1000
/** From this many articles on, the coherence of a story is measured. */
const MIN_MEASURED = 12
const COHERENT_SHARE = 0.3
const DISTINCTIVE_GAIN = 2.5
const GROWTH = 1.16
/**
 * Number of a story's most distinctive terms that lead to other stories, and the maximum number of stories that have
 * one.
 */
const SHARED_TERMS = 12
const SHARED_BY = 100

export interface StoryIndex {
  /** Number of articles in the window without reprints, and of those alone in their story. */
  readonly articles: number
  readonly alone: number
  get(id: StoryId): Story | undefined
  all(): IterableIterator<Story>
  open(id: StoryId, language: string, at: number): Story
  /** @param counts false for a reprint, which is a member but whose words are another article's */
  put(story: Story, features: Features, counts: boolean, at: number): void
  take(story: Story, features: Features, counts: boolean): void
  merge(from: Story, into: Story): void
  /** Best first; ties are broken by id. */
  nearest(query: StoryQuery, except: Story | null, limit: number): Near[]
  score(query: StoryQuery, story: Story): Near
  /** Other stories that share several of this one's most distinctive words. */
  sharing(story: Story, limit: number): Story[]
  /** Marks two stories that an editor separated, so that they are not merged again. */
  markSplit(one: Story, other: Story): void
  areSplit(one: StoryId, other: StoryId): boolean
}

export const byScore = (a: Near, b: Near): number => b.score - a.score || (a.story.id < b.story.id ? -1 : 1)

const byTerm = (a: { readonly term: Term }, b: { readonly term: Term }): number => a.term - b.term

export const queryArticle = (features: Features): StoryQuery => ({
  terms: [...distinctTerms(features)].map(term => ({ term, count: 1 })),
  originals: 1,
})

export const queryStory = ({ terms, originals }: Story): StoryQuery => ({ terms: listEntries(terms), originals })

export const createStoryIndex = (journal: Journal, prior: Prior): StoryIndex => {
  const stories = new Map<StoryId, Story>()
  const postings = createPostings<Story>(journal, prior)
  const splits = new Map<StoryId, ReadonlySet<StoryId>>()

  const assign = (story: Story, fields: Partial<Omit<Story, 'originals'>>): void => {
    const before: Partial<Story> = {}
    for (const name of Object.keys(fields) as (keyof Story)[]) Object.assign(before, { [name]: story[name] })
    Object.assign(story, fields)
    journal.note(() => Object.assign(story, before))
  }

  const remove = (story: Story): void => {
    setNoted(journal, stories, story.id, undefined)
    postings.close(story)
  }

  const computeGain = (term: Term, count: number, story: Story): number =>
    gain(count / story.originals, postings.computeChance(postings.find(term)))

  const trim = (story: Story): void => {
    if (story.terms.size <= MAX_TERMS) return
    const ordered = listEntries(story.terms).sort((a, b) => b.count - a.count || a.term - b.term)
    for (const { term } of ordered.slice(KEPT_TERMS)) postings.setTerm(story, term, 0)
  }

  /** Measures how many of a large story's articles share its most distinctive words; again when it grew by a sixth. */
  const measure = (story: Story): void => {
    if (story.originals < MIN_MEASURED) {
      if (story.coherence !== 1) assign(story, { coherence: 1, measured: 0 })
    } else if (story.originals >= story.measured * GROWTH || story.originals * GROWTH <= story.measured) {
      const [first = 0, second = 0] = listEntries(story.terms)
        .filter(
          ({ term, count }) => count >= story.originals * 0.1 && computeGain(term, count, story) >= DISTINCTIVE_GAIN,
        )
        .map(({ count }) => count / story.originals)
        .sort((a, b) => b - a)
      assign(story, { coherence: Math.min(1, (first + second) / 2 / COHERENT_SHARE), measured: story.originals })
    }
  }

  const meanLength = ({ terms, originals }: StoryQuery): number =>
    terms.reduce((sum, { count }) => sum + count, 0) / originals

  const toNear = ({ story, gained, shared }: Gained<Story>, length: number): Near => ({
    story,
    shared,
    score: likelihood(gained, length) + sizePrior(story.originals, story.coherence),
  })

  const listDistinctive = (story: Story): { term: Term; count: number }[] =>
    listEntries(story.terms)
      .map(({ term, count }) => ({ term, count, weight: count * computeGain(term, count, story) }))
      .sort((a, b) => b.weight - a.weight || a.term - b.term)
      .slice(0, QUERY_TERMS)

  return {
    get articles() {
      return postings.articles
    },
    get alone() {
      return postings.alone
    },
    get: id => stories.get(id),
    all: () => stories.values(),
    open(id, language, at) {
      const story = postings.open((slot, terms) =>
        newStory({ id, slot, language, terms, members: createMembers(journal), lastAt: at }),
      )
      setNoted(journal, stories, id, story)
      return story
    },
    put(story, features, counts, at) {
      story.members.add(features)
      assign(story, { lastAt: Math.max(story.lastAt, at), ...extendSpan(story, features.publishedAt) })
      if (!counts) return
      const terms = distinctTerms(features)
      if (story.terms.size === 0) reserveTerms(story.terms, terms.length)
      for (const term of terms) postings.setTerm(story, term, findCount(story.terms, term) + 1)
      postings.setOriginals(story, story.originals + 1)
      trim(story)
      measure(story)
    },
    take(story, features, counts) {
      story.members.remove(features.id)
      if (counts) {
        for (const term of distinctTerms(features)) {
          const count = findCount(story.terms, term)
          if (count > 0) postings.setTerm(story, term, count - 1)
        }
        postings.setOriginals(story, Math.max(0, story.originals - 1))
      }
      if (story.members.size > 0) return measure(story)
      for (const { term } of listEntries(story.terms).reverse()) postings.setTerm(story, term, 0)
      postings.setOriginals(story, 0)
      remove(story)
      for (const other of splits.get(story.id) ?? [])
        setNoted(journal, splits, other, without(splits.get(other), story.id))
      setNoted(journal, splits, story.id, undefined)
    },
    merge(from, into) {
      // From the end, so that removing does not shift the list.
      for (const { term, count } of listEntries(from.terms).reverse()) {
        postings.setTerm(into, term, findCount(into.terms, term) + count)
        postings.setTerm(from, term, 0)
      }
      const originals = from.originals + into.originals
      postings.setOriginals(from, 0)
      postings.setOriginals(into, originals)
      for (const features of from.members.all()) into.members.add(features)
      assign(into, {
        lastAt: Math.max(from.lastAt, into.lastAt),
        ...extendSpan({ ...into, ...extendSpan(into, from.from) }, from.to),
      })
      remove(from)
      for (const other of splits.get(from.id) ?? []) if (other !== into.id) markApart(other, into.id)
      trim(into)
      measure(into)
    },
    nearest(query, except, limit) {
      const length = meanLength(query)
      const isLong = except && query.terms.length > QUERY_TERMS
      const sought = postings.sought(isLong ? listDistinctive(except).sort(byTerm) : query.terms, query.originals)
      const found = postings.search(sought, except, LOOKS, SCORED)
      const all = isLong ? postings.sought(query.terms, query.originals) : sought
      return found
        .map(each => toNear(isLong ? postings.gained(all, each.story) : each, length))
        .sort(byScore)
        .slice(0, limit)
    },
    score: (query, story) =>
      toNear(postings.gained(postings.sought(query.terms, query.originals), story), meanLength(query)),
    sharing(story, limit) {
      const counts = new Map<Story, number>()
      for (const { term } of listDistinctive(story).slice(0, SHARED_TERMS)) {
        const posting = postings.find(term)
        if (!posting || posting.size > SHARED_BY) continue
        for (const other of postings.stories(posting))
          if (other !== story) counts.set(other, (counts.get(other) ?? 0) + 1)
      }
      return [...counts]
        .filter(([, shared]) => shared >= 2)
        .sort(([a, x], [b, y]) => y - x || (a.id < b.id ? -1 : 1))
        .slice(0, limit)
        .map(([other]) => other)
    },
    markSplit: (one, other) => markApart(one.id, other.id),
    areSplit: (one, other) => splits.get(one)?.has(other) === true,
  }

  function markApart(one: StoryId, other: StoryId): void {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ] as const)
      setNoted(journal, splits, a, new Set([...(splits.get(a) ?? []), b]))
  }
}

const without = <T>(set: ReadonlySet<T> | undefined, value: T): ReadonlySet<T> | undefined => {
  const left = new Set([...(set ?? [])].filter(each => each !== value))
  return left.size > 0 ? left : undefined
}
