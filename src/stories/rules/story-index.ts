/**
 * The stories of the window, and which words tell them: finds the stories nearest an article in bounded time, however many there are.
 * Holds state, decides nothing. Every change is noted in the journal, but for forgetting, which happens only between decisions. (pure)
 */

import type { StoryId } from '../../domain/article.ts'
import type { Usual } from './common-words.ts'
import { gain, likelihood, sizePrior } from './evidence.ts'
import { distinctTerms, type Features, type Term } from './features.ts'
import { type Journal, setNoted } from './journal.ts'
import { createMembers } from './members.ts'
import { createPostings, type Gained } from './postings.ts'
import { newStory, type Story, spanWith } from './story.ts'
import { countOf, entriesOf, reserveTerms } from './term-counts.ts'

/** A story near an article or another story. */
export interface Near {
  readonly story: Story
  /** Weight of evidence, in nats, size counted in. */
  readonly score: number
  /** Distinct terms both have. */
  readonly shared: number
}

/** What is looked for: an article, or a story by the mean of its articles. */
export interface Wanted {
  /** Smallest term first. */
  readonly terms: readonly { readonly term: Term; readonly count: number }[]
  readonly told: number
}

/** Stories looked at for one article, rarest terms first, and those of them weighed in full. */
const LOOKS = 300
const WEIGHED = 8
const WANTED_TERMS = 40
/** A large story's words beyond so many are single articles' own. */
const MOST_TERMS = 2000
const KEPT_TERMS = 1000
/** From so many articles on a story must prove that they have words in common. */
const MUST_COHERE = 12
const COHERENT = 0.3
const TELLING = 2.5
const GROWN = 1.16
/** A story's most telling words, and in how many stories they may stand to lead from one to the other. */
const SHARED_TERMS = 12
const SHARED_BY = 100

export interface StoryIndex {
  /** Articles told in the window, and those of them that are alone in their story. */
  readonly articles: number
  readonly alone: number
  get(id: StoryId): Story | undefined
  all(): IterableIterator<Story>
  open(id: StoryId, language: string, at: number): Story
  /** @param counts false for a reprint: it belongs, but its words are another's */
  put(story: Story, features: Features, counts: boolean, at: number): void
  take(story: Story, features: Features, counts: boolean): void
  merge(from: Story, into: Story): void
  /** Best first; ties by id. */
  nearest(wanted: Wanted, except: Story | null, limit: number): Near[]
  score(wanted: Wanted, story: Story): Near
  /** Other stories that have several of this one's most telling words. */
  sharing(story: Story, limit: number): Story[]
  /** Marks two stories that an editor parted. */
  part(one: Story, other: Story): void
  areApart(one: StoryId, other: StoryId): boolean
}

export const byScore = (a: Near, b: Near): number => b.score - a.score || (a.story.id < b.story.id ? -1 : 1)

const byTerm = (a: { readonly term: Term }, b: { readonly term: Term }): number => a.term - b.term

export const wantedOf = (features: Features): Wanted => ({
  terms: [...distinctTerms(features)].map(term => ({ term, count: 1 })),
  told: 1,
})

export const wantedOfStory = ({ terms, told }: Story): Wanted => ({ terms: entriesOf(terms), told })

