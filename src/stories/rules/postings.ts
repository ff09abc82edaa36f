/**
 * Inverted index: which stories have each term, and how common the term is. It uses typed arrays, since a search reads
 * thousands of numbers. Stories are identified by small numbers (slots), which are reused; the order of a term's
 * stories does not affect results.
 */

import { selectBest } from './best-match.ts'
import { blockSize, createBlocks } from './blocks.ts'
import type { Prior } from './common-words.ts'
import { atMost, chance, commonness, gain, lead } from './evidence.ts'
import type { Term } from './features.ts'
import type { Journal } from './journal.ts'
import { createTally } from './tally.ts'
import {
  countAt,
  createTermCounts,
  findTerm,
  insertTerm,
  placeAt,
  removeTerm,
  setCountAt,
  setPlaceAt,
  type TermCounts,
} from './term-counts.ts'

/** The words of a story. */
export interface Worded {
  readonly slot: number
  readonly terms: TermCounts
  /** Number of its articles that are not reprints; only their words count. */
  originals: number
}

export interface Posting {
  readonly term: Term
  /** Prior probability that an article contains it; null if unknown. */
  readonly prior: number | null
  /** Sum of `commonness` over the stories that have it. */
  common: number
  /** Number of stories that have it: pairs of slot and count, in a block at `at` with capacity for `capacity` pairs. */
  size: number
  at: number
  capacity: number
}

/** A term of a query. */
export interface Sought {
  readonly posting: Posting
  /** Share of the query's articles that have it. */
  readonly weight: number
  /** Probability that an article contains it by chance. */
  readonly byChance: number
  /** Its lead, in nats, to a story whose articles all have it; precomputed, since most stories are one article. */
  readonly fullLead: number
}

/** Evidence of the query's terms for a story. */
export interface Gained<S extends Worded> {
  readonly story: S
  /** In nats. */
  gained: number
  /** Number of distinct terms of the query that the story has. */
  shared: number
}

export interface Postings<S extends Worded> {
  /** Sum of `commonness` of the sizes of all stories. */
  readonly all: number
  /** Number of articles without reprints, and of those alone in their story. */
  readonly articles: number
  readonly alone: number
  find(term: Term): Posting | undefined
  /** Probability that an article contains it by chance. */
  computeChance(posting: Posting | undefined): number
  open(make: (slot: number, terms: TermCounts) => S): S
  close(story: S): void
  setTerm(story: S, term: Term, count: number): void
  setOriginals(story: S, originals: number): void
  /**
   * Selects the terms of a list that any story has.
   * @param terms smallest term first, each with the number of articles, out of `of`, that have it
   */
  sought(terms: Iterable<{ readonly term: Term; readonly count: number }>, of: number): Sought[]
  gained(sought: readonly Sought[], story: S): Gained<S>
  /**
   * Finds up to `looks` stories by their rarest terms, ranks them by these, and returns the best `limit` with all terms
   * counted.
   */
  search(sought: readonly Sought[], except: S | null, looks: number, limit: number): Gained<S>[]
  stories(posting: Posting): S[]
}

const largerInts = (numbers: Int32Array): Int32Array => {
  const larger = new Int32Array(numbers.length * 2)
  larger.set(numbers)
  return larger
}

/** Hashes an id to break ties deterministically: FNV-1a (Fowler, Noll, Vo). */
const hashId = (id: string): number => {
  let hash = 0x811c9dc5 | 0
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return hash
}

