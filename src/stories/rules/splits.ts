/** Remembers which stories an editor separated, so that they are not merged again. */

import type { StoryId } from '../../domain/article.ts'
import { type Savable, savedRows } from '../../util/savable.ts'
import { type Journal, setNoted } from './journal.ts'

export interface Splits {
  mark(one: StoryId, other: StoryId): void
  has(one: StoryId, other: StoryId): boolean
  /** Keeps the story that another was merged into apart from the stories that the other was kept apart from. */
  inherit(from: StoryId, into: StoryId): void
  /** Forgets a story that no longer exists. */
  forget(id: StoryId): void
  readonly saved: Savable
}

export const createSplits = (journal: Journal): Splits => {
  const splits = new Map<StoryId, ReadonlySet<StoryId>>()

  const mark = (one: StoryId, other: StoryId): void => {
    setNoted(journal, splits, one, new Set([...(splits.get(one) ?? []), other]))
    setNoted(journal, splits, other, new Set([...(splits.get(other) ?? []), one]))
  }

  return {
    saved: savedRows(
      () => [...splits].map(([one, others]) => [one, [...others]] as const),
      ([one, others]) => splits.set(one, new Set(others)),
    ),
    mark,
    has: (one, other) => splits.get(one)?.has(other) === true,
    inherit(from, into) {
      for (const other of splits.get(from) ?? []) if (other !== into) mark(other, into)
    },
    forget(id) {
      for (const other of splits.get(id) ?? []) setNoted(journal, splits, other, without(splits.get(other), id))
      if (splits.has(id)) setNoted(journal, splits, id, undefined)
    },
  }
}

const without = <T>(set: ReadonlySet<T> | undefined, value: T): ReadonlySet<T> | undefined => {
  const left = new Set([...(set ?? [])].filter(each => each !== value))
  return left.size > 0 ? left : undefined
}
