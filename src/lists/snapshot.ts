/** What lists ranked at one moment have in common, read once for all of them and only where one asks. */

import type { ArticleStore } from '../articles/store.ts'
import type { ListSettings } from '../config/sections/lists.ts'
import type { StoryId } from '../domain/article.ts'
import type { Window } from '../domain/entry.ts'
import type { EventKind } from '../domain/event-kinds.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import type { Baselines } from './baseline.ts'
import type { CandidateCache } from './candidate-cache.ts'
import type { Override, Overrides } from './overrides.ts'
import type { Reads } from './reads.ts'
import { resolveBlocks } from './resolve-blocks.ts'
import type { Baseline } from './rules/baseline.ts'
import type { Candidate } from './rules/candidate.ts'
import { countStories, type StoryCounts } from './rules/story-counts.ts'
import type { Scope } from './scope.ts'

export interface SnapshotParts {
  readonly archive: Pick<ArticleStore, 'newestStories' | 'broadStories' | 'resolve' | 'resolveStories'>
  readonly candidateCache: CandidateCache
  readonly reads: Pick<Reads, 'tops' | 'lastReported' | 'firstCounted'>
  readonly baselines: Pick<Baselines, 'at'>
  readonly editors: Pick<Overrides, 'inForce'>
  readonly taxonomy: () => Taxonomy
  readonly settings: () => ListSettings
  /** ms since the epoch. */
  readonly now: () => number
}

export interface RankingSnapshot {
  /** ms since the epoch: all of them are ranked as of it. */
  readonly now: number
  /** Stories by when they were last news, newest first: those of the newest so many that the scope shows. */
  readonly newest: (limit: number, scope: Scope) => Promise<readonly Candidate[]>
  /** Stories of several sources that were news after `since`, the newest of each breadth, in no order. */
  readonly broad: (since: number, limit: number, scope: Scope) => Promise<readonly Candidate[]>
  readonly storyCounts: (kind: EventKind, window: Window) => Promise<StoryCounts>
  /** When the first event of a kind happened that the window `week` has, ms; null if it has none. */
  readonly firstEvent: (kind: EventKind) => Promise<number | null>
  readonly overrides: () => Promise<readonly Override[]>
  readonly baseline: () => Promise<Baseline>
  /** Whether nobody has reported any event for long. */
  readonly inputStopped: () => Promise<boolean>
}

/** Articles of a window that are looked at: beyond it those read least count for no story. */
const MAX_COUNTED = 50_000

const oncePerName = <T>(): ((name: string, read: () => Promise<T>) => Promise<T>) => {
  const readings = new Map<string, Promise<T>>()
  return (name, read) => {
    const reading = readings.get(name) ?? read()
    readings.set(name, reading)
    return reading
  }
}

const once = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  const reading = oncePerName<T>()
  return () => reading('', read)
}

/**
 * @param least of the newest stories that are read where fewer are asked for, since another list will ask for so many
 */
export const createSnapshot = (
  { archive, candidateCache, reads, baselines, editors, taxonomy, settings, now: clock }: SnapshotParts,
  least = 0,
): RankingSnapshot => {
  const now = clock()
  const newestIds = new Map<
    SectionId | undefined,
    { readonly limit: number; readonly ids: Promise<readonly StoryId[]> }
  >()
  const newestOf = async (limit: number, section: SectionId | undefined): Promise<readonly StoryId[]> => {
    const known = newestIds.get(section)
    // Fewer than were asked for are all there are.
    if (known && (known.limit >= limit || (await known.ids).length < known.limit)) return known.ids
    const most = Math.max(limit, least)
    const ids = archive.newestStories(most, section)
    newestIds.set(section, { limit: most, ids })
    return ids
  }

  const broadIds = oncePerName<readonly StoryId[]>()
  const countAll = async (kind: EventKind, window: Window): Promise<StoryCounts> => {
    const heads = await reads.tops(kind, window, MAX_COUNTED)
    return countStories(heads, await candidateCache.storiesOf(heads.map(({ article }) => article)))
  }
  const counts = oncePerName<StoryCounts>()
  const firstEvents = oncePerName<number | null>()

  // Most lists of a section show the same, so that its candidates are chosen once for all of them.
  const chosen = oncePerName<readonly Candidate[]>()

  return {
    now,
    newest: (limit, { key, section, choice }) =>
      chosen(`newest ${limit} ${key}`, async () =>
        candidateCache.candidates((await newestOf(limit, section)).slice(0, limit), choice),
      ),
    broad: (since, limit, { key, section, choice }) =>
      chosen(`broad ${since} ${limit} ${key}`, async () => {
        const read = () => archive.broadStories(since, limit, section)
        return candidateCache.candidates(await broadIds(`${section ?? ''} ${since} ${limit}`, read), choice)
      }),
    storyCounts: (kind, window) => counts(`${kind} ${window}`, () => countAll(kind, window)),
    firstEvent: kind => firstEvents(kind, () => reads.firstCounted(kind, now)),
    overrides: once(async () => resolveBlocks(await editors.inForce(now), archive)),
    baseline: once(() =>
      baselines.at(
        taxonomy().map(({ id }) => id),
        now,
      ),
    ),
    inputStopped: once(async () => {
      const last = await reads.lastReported()
      return last !== null && now - last > settings().staleAfter
    }),
  }
}
