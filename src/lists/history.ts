/**
 * The history of each list: what entered, left and moved, at most once a minute, for `lists.history`. It holds places,
 * no texts, so that an hour of a busy list is a few KB.
 */

import type { ArticleId } from '../domain/article.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { findMoves, type Moves, type Placed, undoMoves } from './rules/moves.ts'

const noteScript = loadScript(new URL('./note-history.lua', import.meta.url))

/** ms: what changes within it is one change. */
export const HISTORY_STEP = 60_000

/** A change, by when it was noted. */
export interface ListChange extends Moves {
  /** ms since the epoch. */
  readonly at: number
}

export interface ListHistory {
  /** Latest first. */
  readonly changes: readonly ListChange[]
  /** The articles of the list as of the latest change, in order. */
  readonly latest: readonly ArticleId[]
  /** The articles before the earliest of these changes, in order. */
  readonly before: readonly ArticleId[]
  /** Whether nothing is known of the list: it was never published, or `lists.history` is 0. */
  readonly isUnknown: boolean
}

interface Noted {
  /** Ids separated by spaces. */
  readonly ids: string
  /** ms since the epoch; 0: never. */
  readonly at: number
}

const format = (placed: readonly Placed[]): string => placed.map(({ id, rank }) => `${rank}:${id}`).join(' ')

const splitIds = (ids: string): ArticleId[] => (ids === '' ? [] : (ids.split(' ') as ArticleId[])) // as noted

const parsePlaced = (text = ''): Placed[] =>
  splitIds(text).map(placed => {
    const colon = placed.indexOf(':')
    return { rank: Number(placed.slice(0, colon)), id: placed.slice(colon + 1) as ArticleId } // as formatted above
  })

/**
 * Creates a function that notes what changed since it was last noted. It costs no command while nothing changed, or
 * less than a minute ago: the list is then noted when it is next published, as every list is at each `lists.refresh`.
 * @param keep ms; 0: notes nothing
 */
export const createHistoryNotes = ({ redis, keys, keep }: Store & { readonly keep: () => number }) => {
  const noted = new Map<string, Noted>()
  /** @param now ms since the epoch */
  return async (list: string, articles: readonly ArticleId[], now: number): Promise<void> => {
    if (keep() === 0) return
    // Twice where another process noted something since: the first answer tells what.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const last = noted.get(list) ?? { ids: '', at: 0 }
      // First: lists are published many times a minute.
      if (now >= last.at && now - last.at < HISTORY_STEP) return
      const ids = articles.join(' ')
      if (last.ids === ids && last.at > 0) return
      const { left, entered } = findMoves(splitIds(last.ids), articles) ?? { left: [], entered: [] }
      const [standing, at] = (await runScript(
        redis,
        noteScript,
        [keys.listHistory(list), keys.listHistoryLatest(list)],
        [last.ids, ids, now, HISTORY_STEP, now - keep(), format(left), format(entered)],
      )) as [string, number] // as note-history.lua returns
      noted.set(list, { ids: standing, at })
      if (standing === ids) return
    }
  }
}

/**
 * Reads what changed in a list.
 * @param since ms since the epoch
 */
export const readListHistory = async ({ redis, keys }: Store, list: string, since: number): Promise<ListHistory> => {
  const [stands, entries] = await Promise.all([
    redis.get(keys.listHistoryLatest(list)),
    redis.xrevrange(keys.listHistory(list), '+', since),
  ])
  const latest = splitIds(stands?.slice(0, stands.lastIndexOf('|')) ?? '')
  const changes = entries
    .map(([, [, at, , left, , entered]]) => ({
      at: Number(at),
      left: parsePlaced(left),
      entered: parsePlaced(entered),
    }))
    .filter(({ at }) => at >= since)
  const before = changes.reduce<readonly ArticleId[]>(undoMoves, latest)
  return { changes, latest, before: [...before], isUnknown: stands === null }
}
