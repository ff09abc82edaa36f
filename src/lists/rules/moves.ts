/** What changed between two states of a list, as few entries as explain it, and the way back. (pure) */

import type { ArticleId } from '../../domain/article.ts'

/** An entry by its place, from 1. */
export interface Placed {
  readonly id: ArticleId
  readonly rank: number
}

/** What takes one state of a list to the next. An entry that moved is in both. */
export interface Moves {
  /** By their places before, in ascending order. */
  readonly left: readonly Placed[]
  /** By their places after, in ascending order. */
  readonly entered: readonly Placed[]
}

/** Positions of a longest increasing subsequence of distinct numbers. O(n log n). */
const findIncreasing = (values: readonly number[]): Set<number> => {
  /** By length - 1: position of the smallest value that ends an increasing subsequence of that length. */
  const ends: number[] = []
  const before: (number | undefined)[] = []
  for (const [position, value] of values.entries()) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((values[ends[middle] as number] as number) < value) low = middle + 1
      else high = middle
    }
    before[position] = ends[low - 1]
    ends[low] = position
  }
  const found = new Set<number>()
  for (let at = ends.at(-1); at !== undefined; at = before[at]) found.add(at)
  return found
}

/** @returns null if the states are the same */
export const findMoves = (before: readonly ArticleId[], after: readonly ArticleId[]): Moves | null => {
  const placeBefore = new Map(before.map((id, index) => [id, index]))
  const common = after.filter(id => placeBefore.has(id))
  const inOrder = findIncreasing(common.map(id => placeBefore.get(id) as number))
  const stays = new Set(common.filter((_, position) => inOrder.has(position)))
  const moved = (ids: readonly ArticleId[]): Placed[] =>
    ids.flatMap((id, index) => (stays.has(id) ? [] : { id, rank: index + 1 }))
  const moves = { left: moved(before), entered: moved(after) }
  return moves.left.length + moves.entered.length === 0 ? null : moves
}

/** The state before these moves, from the one after them. */
export const undoMoves = (after: readonly ArticleId[], { left, entered }: Moves): ArticleId[] => {
  const gone = new Set(entered.map(({ id }) => id))
  const before = after.filter(id => !gone.has(id))
  for (const { id, rank } of left) before.splice(rank - 1, 0, id)
  return before
}

/** What became of one entry. */
export interface EntryMove {
  readonly id: ArticleId
  /** Its place before, from 1; null if it was not in the list. */
  readonly from: number | null
  /** Its place after, from 1; null if it is no longer in the list. */
  readonly to: number | null
}

/** The moves entry by entry: those in the list by their places after, then those that left it. */
export const listMoves = ({ left, entered }: Moves): EntryMove[] => {
  const rankBefore = new Map(left.map(({ id, rank }) => [id, rank]))
  const rankAfter = new Map(entered.map(({ id, rank }) => [id, rank]))
  return [
    ...entered.map(({ id, rank }) => ({ id, from: rankBefore.get(id) ?? null, to: rank })),
    ...left.filter(({ id }) => !rankAfter.has(id)).map(({ id, rank }) => ({ id, from: rank, to: null })),
  ]
}
