/**
 * Which stories have each term, and how common it is: numbers in typed arrays, since a search looks at thousands of them. Stories are
 * known here by small numbers (slots) that are used again; in what order a term's stories stand changes no answer. (pure)
 */

import { bestOf } from './best-match.ts'
import { createBlocks, roomFor } from './blocks.ts'
import type { Usual } from './common-words.ts'
import { atMost, chance, commonness, gain, lead } from './evidence.ts'
import type { Term } from './features.ts'
import type { Journal } from './journal.ts'
import { createTally } from './tally.ts'
import {
  countAt,
  findTerm,
  insertTerm,
  noTerms,
  placeAt,
  removeTerm,
  setCountAt,
  setPlaceAt,
  type TermCounts,
} from './term-counts.ts'

/** A story as far as its words go. */
export interface Worded {
  readonly slot: number
  readonly terms: TermCounts
  /** Its articles that are no reprints: only their words count. */
  told: number
}

export interface Posting {
  readonly term: Term
  /** Probability that an article has it, as known beforehand; null where it is not. */
  readonly usual: number | null
  /** Sum over the stories that have it. */
  common: number
  /** Stories that have it: slot and count, slot and count, in a block of room for so many. */
  size: number
  at: number
  room: number
}

/** A term looked for. */
export interface Sought {
  readonly posting: Posting
  /** Share of the articles looked for that have it. */
  readonly weight: number
  /** Probability that an article has it by chance. */
  readonly byChance: number
  /** How well it leads to a story whose articles all have it, as most do: they are one. In nats. */
  readonly surely: number
}

/** What terms say for a story. */
export interface Gained<S extends Worded> {
  readonly story: S
  /** In nats. */
  gained: number
  /** Distinct terms it has of those looked for. */
  shared: number
}

export interface Postings<S extends Worded> {
  /** Sum over all stories: how much news there is, as `commonness` counts. */
  readonly all: number
  /** Articles told, and those of them that are alone in their story. */
  readonly articles: number
  readonly alone: number
  of(term: Term): Posting | undefined
  /** Probability that an article has it by chance. */
  chanceOf(posting: Posting | undefined): number
  open(make: (slot: number, terms: TermCounts) => S): S
  close(story: S): void
  setTerm(story: S, term: Term, count: number): void
  setTold(story: S, told: number): void
  /** The terms of a list that any story has. @param terms smallest first, with how many of `of` articles have each */
  sought(terms: Iterable<{ readonly term: Term; readonly count: number }>, of: number): Sought[]
  gained(sought: readonly Sought[], story: S): Gained<S>
  /** What the stories gain that have the rarest of the terms, up to `looks` stories; the `limit` that gain most by those, all terms counted. */
  search(sought: readonly Sought[], except: S | null, looks: number, limit: number): Gained<S>[]
  stories(posting: Posting): S[]
}

const largerInts = (numbers: Int32Array): Int32Array => {
  const larger = new Int32Array(numbers.length * 2)
  larger.set(numbers)
  return larger
}

/** Breaks ties the same way everywhere: FNV-1a (Fowler, Noll, Vo). */
const hashOf = (id: string): number => {
  let hash = 0x811c9dc5 | 0
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return hash
}

