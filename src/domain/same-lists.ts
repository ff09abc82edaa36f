/**
 * Recognises lists that say the same. On a site that has not counted reads for long, the best of the week are those of
 * the day and of now; without any reads, all of them are the latest. (pure)
 */

import type { Entry, Window } from './entry.ts'

/** Narrowest first. `now` has no span of its own: it weighs all events of the week by their age. */
const ROLLING: readonly (string | undefined)[] = ['hour', 'day', 'week'] satisfies Window[]

const isWindow = (word: string | undefined): word is Window => word === 'now' || ROLLING.includes(word)

/** What is known of a list that was read. */
export interface ListFacts {
  readonly list: string
  /** `covers` of its meta: the narrowest window that has all events of its own; null if it is unknown. */
  readonly covers: string | null
  /** From the top, as many as the page would show without regard to others. */
  readonly head: readonly Pick<Entry, 'placedBy'>[]
}

/** A list further up on the page. */
export interface EarlierList extends ListFacts {
  /** The list whose entries the page shows for it: itself, or the one that says the same. */
  readonly shownAs: string
}

interface WindowedName {
  readonly kind: string
  readonly window: Window
  /** A section, language or group with its colon; empty for all. */
  readonly part: string
}

/** `most-read:week:world` in its three parts; null for a list without a window. */
const splitName = (list: string): WindowedName | null => {
  const [kind = '', window, ...part] = list.split(':')
  return isWindow(window) ? { kind, window, part: part.map(word => `:${word}`).join('') } : null
}

/** Whether two lists differ in their windows only, and the wider window has no more events than the narrower one. */
const hasSameEvents = (one: ListFacts, other: ListFacts): boolean => {
  const [here, there] = [splitName(one.list), splitName(other.list)]
  if (!here || !there || here.kind !== there.kind || here.part !== there.part) return false
  // Within an hour, ages make no difference.
  if (here.window === 'now' || there.window === 'now') return one.covers === 'hour' && other.covers === 'hour'
  const [width, otherWidth] = [ROLLING.indexOf(here.window), ROLLING.indexOf(there.window)]
  const covered = ROLLING.indexOf((width > otherWidth ? one : other).covers ?? undefined)
  return covered >= 0 && covered <= Math.min(width, otherWidth)
}

/** The list that all of these entries were backfilled from; null if the list's own rule or an editor placed one. */
const findBackfill = ({ list, head }: ListFacts): string | null => {
  const name = splitName(list)
  const [first] = head
  if (!name || !first || head.some(({ placedBy }) => placedBy !== first.placedBy)) return null
  if (first.placedBy === 'latest') return `latest${name.part}`
  return isWindow(first.placedBy) ? `${name.kind}:${first.placedBy}${name.part}` : null
}

/**
 * Finds the list that says what this one would say again.
 * @param earlier lists further up on the page
 * @returns the name of one whose entries are shown; null if there is none
 */
export const findSame = (one: ListFacts, earlier: readonly EarlierList[]): string | null => {
  // An editor wants what is pinned to this list to be seen.
  if (one.head.some(({ placedBy }) => placedBy === 'pin')) return null
  const backfill = findBackfill(one)
  const saysSame = (other: ListFacts): boolean =>
    hasSameEvents(one, other) || (backfill !== null && (other.list === backfill || findBackfill(other) === backfill))
  // Earlier places of this list do not count, nor do lists that were left out because this one is shown.
  return earlier.find(other => other.shownAs !== one.list && saysSame(other))?.shownAs ?? null
}
