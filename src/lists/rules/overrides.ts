/** Puts pinned articles in their places, whatever the rule of the list says, and backfills short lists. */

import type { PlacedBy } from '../../domain/entry.ts'
import { type Candidate, oncePerStory, type Ranked } from './candidate.ts'

/** An article that an editor pinned to a place of a list. */
export interface Pinned {
  readonly candidate: Candidate
  /** From 1. */
  readonly place: number
  readonly by: string
  readonly why: string
  /** ms since the epoch. */
  readonly until: number
}

/**
 * Puts pins in their places, the rest around them in order; a pinned story appears nowhere else. A place beyond the end
 * means the end.
 */
export const withPins = (ranked: readonly Ranked[], pins: readonly Pinned[], size: number): Ranked[] => {
  const ordered = oncePerStory(
    [...pins].sort((a, b) => a.place - b.place || (a.candidate.article.id < b.candidate.article.id ? -1 : 1)),
    ({ candidate }) => candidate,
  )
  const pinned = new Set(ordered.map(({ candidate }) => candidate.story.id))
  const list = ranked.filter(({ candidate }) => !pinned.has(candidate.story.id))
  for (const { candidate, place, by, why, until } of ordered)
    list.splice(place - 1, 0, {
      candidate,
      score: Number.POSITIVE_INFINITY,
      placedBy: 'pin',
      terms: () => [
        {
          name: 'pin',
          value: place,
          of: `by ${by} until ${new Date(until).toISOString()}${why === '' ? '' : `: ${why}`}`,
        },
      ],
    })
  return list.slice(0, size)
}

/** Backfills a short list from another, without repeating a story. */
export const fillFrom = (
  list: readonly Ranked[],
  other: readonly Ranked[],
  placedBy: PlacedBy,
  minimum: number,
): Ranked[] => {
  const listed = new Set(list.map(({ candidate }) => candidate.story.id))
  const more = other
    .filter(({ candidate }) => !listed.has(candidate.story.id))
    .slice(0, Math.max(0, minimum - list.length))
  return [...list, ...more.map(each => ({ ...each, placedBy }))]
}
