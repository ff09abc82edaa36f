/** The articles of the window: adds them to the index of stories, finds them again, and forgets those that expire. */

import type { ArticleId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import { type Savable, savedRows, savedTogether } from '../../util/savable.ts'
import type { Blocks } from './blocks.ts'
import { createBoilerplate } from './boilerplate.ts'
import type { Features } from './features.ts'
import type { Journal } from './journal.ts'
import { discard, type KeptEntry, keep } from './kept.ts'
import { createOriginals, type Originals } from './originals.ts'
import { fromKeptRow, toKeptRow } from './saved-rows.ts'
import { createSlots } from './slots.ts'
import type { Kept, Story } from './story.ts'
import type { StoryIndex } from './story-index.ts'
import type { Vector } from './vectors.ts'

/** Articles of a story whose words count. Further ones become members only, since its words are known well enough. */
const MAX_COUNTED = 1_000

/** The part of an article's text by which its story is decided. */
export interface Told {
  /** Without the boilerplate that its source writes under every text. */
  readonly text: Features
  readonly vector: Vector
}

export interface StoryWindow extends Pick<Originals, 'findRepeat' | 'findOriginal'> {
  readonly articles: ReadonlyMap<ArticleId, Kept>
  /** The story of an article, or of the one that it is the same as. */
  findHome(id: ArticleId): Story | undefined
  /** Strips an article's boilerplate and weighs its words, by what is known now. */
  tell(features: Features): Told
  /** @param told null for a copy */
  add(entry: KeptEntry, told: Told | null): Kept
  /** Forgets articles that were logged before this time, ms since the epoch. */
  expire(before: number): void
  /** Does not include the blocks and the index, which their owner saves. */
  readonly saved: Savable
  articleAt(slot: number): Kept | undefined
}

export const createStoryWindow = (blocks: Blocks, index: StoryIndex, journal: Journal): StoryWindow => {
  const articles = new Map<ArticleId, Kept>()
  const slots = createSlots<Kept>()
  const originals = createOriginals(blocks, journal, slots)
  const boilerplate = createBoilerplate(journal)
  const sources = new Map<SourceId | '', SourceId | ''>()

  /** Shares one string among all articles of a source: each parsed entry of the log would keep a copy of its own. */
  const nameOf = (source: SourceId | ''): SourceId | '' => {
    const known = sources.get(source)
    if (known !== undefined) return known
    sources.set(source, source)
    return source
  }

  const add = (entry: KeptEntry, told: Told | null): Kept => {
    const { features, decision } = entry
    const story =
      decision.kind === 'same' ? null : (index.get(decision.story) ?? index.open(decision.story, features.language))
    const counted = story && story.originals < MAX_COUNTED ? told : null
    const written = counted ? { ...entry, features: counted.text } : entry
    const vector = counted?.vector ?? null
    const kept = slots.add(slot => keep(blocks, slot, written, nameOf(features.source), vector))
    articles.set(kept.id, kept)
    journal.note(() => drop(kept))
    if (story) index.put(story, kept, vector)
    if (!counted) return kept
    originals.add(counted.text, kept)
    boilerplate.learn(features)
    return kept
  }

  /** Forgets an article as if it had never come. */
  const drop = (kept: Kept): void => {
    articles.delete(kept.id)
    index.take(kept)
    slots.remove(kept.slot)
    discard(blocks, kept)
  }

  return {
    saved: savedTogether({
      slots: slots.saved,
      originals: originals.saved,
      boilerplate: boilerplate.saved,
      articles: savedRows(
        function* () {
          for (const kept of articles.values()) yield toKeptRow(kept)
        },
        row => {
          const kept = fromKeptRow(row, nameOf(row[2]))
          articles.set(kept.id, kept)
          slots.put(kept.slot, kept)
        },
      ),
    }),
    articleAt: slots.get,

    articles,

    findHome(id) {
      const kept = articles.get(id)
      const home = kept?.kind === 'same' ? articles.get(kept.other ?? id) : kept
      return home?.story ?? undefined
    },

    findRepeat: originals.findRepeat,
    findOriginal: originals.findOriginal,

    tell(features) {
      const text = boilerplate.strip(features)
      return { text, vector: index.vectorOf(text) }
    },

    add,

    expire(before) {
      // They are in the order in which they were logged, oldest first, and expire by the log's clock.
      for (const kept of articles.values()) {
        if (kept.loggedAt >= before) return
        if (kept.counts) originals.forget(kept)
        drop(kept)
      }
    },
  }
}
