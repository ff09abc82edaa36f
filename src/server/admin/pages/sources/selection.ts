/** The selected sources and action, as encoded in a URL or form. (pure) */

import { z } from 'zod'
import { type Listed, SourcesQuery } from './query.ts'

export const ACTIONS = ['crawl', 'pause', 'resume', 'remove'] as const
export type Action = (typeof ACTIONS)[number]
export const ACTION_NAMES: Readonly<Record<Action, string>> = {
  crawl: 'Re-crawl',
  pause: 'Pause',
  resume: 'Resume',
  remove: 'Remove',
}

/** Maximum number of ticked sources; larger selections use the filter. */
const MAX_TICKED = 500

export const BulkChoice = z.object({
  do: z.enum(ACTIONS),
  which: z.enum(['ticked', 'found']).catch('ticked').default('ticked'),
  id: z
    .union([z.string().transform(id => [id]), z.array(z.string()).max(MAX_TICKED)])
    .catch([])
    .default([]),
  filter: SourcesQuery,
})
export type BulkChoice = z.infer<typeof BulkChoice>

/** @param fields of a query or form @returns null if they name no action */
export const readChoice = (fields: unknown): BulkChoice | null => {
  const given = typeof fields === 'object' && fields !== null ? fields : {}
  const parsed = BulkChoice.safeParse({ ...given, filter: SourcesQuery.parse(given) })
  return parsed.success ? parsed.data : null
}

export interface ChosenSources {
  /** Sources that the action changes. */
  readonly to: readonly Listed[]
  /** Number of sources skipped: paused ones are not crawled, and none is paused or resumed twice. */
  readonly left: number
}

/** @param all sources of the catalogue @param found those that match the filter */
export const chooseSources = (
  { do: act, which, id }: BulkChoice,
  all: readonly Listed[],
  found: readonly Listed[],
): ChosenSources => {
  const ids = new Set(id)
  const wanted = which === 'found' ? found : all.filter(({ source }) => ids.has(source.id))
  const fits = ({ source }: Listed): boolean =>
    act === 'remove' || (act === 'resume' ? !source.enabled : source.enabled)
  const to = wanted.filter(fits)
  return { to, left: wanted.length - to.length }
}

/** The choice as fields of a form. */
export const toFields = ({ do: act, which, id, filter }: BulkChoice): readonly (readonly [string, string])[] => {
  const { q, state, reason, section } = filter
  return [
    ['do', act],
    ['which', which],
    ...(which === 'ticked' ? id.map(each => ['id', each] as const) : Object.entries({ q, state, reason, section })),
  ]
}
