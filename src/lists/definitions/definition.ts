/**
 * What a list is: its name, what it is ranked from, its rule and its size. One file per list in this folder, named in
 * index.ts; the ranker, the publisher, names, the public server and the admin UI read nothing else about it.
 */

import type { ListSettings } from '../../config/sections/lists.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { PlacedBy, Window } from '../../domain/entry.ts'
import type { EventKind } from '../../domain/event-kinds.ts'
import type { SectionId } from '../../domain/section.ts'
import type { Baseline } from '../rules/baseline.ts'
import type { Candidate, Ranked } from '../rules/candidate.ts'
import type { StoryCounts } from '../rules/story-counts.ts'

/**
 * What a list can be ranked from, as of one moment and limited to what the list may show. Nothing is read before a rule
 * asks for it.
 */
export interface ListInputs {
  /** ms since the epoch. */
  readonly now: number
  readonly settings: ListSettings
  readonly section: SectionId | undefined
  /** Whether the list covers a section, language or group only. */
  readonly isPart: boolean
  /** How many of the newest stories may be read. */
  readonly reach: number
  /** Stories by when they were last news, newest first. */
  newest(limit: number): Promise<readonly Candidate[]>
  /** Stories of several sources that were news after `since` (ms since the epoch): the newest `limit` of a breadth. */
  broad(since: number, limit: number): Promise<readonly Candidate[]>
  /** How many events of a kind were counted of each story in a window. */
  storyCounts(kind: EventKind, window: Window): Promise<StoryCounts>
  /** Distinct visitors of each article in a window, as far as lists need to know. */
  visitors(articles: readonly ArticleId[], window: Window): Promise<readonly number[]>
  /** Those of these stories that the list may show, in the same order. */
  candidates(stories: readonly StoryId[]): Promise<readonly Candidate[]>
  /** Seconds each article was ever read for, in the order asked. */
  readingSeconds(articles: readonly ArticleId[]): Promise<readonly number[]>
  /** Reads per article and hour that are usual for a section. */
  baseline(): Promise<Baseline>
  /** Weight of a source; 1 is usual. */
  weight(source: string): number
  /** The publisher behind a source: several feeds of one publisher count once. */
  publisher(source: string): string
}

/** @param window the one in the list's name; of a list without windows, `fixedWindow` or `now` */
export type RankList = (inputs: ListInputs, window: Window) => Promise<readonly Ranked[]>

/** What a list with too few entries is backfilled from. */
export interface Fallback {
  /** `placedBy` of the entries that come from it. */
  readonly placedBy: PlacedBy
  readonly rank: (inputs: ListInputs) => Promise<readonly Ranked[]>
}

/** The head of a list on the admin UI's front page. */
export interface Panel {
  /** Name of the list. */
  readonly list: string
  readonly title: string
  readonly column: 'main' | 'aside'
  /** From 1, within its column. */
  readonly place: number
  readonly entries: number
}

export interface ListDefinition {
  /** First word of the list's name. */
  readonly name: string
  /** One sentence for the documentation. */
  readonly describe: string
  /** Windows that follow the name, such as `most-read:week`; none for a list without. */
  readonly windows: readonly Window[]
  /** The window of a list that is ranked over one without having it in its name. */
  readonly fixedWindow?: Window
  /**
   * Parts of the news for which the list exists, too; `section-edition` is a section in one language or group.
   */
  readonly partitions: readonly ('section' | 'edition' | 'section-edition')[]
  /** Entries at most. */
  readonly size: (settings: ListSettings) => number
  readonly rank: RankList
  /** In the order they are tried while the list has fewer entries than `lists.minEntries`. */
  readonly backfill: (window: Window) => readonly Fallback[]
  /** The kind of event whose counts in the window it is ranked by; missing if it is ranked by more than that. */
  readonly ranksBy?: EventKind
  /** Whether it stays as it is, marked stale, when no events are reported any more. */
  readonly needsEvents: boolean
  /** Whether new articles change it at once; the others follow at the next refresh. */
  readonly followsArticles: boolean
  /** False where the order means something that a pin would falsify. */
  readonly isPinnable: boolean
  /** Panels on the front page of the admin UI. */
  readonly panels: readonly Panel[]
  /** Number of entries in the panel of each section on that page; missing if sections have no panel of this list. */
  readonly sectionPanel?: number
}
