/** What changed in a list lately, with titles: for the admin UI and the CLI. */

import type { ArticleStore } from '../articles/store.ts'
import { readListHistory } from '../lists/history.ts'
import { type EntryMove, findMoves, listMoves } from '../lists/rules/moves.ts'
import type { Store } from '../redis/store.ts'

/** An entry that entered, left or moved. */
export interface NamedMove extends EntryMove {
  /** null if the article has been deleted since. */
  readonly title: string | null
}

export interface ListChanges {
  readonly list: string
  /** From the beginning of the time to its end, whatever happened in between. */
  readonly net: readonly NamedMove[]
  /** Each time it changed, latest first; `at` in ms since the epoch. */
  readonly changes: readonly { readonly at: number; readonly moves: readonly NamedMove[] }[]
  /** Whether nothing is known: the list was never published, or `lists.history` is 0. */
  readonly isUnknown: boolean
}

/** @param since ms since the epoch; of what came before `lists.history` nothing is known */
export type ReadListChanges = (lists: readonly string[], since: number) => Promise<readonly ListChanges[]>

export const createListChanges =
  ({ archive, ...store }: Store & { readonly archive: Pick<ArticleStore, 'articles'> }): ReadListChanges =>
  async (lists, since) => {
    const histories = await Promise.all(lists.map(list => readListHistory(store, list, since)))
    const unnamed = histories.map(({ before, latest, changes, isUnknown }) => {
      const moves = findMoves(before, latest)
      return {
        net: moves === null ? [] : listMoves(moves),
        changes: changes.map(change => ({ at: change.at, moves: listMoves(change) })),
        isUnknown,
      }
    })
    const ids = unnamed.flatMap(({ net, changes }) => [net, ...changes.map(({ moves }) => moves)].flat())
    const wanted = [...new Set(ids.map(({ id }) => id))]
    const articles = await archive.articles(wanted)
    const titles = new Map(wanted.map((id, index) => [id, articles[index]?.title ?? null]))
    const name = (move: EntryMove): NamedMove => ({ ...move, title: titles.get(move.id) ?? null })
    return unnamed.map(({ net, changes, isUnknown }, index) => ({
      list: lists[index] as string, // one each
      net: net.map(name),
      changes: changes.map(({ at, moves }) => ({ at, moves: moves.map(name) })),
      isUnknown,
    }))
  }
