/** Reads the stories that were counted most in a window, with their visitors, no further than a list needs. */

import type { Window } from '../../domain/entry.ts'
import { EVENT_KIND_TABLE, type EventKind } from '../../domain/event-kinds.ts'
import type { Counted } from '../rules/most.ts'
import type { StoryCount } from '../rules/story-counts.ts'
import type { ListInputs } from './definition.ts'

/** Articles of a story whose visitors are asked for at first; they usually suffice. */
const ASKED_FIRST = 3

/** Fewer distinct visitors make no entry. Distinct visitors are known only for kinds that are readings. */
export const findMinVisitors = (kind: EventKind, { settings }: Pick<ListInputs, 'settings'>): number =>
  EVENT_KIND_TABLE[kind].isReading ? settings.minVisitors : 1

/**
 * Adds the visitors of each story's articles; of those that suffice if asked for, since more need not be known.
 * @returns in the order of `counts`
 */
const sumVisitors = async (
  { visitors }: Pick<ListInputs, 'visitors'>,
  counts: readonly StoryCount[],
  window: Window,
  needed: number,
): Promise<number[]> => {
  if (needed <= 1) return counts.map(({ count }) => Math.ceil(count))
  const sums = counts.map(() => 0)
  const ask = async (some: readonly { readonly at: number; readonly article: StoryCount['articles'][number] }[]) => {
    const found = await visitors(
      some.map(({ article }) => article.article),
      window,
    )
    for (const [index, { at }] of some.entries()) sums[at] = (sums[at] ?? 0) + (found[index] ?? 0)
  }
  const list = (from: number, to: number) =>
    counts.flatMap(({ articles }, at) =>
      (sums[at] ?? 0) >= needed ? [] : articles.slice(from, to).map(article => ({ at, article })),
    )
  await ask(list(0, ASKED_FIRST))
  const rest = list(ASKED_FIRST, Number.POSITIVE_INFINITY)
  if (rest.length > 0) await ask(rest)
  return sums
}

/** Those of these stories that the list may show, in the same order. */
export const readCounted = async (
  inputs: Pick<ListInputs, 'candidates' | 'visitors'>,
  counts: readonly StoryCount[],
  window: Window,
  needed: number,
): Promise<Counted[]> => {
  const found = new Map(
    (await inputs.candidates(counts.map(({ story }) => story))).map(candidate => [candidate.story.id, candidate]),
  )
  const shown = counts.filter(({ story }) => found.has(story))
  const visitors = await sumVisitors(inputs, shown, window, needed)
  return shown.flatMap(({ story, count, articles }, index): Counted[] => {
    const candidate = found.get(story)
    if (!candidate) return []
    const own = articles.find(({ article }) => article === candidate.article.id)?.count ?? 0
    return [{ candidate, count, articles: articles.length, own, visitors: visitors[index] ?? 0 }]
  })
}
