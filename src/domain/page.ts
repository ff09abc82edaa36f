/**
 * Fills the panels of a page; on request (`unique`), no story appears twice, and the story of the open article in no
 * panel. More entries of a list are read than its panel shows, so that one reading is enough for all panels. Used by
 * newsdesk/client and by GET /v1/page, which must show the same; reading is their task. (pure)
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
   * For a list that a place further up shows, too: whether this place starts at the top of the list again and may show
   * the same entries, or continues after them.
   */
  readonly repeat: boolean
}

/** What a place shows. */
export interface Panel {
  readonly list: string
  /** As published; `rank` is the place in the list. */
  readonly entries: readonly Entry[]
  /** The list further up that says the same, so that this panel was left empty; null if it was not. */
  readonly sameAs: string | null
}

/** A list as it was read. */
export interface ListReading {
  /** Entries as JSON, from the top. */
  readonly entries: readonly string[]
  /** `covers` of its meta (docs/redis-contract.md); null if it was not read. */
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
  /** Whether no story may appear in two panels, and the story of the open article in none. */
  readonly unique: boolean
  /** Whether a panel is left empty if its list says the same as one further up. */
  readonly skipSame: boolean
}

/**
 * How many entries of each list to read. On a unique page there are enough to fill a panel even if it has to skip every
 * story of the places before it, and the story of the open article.
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

/** Parses an entry only when it is needed. */
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
    /** The open article is also recognised by its id, since an entry may still name its former story. */
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

/** Fills the panels in the order asked: on a unique page, a story appears in the first panel that could show it. */
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
