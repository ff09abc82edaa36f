/** Finds the stories nearest to a text or to another story, in bounded time. */

import { selectBest } from './best-match.ts'
import type { Blocks } from './blocks.ts'
import { type Compared, needed, type Relatedness, relatedness } from './relatedness.ts'
import type { Slots } from './slots.ts'
import type { Story } from './story.ts'
import { createTally } from './tally.ts'
import type { TermTable } from './term-table.ts'
import { copyOf, multiply, strongest, type Vector } from './vectors.ts'

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

/** Entries of the terms' lists read for a query, rarest terms first, and how many stories are then compared in full. */
const LOOKS = 300
const COMPARED = 12
/** Above the number of terms of any query. */
const MOST_TERMS = 1_024
/** Terms by which a story looks for others. */
const QUERY_TERMS = 40

/** @param at ms since the epoch: its publication, or its arrival if that was earlier */
export const queryArticle = (vector: Vector, at: number): StoryQuery => ({
  vector,
  compared: { originals: 1, squared: 1, words: vector.terms.length, from: at, to: at },
})

/** @returns a story as it is compared with others */
export const queryStory = (blocks: Blocks, story: Story): StoryQuery => ({
  vector: copyOf(blocks, story),
  compared: story,
})

export interface StorySearch {
  /** Best first by score relative to what is needed; ties are broken by id. */
  nearest(query: StoryQuery, except: Story | null, limit: number): Near[]
  compare(query: StoryQuery, story: Story): Near
}

export interface StorySearchParts {
  readonly blocks: Blocks
  readonly terms: TermTable
  readonly slots: Slots<Story>
  readonly rule: Relatedness
  /** Number of stories in the window. */
  readonly countStories: () => number
}

const byNearness = (a: Near, b: Near): number =>
  b.score / b.needed - a.score / a.needed || (a.story.id < b.story.id ? -1 : 1)

export const createStorySearch = ({ blocks, terms, slots, rule, countStories }: StorySearchParts): StorySearch => {
  const tally = createTally()

  /**
   * Adds up, for each story that has some of the rarest terms, the squared weights of these terms in the query: what
   * both would share if the story's articles were like this one. To read the weights in the story takes three times as
   * long and finds no better stories.
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
    const product = multiply(blocks, story, vector)
    return {
      story,
      shared: product.shared,
      score: relatedness(product, compared, story, rule),
      needed: needed(compared, story, countStories(), rule),
    }
  }

  return {
    nearest(query, except, limit) {
      tallyUp(strongest(query.vector, QUERY_TERMS), except?.slot ?? -1)
      return selectBest(tally.met, COMPARED, tally.getGain)
        .map(index => compare(query, slots.get(tally.getSlot(index)) as Story)) // met, so it is there
        .sort(byNearness)
        .slice(0, limit)
    },
    compare,
  }
}
