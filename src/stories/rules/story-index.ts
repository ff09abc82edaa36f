/**
 * Index of the stories of the window by their terms: finds the stories nearest to a text in bounded time. It holds state
 * and takes no decisions. Every change can be undone by its opposite, without a trace.
 */

import type { StoryId } from '../../domain/article.ts'
import { selectBest } from './best-match.ts'
import type { Blocks } from './blocks.ts'
import type { Prior } from './common-words.ts'
import type { Term, Texts } from './features.ts'
import { type Journal, setNoted } from './journal.ts'
import { vectorOf } from './kept.ts'
import { type Compared, needed, type Relatedness, relatedness } from './relatedness.ts'
import { include, type Kept, newStory, type Story, span } from './story.ts'
import { createTally } from './tally.ts'
import { createTermTable } from './term-table.ts'
import {
  add,
  clear,
  copyOf,
  multiply,
  type OnCount,
  squareOf,
  strongest,
  subtract,
  toVector,
  type Vector,
} from './vectors.ts'

/** A story near an article or another story. */
export interface Near {
  readonly story: Story
  /** Mean similarity relative to the coherence of both, and what is needed of it (src/stories/rules/relatedness.ts). */
  readonly score: number
  readonly needed: number
  /** Number of distinct shared terms. */
  readonly shared: number
}

/** An article or a story that is compared with stories. */
export interface StoryQuery {
  readonly compared: Compared
  readonly vector: Vector
}

/** Places of lists read for one query, rarest terms first, and the number of stories then compared in full. */
const LOOKS = 300
const COMPARED = 12
/** More than a query has terms. */
const MOST_TERMS = 1_024
/** Terms by which a story looks for others. */
const QUERY_TERMS = 40

export interface StoryIndex {
  /** Number of stories in the window. */
  readonly size: number
  get(id: StoryId): Story | undefined
  all(): IterableIterator<Story>
  /** nats: how much a term says, by how common it is now */
  rarityOf(term: Term, language: string): number
  /** The vector of a text by how common its terms are now. */
  vectorOf(text: Texts): Vector
  open(id: StoryId, language: string): Story
  /** @param vector null for an article whose words do not count */
  put(story: Story, kept: Kept, vector: Vector | null): void
  /** Takes an article out of its story, and closes a story without articles. */
  take(kept: Kept): void
  merge(from: Story, into: Story): void
  /** Best first by score relative to what is needed; ties are broken by id. */
  nearest(query: StoryQuery, except: Story | null, limit: number): Near[]
  compare(query: StoryQuery, story: Story): Near
  /** Marks two stories that an editor separated, so that they are not merged again. */
  markSplit(one: Story, other: Story): void
  areSplit(one: StoryId, other: StoryId): boolean
}

/** @param at ms since the epoch: its publication, or its arrival if that was earlier */
export const queryArticle = (vector: Vector, at: number): StoryQuery => ({
  vector,
  compared: { originals: 1, squared: 1, words: vector.terms.length, from: at, to: at },
})

const byNearness = (a: Near, b: Near): number =>
  b.score / b.needed - a.score / a.needed || (a.story.id < b.story.id ? -1 : 1)