export const createStoryIndex = (journal: Journal, usual: Usual): StoryIndex => {
  const stories = new Map<StoryId, Story>()
  const postings = createPostings<Story>(journal, usual)
  const apart = new Map<StoryId, ReadonlySet<StoryId>>()

  const assign = (story: Story, fields: Partial<Omit<Story, 'told'>>): void => {
    const before: Partial<Story> = {}
    for (const name of Object.keys(fields) as (keyof Story)[]) Object.assign(before, { [name]: story[name] })
    Object.assign(story, fields)
    journal.note(() => Object.assign(story, before))
  }

  const remove = (story: Story): void => {
    setNoted(journal, stories, story.id, undefined)
    postings.close(story)
  }

  const gainOf = (term: Term, count: number, story: Story): number =>
    gain(count / story.told, postings.chanceOf(postings.of(term)))

  const trim = (story: Story): void => {
    if (story.terms.size <= MOST_TERMS) return
    const ordered = entriesOf(story.terms).sort((a, b) => b.count - a.count || a.term - b.term)
    for (const { term } of ordered.slice(KEPT_TERMS)) postings.setTerm(story, term, 0)
  }

  /** How much of a large story its most telling words hold together; measured again when it has grown by a sixth. */
  const measure = (story: Story): void => {
    if (story.told < MUST_COHERE) {
      if (story.coherence !== 1) assign(story, { coherence: 1, measured: 0 })
    } else if (story.told >= story.measured * GROWN || story.told * GROWN <= story.measured) {
      const [most = 0, next = 0] = entriesOf(story.terms)
        .filter(({ term, count }) => count >= story.told * 0.1 && gainOf(term, count, story) >= TELLING)
        .map(({ count }) => count / story.told)
        .sort((a, b) => b - a)
      assign(story, { coherence: Math.min(1, (most + next) / 2 / COHERENT), measured: story.told })
    }
  }

  const lengthOf = ({ terms, told }: Wanted): number => terms.reduce((sum, { count }) => sum + count, 0) / told

  const nearOf = ({ story, gained, shared }: Gained<Story>, length: number): Near => ({
    story,
    shared,
    score: likelihood(gained, length) + sizePrior(story.told, story.coherence),
  })

  const telling = (story: Story): { term: Term; count: number }[] =>
    entriesOf(story.terms)
      .map(({ term, count }) => ({ term, count, weight: count * gainOf(term, count, story) }))
      .sort((a, b) => b.weight - a.weight || a.term - b.term)
      .slice(0, WANTED_TERMS)

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
      assign(story, { lastAt: Math.max(story.lastAt, at), ...spanWith(story, features.publishedAt) })
      if (!counts) return
      const terms = distinctTerms(features)
      if (story.terms.size === 0) reserveTerms(story.terms, terms.length)
      for (const term of terms) postings.setTerm(story, term, countOf(story.terms, term) + 1)
      postings.setTold(story, story.told + 1)
      trim(story)
      measure(story)
    },
    take(story, features, counts) {
      story.members.remove(features.id)
      if (counts) {
        for (const term of distinctTerms(features)) {
          const count = countOf(story.terms, term)
          if (count > 0) postings.setTerm(story, term, count - 1)
        }
        postings.setTold(story, Math.max(0, story.told - 1))
      }
      if (story.members.size > 0) return measure(story)
      for (const { term } of entriesOf(story.terms).reverse()) postings.setTerm(story, term, 0)
      postings.setTold(story, 0)
      remove(story)
      for (const other of apart.get(story.id) ?? [])
        setNoted(journal, apart, other, without(apart.get(other), story.id))
      setNoted(journal, apart, story.id, undefined)
    },
    merge(from, into) {
      // From the end, so that no list is shifted.
      for (const { term, count } of entriesOf(from.terms).reverse()) {
        postings.setTerm(into, term, countOf(into.terms, term) + count)
        postings.setTerm(from, term, 0)
      }
      const told = from.told + into.told
      postings.setTold(from, 0)
      postings.setTold(into, told)
      for (const features of from.members.all()) into.members.add(features)
      assign(into, {
        lastAt: Math.max(from.lastAt, into.lastAt),
        ...spanWith({ ...into, ...spanWith(into, from.from) }, from.to),
      })
      remove(from)
      for (const other of apart.get(from.id) ?? []) if (other !== into.id) markApart(other, into.id)
      trim(into)
      measure(into)
    },
    nearest(wanted, except, limit) {
      const length = lengthOf(wanted)
      const long = except && wanted.terms.length > WANTED_TERMS
      const sought = postings.sought(long ? telling(except).sort(byTerm) : wanted.terms, wanted.told)
      const found = postings.search(sought, except, LOOKS, WEIGHED)
      const all = long ? postings.sought(wanted.terms, wanted.told) : sought
      return found
        .map(each => nearOf(long ? postings.gained(all, each.story) : each, length))
        .sort(byScore)
        .slice(0, limit)
    },
    score: (wanted, story) =>
      nearOf(postings.gained(postings.sought(wanted.terms, wanted.told), story), lengthOf(wanted)),
    sharing(story, limit) {
      const counts = new Map<Story, number>()
      for (const { term } of telling(story).slice(0, SHARED_TERMS)) {
        const posting = postings.of(term)
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
    part: (one, other) => markApart(one.id, other.id),
    areApart: (one, other) => apart.get(one)?.has(other) === true,
  }

  function markApart(one: StoryId, other: StoryId): void {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ] as const)
      setNoted(journal, apart, a, new Set([...(apart.get(a) ?? []), b]))
  }
}

const without = <T>(set: ReadonlySet<T> | undefined, value: T): ReadonlySet<T> | undefined => {
  const left = new Set([...(set ?? [])].filter(each => each !== value))
  return left.size > 0 ? left : undefined
}
