/** Times as people read them: how long ago, with the exact time as a tooltip. (pure) */

import { formatDuration } from '../../../util/duration.ts'
import { type Html, html } from './html.ts'

/** @returns such as `1 source`, `12 sources` */
export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** @param at ms since the epoch; null for never */
export const when = (at: number | null, now: number): Html => {
  if (at === null) return html`never`
  const exact = new Date(at).toISOString()
  return html`<time datetime="${exact}" title="${exact}">${at <= now ? `${formatDuration(now - at)} ago` : `in ${formatDuration(at - now)}`}</time>`
}

/** When something is due, or that it is overdue. */
export const dueAt = (at: number, now: number): Html => (at <= now ? html`due, ${when(at, now)}` : when(at, now))
