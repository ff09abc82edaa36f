/**
 * The panels of a page, on request without repeats: no story stands in two places, and none is that of the open article.
 * Lists are read further than their panels are long, so that one reading fills all of them. (pure)
 */

import type { Entry } from './entry.ts'
import { type EarlierList, findSame } from './same-lists.ts'

/** A place on the page for the head of a list. */
export interface Place {
  /** Name of the list. */
  readonly list: string
  /** Maximum number of entries. */
  readonly limit: number
  /**
   * For a list that a place further up shows too: whether this place begins at its top again, and may show the same
   * entries, or goes on behind them.
   */
  readonly repeat: boolean
}

/** What a place shows. */
export interface Panel {
  readonly list: string
  /** As published; `rank` is the place in the list. */
  readonly entries: readonly Entry[]
  /** The list further up that says what this one would, so that it was left out; null if it was not. */
  readonly sameAs: string | null
}

/** A list as it was read. */
export interface ListReading {
  /** Entries as JSON, from the top. */
  readonly entries: readonly string[]
  /** `covers` of its meta; null if it was not read. */
  readonly covers: string | null
}

export interface OpenArticle {
  readonly id: string
  readonly story: string
}

export interface PageParts {
  readonly places: readonly Place[]
  /** Of every list that has a place. */
  readonly readings: ReadonlyMap<string, ListReading>
  /** The article that the page is about; null if it is about none, or the article is unknown. */
  readonly article: OpenArticle | null
  /** Whether no story may stand in two panels, nor the open article's in any. */
  readonly unique: boolean
  /** Whether lists that would say again what one further up says are left out. */
  readonly skipSame: boolean
}

/**
 * How many entries of each list to read. On a unique page so many that every panel can be filled whatever stands further
 * up: its own, those of all places before it, and the open article's.
 */
export const planReadings = (places: readonly Place[], unique: boolean): Map<string, number> => {
  const lengths = new Map<string, number>()
  let before = 1
  for (const { list, limit } of places) {
    const length = unique && limit > 0 ? before + limit : limit
    lengths.set(list, Math.max(lengths.get(list) ?? 0, length))
    before += limit
  }
  return lengths
}

/** Parses entries only as far as they are looked at. */
const createLazyList = ({ entries, covers }: ListReading) => {
  const parsed: Entry[] = []
  const at = (index: number): Entry | undefined => {
    const json = entries[index]
    if (json === undefined) return undefined
    // As docs/redis-contract.md specifies.
    parsed[index] ??= JSON.parse(json) as Entry
    return parsed[index]
  }
  return { at, covers }
}
type LazyList = ReturnType<typeof createLazyList>

const EMPTY: ListReading = { entries: [], covers: null }

/** The entries that the list would show on its own. */
const readHead = ({ at }: LazyList, limit: number): Entry[] =>
  Array.from({ length: limit }, (_, index) => at(index)).filter(entry => entry !== undefined)

/** What the page shows so far. */
const createShown = (article: OpenArticle | null) => {
  const stories = new Set(article ? [article.story] : [])
  return {
    /** The open article is also known by its id, should an entry still name another story. */
    has: ({ id, story }: Entry): boolean => id === article?.id || stories.has(story.id),
    add: ({ story }: Entry): void => void stories.add(story.id),
  }
}
type Shown = ReturnType<typeof createShown>

/** @param again stories that the same list shows further up, and that this place may show once more */
const fillPanel = ({ at }: LazyList, limit: number, again: ReadonlySet<string>, shown: Shown): Entry[] => {
  const taken: Entry[] = []
  for (let index = 0; taken.length < limit; index += 1) {
    const entry = at(index)
    if (!entry) break
    if (shown.has(entry) && !again.has(entry.story.id)) continue
    taken.push(entry)
    shown.add(entry)
  }
  return taken
}

const NONE: ReadonlySet<string> = new Set()

/** Fills the panels in the order asked: on a unique page, the first that could show a story has it. */
export const fillPage = ({ places, readings, article, unique, skipSame }: PageParts): Panel[] => {
  const lists = new Map([...readings].map(([name, reading]) => [name, createLazyList(reading)]))
  const shown = createShown(article)
  const earlier: EarlierList[] = []
  const storiesOf = new Map<string, Set<string>>()
  return places.map(({ list, limit, repeat }): Panel => {
    const reading = lists.get(list) ?? createLazyList(EMPTY)
    if (skipSame) {
      const facts = { list, covers: reading.covers, head: readHead(reading, limit) }
      const sameAs = findSame(facts, earlier)
      earlier.push({ ...facts, shownAs: sameAs ?? list })
      if (sameAs !== null) return { list, entries: [], sameAs }
    }
    if (!unique) return { list, entries: readHead(reading, limit), sameAs: null }
    const own = storiesOf.get(list) ?? new Set()
    const entries = fillPanel(reading, limit, repeat ? own : NONE, shown)
    storiesOf.set(list, new Set([...own, ...entries.map(({ story }) => story.id)]))
    return { list, entries, sameAs: null }
  })
}
