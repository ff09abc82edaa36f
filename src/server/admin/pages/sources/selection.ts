/** Which sources one wants something done to, as the address of a page or a form says it. (pure) */

import { z } from 'zod'
import { type Listed, SourcesQuery } from './query.ts'

export const ACTS = ['crawl', 'pause', 'resume', 'remove'] as const
export type Act = (typeof ACTS)[number]
export const ACT_NAMES: Readonly<Record<Act, string>> = {
  crawl: 'Re-crawl',
  pause: 'Pause',
  resume: 'Resume',
  remove: 'Remove',
}

/** Ids that fit in one choice; more are chosen by a filter. */
const MOST_TICKED = 500

export const Choice = z.object({
  do: z.enum(ACTS),
  which: z.enum(['ticked', 'found']).catch('ticked').default('ticked'),
  id: z
    .union([z.string().transform(id => [id]), z.array(z.string()).max(MOST_TICKED)])
    .catch([])
    .default([]),
  filter: SourcesQuery,
})
export type Choice = z.infer<typeof Choice>

/** @param fields of a query or form @returns null where it does not say what is to be done */
export const readChoice = (fields: unknown): Choice | null => {
  const said = typeof fields === 'object' && fields !== null ? fields : {}
  const parsed = Choice.safeParse({ ...said, filter: SourcesQuery.parse(said) })
  return parsed.success ? parsed.data : null
}

export interface Chosen {
  /** Those to which it makes a difference. */
  readonly to: readonly Listed[]
  /** Left as they are: paused ones are not crawled, and none is paused or resumed twice. */
  readonly left: number
}

/** @param all of the catalogue @param found those of them that the filter finds */
export const chosenOf = ({ do: act, which, id }: Choice, all: readonly Listed[], found: readonly Listed[]): Chosen => {
  const ids = new Set(id)
  const wanted = which === 'found' ? found : all.filter(({ source }) => ids.has(source.id))
  const fits = ({ source }: Listed): boolean =>
    act === 'remove' || (act === 'resume' ? !source.enabled : source.enabled)
  const to = wanted.filter(fits)
  return { to, left: wanted.length - to.length }
}

/** The choice once more, as fields of a form. */
export const fieldsOf = ({ do: act, which, id, filter }: Choice): readonly (readonly [string, string])[] => {
  const { q, state, reason, section } = filter
  return [
    ['do', act],
    ['which', which],
    ...(which === 'ticked' ? id.map(each => ['id', each] as const) : Object.entries({ q, state, reason, section })),
  ]
}