export const createPostings = <S extends Worded & { readonly id: string; readonly language: string }>(
  journal: Journal,
  getPrior: Prior,
): Postings<S> => {
  const blocks = createBlocks()
  const postings = new Map<Term, Posting>()
  const stories: (S | undefined)[] = []
  const free: number[] = []
  let [all, articles, alone] = [0, 0, 0]
  // By slot, packed densely for cache locality: number of originals, and the hash that breaks ties.
  let originalCounts: Int32Array = new Int32Array(1_024)
  let ties: Int32Array = new Int32Array(1_024)
  const tally = createTally()

  const occupy = (slot: number, story: S): void => {
    stories[slot] = story
    if (slot >= ties.length) {
      ties = largerInts(ties)
      originalCounts = largerInts(originalCounts)
    }
    ties[slot] = hashId(story.id)
    originalCounts[slot] = story.originals
  }

  const addStory = (posting: Posting, slot: number, count: number): number => {
    if (posting.size === 0) postings.set(posting.term, posting)
    if (posting.size === posting.capacity) {
      const capacity = blockSize(2 * posting.size + 2) / 2
      const at = blocks.allocate(2 * capacity)
      blocks.data.copyWithin(at, posting.at, posting.at + 2 * posting.size)
      if (posting.capacity > 0) blocks.release(posting.at, 2 * posting.capacity)
      posting.at = at
      posting.capacity = capacity
    }
    const at = posting.at + 2 * posting.size
    blocks.data[at] = slot
    blocks.data[at + 1] = count
    posting.size += 1
    return posting.size - 1
  }

  const removeStory = (posting: Posting, place: number): void => {
    posting.size -= 1
    if (place < posting.size) {
      const { data } = blocks
      const [to, from] = [posting.at + 2 * place, posting.at + 2 * posting.size]
      const last = data[from] as number // below its former size
      data[to] = last
      data[to + 1] = data[from + 1] as number
      const moved = (stories[last] as S).terms // a story keeps its slot until its terms are removed
      setPlaceAt(moved, findTerm(moved, posting.term), place)
    }
    if (posting.size > 0) return
    blocks.release(posting.at, 2 * posting.capacity)
    posting.capacity = 0
    posting.common = 0
    postings.delete(posting.term)
  }

  const change = (story: S, posting: Posting, count: number): void => {
    const at = findTerm(story.terms, posting.term)
    if (at < 0) {
      if (count > 0) insertTerm(story.terms, -1 - at, posting.term, count, addStory(posting, story.slot, count))
      return
    }
    const place = placeAt(story.terms, at)
    if (count > 0) {
      setCountAt(story.terms, at, count)
      blocks.data[posting.at + 2 * place + 1] = count
    } else {
      removeTerm(story.terms, at)
      removeStory(posting, place)
    }
  }

  /**
   * Adds the lead of a term to each story that has it. Uncapped, so that rare words lead furthest and few stories tie.
   */
  const leadFrom = ({ posting, weight, byChance, fullLead }: Sought, except: number): void => {
    const { data } = blocks
    const whole = fullLead * weight
    for (let at = posting.at, end = at + 2 * posting.size; at < end; at += 2) {
      const slot = data[at] as number // below its size
      if (slot === except) continue
      const [count, of] = [data[at + 1] as number, originalCounts[slot] as number] // below its size
      tally.add(slot, count === of ? whole : lead(count / of, byChance) * weight)
    }
  }

  const isAhead = (a: number, b: number): boolean => {
    const [one, other] = [tally.getGain(a), tally.getGain(b)]
    if (one !== other) return one > other
    const [slot, otherSlot] = [tally.getSlot(a), tally.getSlot(b)]
    const [tie, otherTie] = [ties[slot] as number, ties[otherSlot] as number] // slots in use
    return tie === otherTie ? (stories[slot] as S).id < (stories[otherSlot] as S).id : tie < otherTie
  }

  const computeGained = (sought: readonly Sought[], story: S): Gained<S> => {
    const { terms, originals: of } = story
    const to: Gained<S> = { story, gained: 0, shared: 0 }
    // Both lists are sorted by term, so each search starts after the previous match.
    let from = 0
    for (const { posting, weight, byChance, fullLead } of sought) {
      const index = findTerm(terms, posting.term, from)
      from = index < 0 ? -1 - index : index + 1
      if (index < 0) continue
      const count = countAt(terms, index)
      to.gained += (count === of ? atMost(fullLead) : gain(count / of, byChance)) * weight
      to.shared += 1
    }
    return to
  }

  return {
    get all() {
      return all
    },
    get articles() {
      return articles
    },
    get alone() {
      return alone
    },
    find: term => postings.get(term),
    computeChance: posting => chance(posting?.common ?? 0, all, posting?.prior ?? null),
    open(make) {
      const slot = free.pop() ?? stories.length
      const story = make(slot, createTermCounts(blocks))
      occupy(slot, story)
      journal.note(() => {
        free.push(slot)
        stories[slot] = undefined
      })
      return story
    },
    close(story) {
      free.push(story.slot)
      stories[story.slot] = undefined
      journal.note(() => {
        free.pop()
        occupy(story.slot, story)
      })
    },
    setTerm(story, term, count) {
      const posting = postings.get(term) ?? {
        term,
        prior: getPrior(term, story.language),
        common: 0,
        size: 0,
        at: 0,
        capacity: 0,
      }
      const at = findTerm(story.terms, term)
      const before = at < 0 ? 0 : countAt(story.terms, at)
      const { common } = posting
      posting.common += commonness(count) - commonness(before)
      change(story, posting, count)
      journal.note(() => {
        change(story, posting, before)
        posting.common = common
      })
    },
    setOriginals(story, now) {
      const before = { all, articles, alone, originals: story.originals }
      all = Math.max(0, all + commonness(now) - commonness(before.originals))
      articles += now - before.originals
      alone += (now === 1 ? 1 : 0) - (before.originals === 1 ? 1 : 0)
      story.originals = now
      originalCounts[story.slot] = now
      journal.note(() => {
        all = before.all
        articles = before.articles
        alone = before.alone
        story.originals = before.originals
        originalCounts[story.slot] = before.originals
      })
    },
    search(sought, except, looks, limit) {
      tally.clear()
      const rarest = [...sought].sort((a, b) => a.posting.size - b.posting.size || a.posting.term - b.posting.term)
      let [looked, next] = [0, 0]
      for (const { posting } of rarest) {
        // A common word whose stories are not read still counts for stories that other words led to.
        if (looked > 0 && looked + posting.size > looks) break
        looked += posting.size
        next += 1
      }
      for (const each of rarest.slice(0, next)) leadFrom(each, except?.slot ?? -1)
      return selectBest(tally.met, limit, tally.getGain, isAhead).map(
        index => computeGained(sought, stories[tally.getSlot(index)] as S), // found through postings, so in use
      )
    },
    sought(terms, of) {
      const list: Sought[] = []
      for (const { term, count } of terms) {
        const posting = postings.get(term)
        if (!posting) continue
        const byChance = chance(posting.common, all, posting.prior)
        list.push({ posting, weight: count / of, byChance, fullLead: lead(1, byChance) })
      }
      return list
    },
    gained: computeGained,
    stories: ({ at, size }) =>
      Array.from({ length: size }, (_, index) => stories[blocks.data[at + 2 * index] as number] as S), // below size
  }
}