export const createStoryIndex = (blocks: Blocks, journal: Journal, prior: Prior, rule: Relatedness): StoryIndex => {
  const stories = new Map<StoryId, Story>()
  const bySlot: (Story | undefined)[] = []
  const free: number[] = []
  const splits = new Map<StoryId, ReadonlySet<StoryId>>()
  const terms = createTermTable(blocks, prior, rule)
  const tally = createTally()

  const resize = (story: Story, by: number): void => {
    terms.resize(story.originals, story.originals + by)
    story.originals += by
  }

  const close = (story: Story): void => {
    clear(blocks, story)
    stories.delete(story.id)
    bySlot[story.slot] = undefined
    free.push(story.slot)
  }

  const open = (id: StoryId, language: string): Story => {
    const story = newStory(id, free.pop() ?? bySlot.length, language)
    bySlot[story.slot] = story
    stories.set(id, story)
    return story
  }

  const countTerms =
    ({ language, slot }: Story): OnCount =>
    (term, before, after) =>
      terms.count(term, language, slot, before, after)

  const put = (story: Story, kept: Kept, vector: Vector | null): void => {
    // A literal: an empty list would grow to room for seventeen at once.
    if (story.members.length === 0) story.members = [kept]
    else story.members.push(kept)
    kept.story = story
    include(story, kept)
    if (!vector) return
    story.squared += 2 * multiply(blocks, story, vector).product + squareOf(vector)
    add(blocks, story, vector, countTerms(story))
    story.words += vector.terms.length
    resize(story, 1)
  }

  const take = (kept: Kept): void => {
    const { story } = kept
    if (!story) return
    story.members.splice(story.members.indexOf(kept), 1)
    kept.story = null
    span(story, kept)
    if (kept.counts) {
      const vector = vectorOf(blocks, kept)
      subtract(blocks, story, vector, countTerms(story))
      story.squared -= 2 * multiply(blocks, story, vector).product + squareOf(vector)
      story.words -= vector.terms.length
      resize(story, -1)
    }
    if (story.members.length === 0) {
      close(story)
      forgetSplits(story.id)
    }
  }

  const forgetSplits = (id: StoryId): void => {
    for (const other of splits.get(id) ?? []) setNoted(journal, splits, other, without(splits.get(other), id))
    if (splits.has(id)) setNoted(journal, splits, id, undefined)
  }

  const merge = (from: Story, into: Story): void => {
    const sum = copyOf(blocks, from)
    into.squared += from.squared + 2 * multiply(blocks, into, sum).product
    for (let index = 0; index < sum.terms.length; index += 1)
      terms.count(sum.terms[index] as number, from.language, from.slot, sum.counts?.[index] ?? 0, 0) // below its length
    add(blocks, into, sum, countTerms(into))
    into.words += from.words
    const { originals } = from
    resize(from, -originals)
    resize(into, originals)
    for (const kept of from.members) {
      kept.story = into
      into.members.push(kept)
      include(into, kept)
    }
    close(from)
    for (const other of splits.get(from.id) ?? []) if (other !== into.id) markApart(other, into.id)
    journal.note(() => {
      const again = open(from.id, from.language)
      for (const kept of from.members) {
        take(kept)
        put(again, kept, kept.counts ? vectorOf(blocks, kept) : null)
      }
    })
  }

  /**
   * Adds up, for the stories that the rarest terms lead to, the squared weights of these terms: as much as they would
   * share if their articles were like this one. Reading their own weights takes thrice as long and finds no better ones.
   */
  const tallyUp = (vector: Vector, except: number): void => {
    tally.clear()
    // Sizes before indexes, so that sorting numbers sorts by both.
    const order = new Float64Array(vector.terms.length)
    let known = 0
    for (let index = 0; index < vector.terms.length; index += 1) {
      const list = terms.find(vector.terms[index] as number) // below its length, here and below
      if (list >= 0) order[known++] = terms.sizeOf(list) * MOST_TERMS + index
    }
    let looked = 0
    for (const each of order.subarray(0, known).sort()) {
      const [size, index] = [Math.floor(each / MOST_TERMS), each % MOST_TERMS]
      if (looked > 0 && looked + size > LOOKS) return
      looked += size
      const list = terms.find(vector.terms[index] as number)
      const gain = (vector.weights[index] as number) ** 2
      for (let place = 0; place < size; place += 1) {
        const slot = terms.holderAt(list, place)
        if (slot !== except) tally.add(slot, gain)
      }
    }
  }

  const compare = ({ compared, vector }: StoryQuery, story: Story): Near => {
    const { product, shared } = multiply(blocks, story, vector)
    return {
      story,
      shared,
      score: relatedness(product, compared, story, rule),
      needed: needed(compared, story, stories.size, rule),
    }
  }

  return {
    get size() {
      return stories.size
    },
    get: id => stories.get(id),
    all: () => stories.values(),
    rarityOf: terms.rarityOf,
    vectorOf: text => toVector(text, term => terms.rarityOf(term, text.language), rule),
    open,
    put,
    take,
    merge,
    nearest(query, except, limit) {
      tallyUp(strongest(query.vector, QUERY_TERMS), except?.slot ?? -1)
      return selectBest(tally.met, COMPARED, tally.getGain)
        .map(index => compare(query, bySlot[tally.getSlot(index)] as Story)) // met, so it is there
        .sort(byNearness)
        .slice(0, limit)
    },
    compare,
    markSplit: (one, other) => markApart(one.id, other.id),
    areSplit: (one, other) => splits.get(one)?.has(other) === true,
  }

  function markApart(one: StoryId, other: StoryId): void {
    setNoted(journal, splits, one, new Set([...(splits.get(one) ?? []), other]))
    setNoted(journal, splits, other, new Set([...(splits.get(other) ?? []), one]))
  }
}

const without = <T>(set: ReadonlySet<T> | undefined, value: T): ReadonlySet<T> | undefined => {
  const left = new Set([...(set ?? [])].filter(each => each !== value))
  return left.size > 0 ? left : undefined
}

/** @returns a story as it is compared with others */
export const queryStory = (blocks: Blocks, story: Story): StoryQuery => ({
  vector: copyOf(blocks, story),
  compared: story,
})
