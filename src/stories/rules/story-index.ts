/**
 * Index of the stories of the window by their terms: which articles each has, and what they add up to. It takes no
 * decisions. Every change can be undone by its opposite, without a trace.
 */

import type { StoryId } from '../../domain/article.ts'
import { type Savable, savedRows, savedTogether } from '../../util/savable.ts'
import type { Blocks } from './blocks.ts'
import type { Prior } from './common-words.ts'
import type { Term, Texts } from './features.ts'
import type { Journal } from './journal.ts'
import { vectorOf } from './kept.ts'
import type { Relatedness } from './relatedness.ts'
import { fromStoryRow, toStoryRow } from './saved-rows.ts'
import { createSlots } from './slots.ts'
import { createSplits } from './splits.ts'
import { include, type Kept, newStory, type Story, span } from './story.ts'
import { createStorySearch, type StorySearch } from './story-search.ts'
import { createStorySums } from './story-sums.ts'
import { createTermTable } from './term-table.ts'
import { clear, toVector, type Vector } from './vectors.ts'

export interface StoryIndex extends StorySearch {
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
  /** Moves articles of a story to a new one; the two are never merged again. */
  split(from: Story, to: StoryId, moved: readonly Kept[]): void
  areSplit(one: StoryId, other: StoryId): boolean
  /**
   * Without the blocks; restored after the articles.
   * @param articleAt finds a restored article by its slot
   */
  saved(articleAt: (slot: number) => Kept | undefined): Savable
}

export const createStoryIndex = (blocks: Blocks, journal: Journal, prior: Prior, rule: Relatedness): StoryIndex => {
  const stories = new Map<StoryId, Story>()
  const slots = createSlots<Story>()
  const splits = createSplits(journal)
  const terms = createTermTable(blocks, prior, rule)
  const sums = createStorySums(blocks, terms)
  const search = createStorySearch({ blocks, terms, slots, rule, countStories: () => stories.size })

  const open = (id: StoryId, language: string): Story => {
    const story = slots.add(slot => newStory(id, slot, language))
    stories.set(id, story)
    return story
  }

  const close = (story: Story): void => {
    clear(blocks, story)
    stories.delete(story.id)
    slots.remove(story.slot)
  }

  const put = (story: Story, kept: Kept, vector: Vector | null): void => {
    // A literal: an empty list would grow to room for seventeen at once.
    if (story.members.length === 0) story.members = [kept]
    else story.members.push(kept)
    kept.story = story
    include(story, kept)
    if (vector) sums.add(story, vector)
  }

  const take = (kept: Kept): void => {
    const { story } = kept
    if (!story) return
    story.members.splice(story.members.indexOf(kept), 1)
    kept.story = null
    span(story, kept)
    if (kept.counts) sums.subtract(story, vectorOf(blocks, kept))
    if (story.members.length > 0) return
    close(story)
    splits.forget(story.id)
  }

  const merge = (from: Story, into: Story): void => {
    sums.move(from, into)
    for (const kept of from.members) {
      kept.story = into
      into.members.push(kept)
      include(into, kept)
    }
    close(from)
    splits.inherit(from.id, into.id)
    journal.note(() => moveAll(from.members, open(from.id, from.language)))
  }

  const moveAll = (moved: readonly Kept[], into: Story): void => {
    for (const kept of moved) {
      take(kept)
      put(into, kept, kept.counts ? vectorOf(blocks, kept) : null)
    }
  }

  const split = (from: Story, to: StoryId, moved: readonly Kept[]): void => {
    const opened = open(to, from.language)
    splits.mark(from.id, to)
    moveAll(moved, opened)
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
    split,
    nearest: search.nearest,
    compare: search.compare,
    areSplit: splits.has,
    saved: articleAt =>
      savedTogether({
        terms: terms.saved,
        slots: slots.saved,
        splits: splits.saved,
        stories: savedRows(
          function* () {
            for (const story of stories.values()) yield toStoryRow(story)
          },
          row => {
            const story = fromStoryRow(row, articleAt)
            stories.set(story.id, story)
            slots.put(story.slot, story)
          },
        ),
      }),
  }
}
