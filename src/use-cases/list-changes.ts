/** What changed in a list lately, with titles: for the admin UI and the CLI. */

import type { ArticleStore } from '../articles/store.ts'
import { type ListHistory, readListHistory } from '../lists/history.ts'
import { type EntryMove, findMoves, listMoves } from '../lists/rules/moves.ts'
import type { Store } from '../redis/store.ts'

/** An entry that entered, left or moved. */
export interface NamedMove extends EntryMove {
  /** null if the article has been deleted since. */
  readonly title: string | null
  /** BCP 47, of the title. */
  readonly language: string
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
export type ReadListChanges = (list: string, since: number) => Promise<ListChanges>

const findNet = ({ before, latest }: Pick<ListHistory, 'before' | 'latest'>): EntryMove[] => {
  const moves = findMoves(before, latest)
  return moves === null ? [] : listMoves(moves)
}

/** Reads what changed in a list from a time to now, in all and without titles: no article is read. */
export const readNetMoves = async (store: Store, list: string, since: number): Promise<readonly EntryMove[]> =>
  findNet(await readListHistory(store, list, since))

export const createListChanges =
  ({ archive, ...store }: Store & { readonly archive: Pick<ArticleStore, 'articles'> }): ReadListChanges =>
  async (list, since) => {
    const history = await readListHistory(store, list, since)
    const net = findNet(history)
    const changes = history.changes.map(change => ({ at: change.at, moves: listMoves(change) }))
    const ids = [...new Set([net, ...changes.map(({ moves }) => moves)].flat().map(({ id }) => id))]
    const articles = await archive.articles(ids)
    const found = new Map(ids.map((id, index) => [id, articles[index]]))
    const name = (move: EntryMove): NamedMove => {
      const article = found.get(move.id)
      return { ...move, title: article?.title ?? null, language: article?.language ?? 'und' }
    }
    return {
      list,
      net: net.map(name),
      changes: changes.map(({ at, moves }) => ({ at, moves: moves.map(name) })),
      isUnknown: history.isUnknown,
    }
  }