export const createPostings = <S extends Worded & { readonly id: string; readonly language: string }>(
  journal: Journal,
  usual: Usual,
): Postings<S> => {
  const blocks = createBlocks()
  const postings = new Map<Term, Posting>()
  const stories: (S | undefined)[] = []
  const free: number[] = []
  let [all, articles, alone] = [0, 0, 0]
  // By slot, packed densely, since a look is a wait for memory: articles told, and what breaks ties.
  let tolds: Int32Array = new Int32Array(1_024)
  let ties: Int32Array = new Int32Array(1_024)
  const tally = createTally()

  const occupy = (slot: number, story: S): void => {
    stories[slot] = story
    if (slot >= ties.length) {
      ties = largerInts(ties)
      tolds = largerInts(tolds)
    }
    ties[slot] = hashOf(story.id)
    tolds[slot] = story.told
  }

  const enlist = (posting: Posting, slot: number, count: number): number => {
    if (posting.size === 0) postings.set(posting.term, posting)
    if (posting.size === posting.room) {
      const room = roomFor(2 * posting.size + 2) / 2
      const at = blocks.allocate(2 * room)
      blocks.data.copyWithin(at, posting.at, posting.at + 2 * posting.size)
      if (posting.room > 0) blocks.release(posting.at, 2 * posting.room)
      posting.at = at
      posting.room = room
    }
    const at = posting.at + 2 * posting.size
    blocks.data[at] = slot
    blocks.data[at + 1] = count
    posting.size += 1
    return posting.size - 1
  }

  const strike = (posting: Posting, place: number): void => {
    posting.size -= 1
    if (place < posting.size) {
      const { data } = blocks
      const [to, from] = [posting.at + 2 * place, posting.at + 2 * posting.size]
      const last = data[from] as number // it was within its size
      data[to] = last
      data[to + 1] = data[from + 1] as number
      const moved = (stories[last] as S).terms // a story leaves no slot before its terms are struck
      setPlaceAt(moved, findTerm(moved, posting.term), place)
    }
    if (posting.size > 0) return
    blocks.release(posting.at, 2 * posting.room)
    posting.room = 0
    posting.common = 0
    postings.delete(posting.term)
  }

  const change = (story: S, posting: Posting, count: number): void => {
    const at = findTerm(story.terms, posting.term)
    if (at < 0) {
      if (count > 0) insertTerm(story.terms, -1 - at, posting.term, count, enlist(posting, story.slot, count))
      return
    }
    const place = placeAt(story.terms, at)
    if (count > 0) {
      setCountAt(story.terms, at, count)
      blocks.data[posting.at + 2 * place + 1] = count
    } else {
      removeTerm(story.terms, at)
      strike(posting, place)
    }
  }

  /** Adds what a term says to each story that has it. Uncapped: the rarest word leads furthest, and few stories tie. */
  const leadFrom = ({ posting, weight, byChance, surely }: Sought, except: number): void => {
    const { data } = blocks
    const whole = surely * weight
    for (let at = posting.at, end = at + 2 * posting.size; at < end; at += 2) {
      const slot = data[at] as number // below its size
      if (slot === except) continue
      const [count, of] = [data[at + 1] as number, tolds[slot] as number] // and so are these
      tally.add(slot, count === of ? whole : lead(count / of, byChance) * weight)
    }
  }

  const isAhead = (a: number, b: number): boolean => {
    const [one, other] = [tally.gainedBy(a), tally.gainedBy(b)]
    if (one !== other) return one > other
    const [slot, otherSlot] = [tally.slotOf(a), tally.slotOf(b)]
    const [tie, otherTie] = [ties[slot] as number, ties[otherSlot] as number] // slots in use
    return tie === otherTie ? (stories[slot] as S).id < (stories[otherSlot] as S).id : tie < otherTie
  }

  const gainedOf = (sought: readonly Sought[], story: S): Gained<S> => {
    const { terms, told: of } = story
    const to: Gained<S> = { story, gained: 0, shared: 0 }
    // Each is looked for behind the one before.
    let from = 0
    for (const { posting, weight, byChance, surely } of sought) {
      const index = findTerm(terms, posting.term, from)
      from = index < 0 ? -1 - index : index + 1
      if (index < 0) continue
      const count = countAt(terms, index)
      to.gained += (count === of ? atMost(surely) : gain(count / of, byChance)) * weight
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
    of: term => postings.get(term),
    chanceOf: posting => chance(posting?.common ?? 0, all, posting?.usual ?? null),
    open(make) {
      const slot = free.pop() ?? stories.length
      const story = make(slot, noTerms(blocks))
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
        usual: usual(term, story.language),
        common: 0,
        size: 0,
        at: 0,
        room: 0,
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
    setTold(story, now) {
      const before = { all, articles, alone, told: story.told }
      all = Math.max(0, all + commonness(now) - commonness(before.told))
      articles += now - before.told
      alone += (now === 1 ? 1 : 0) - (before.told === 1 ? 1 : 0)
      story.told = now
      tolds[story.slot] = now
      journal.note(() => {
        all = before.all
        articles = before.articles
        alone = before.alone
        story.told = before.told
        tolds[story.slot] = before.told
      })
    },
    search(sought, except, looks, limit) {
      tally.clear()
      const rarest = [...sought].sort((a, b) => a.posting.size - b.posting.size || a.posting.term - b.posting.term)
      let [looked, next] = [0, 0]
      for (const { posting } of rarest) {
        // A word too common to be looked through whole still counts where others led to a story.
        if (looked > 0 && looked + posting.size > looks) break
        looked += posting.size
        next += 1
      }
      for (const each of rarest.slice(0, next)) leadFrom(each, except?.slot ?? -1)
      return bestOf(tally.met, limit, tally.gainedBy, isAhead).map(
        index => gainedOf(sought, stories[tally.slotOf(index)] as S), // met in postings, so in use
      )
    },
    sought(terms, of) {
      const list: Sought[] = []
      for (const { term, count } of terms) {
        const posting = postings.get(term)
        if (!posting) continue
        const byChance = chance(posting.common, all, posting.usual)
        list.push({ posting, weight: count / of, byChance, surely: lead(1, byChance) })
      }
      return list
    },
    gained: gainedOf,
    stories: ({ at, size }) =>
      Array.from({ length: size }, (_, index) => stories[blocks.data[at + 2 * index] as number] as S), // below size
  }
}
