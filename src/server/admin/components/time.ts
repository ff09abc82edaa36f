/** Times as people read them: how long ago, with the exact time for whoever wants it. (pure) */

import { formatDuration } from '../../../util/duration.ts'
import { type Html, html } from './html.ts'

/** @returns such as `1 source`, `12 sources` */
export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** @param at ms since the epoch; null for what never was */
export const when = (at: number | null, now: number): Html => {
  if (at === null) return html`never`
  const exact = new Date(at).toISOString()
  return html`<time datetime="${exact}" title="${exact}">${at <= now ? `${formatDuration(now - at)} ago` : `in ${formatDuration(at - now)}`}</time>`
}

/** When something is to come, or that it should have come by now. */
export const dueAt = (at: number, now: number): Html => (at <= now ? html`due, ${when(at, now)}` : when(at, now))
