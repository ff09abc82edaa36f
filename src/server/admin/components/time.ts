/** Times as people read them: how long ago, with the exact time for whoever wants it. (pure) */

import { type Html, html } from './html.ts'

export const span = (ms: number): string => {
  const size = Math.abs(ms)
  return size < 90_000
    ? `${Math.round(size / 1_000)} s`
    : size < 5_400_000
      ? `${Math.round(size / 60_000)} min`
      : size < 172_800_000
        ? `${Math.round(size / 3_600_000)} h`
        : `${Math.round(size / 86_400_000)} d`
}

/** @returns such as `1 source`, `12 sources` */
export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** @param at ms since the epoch; null for what never was */
export const when = (at: number | null, now: number): Html => {
  if (at === null) return html`never`
  const exact = new Date(at).toISOString()
  return html`<time datetime="${exact}" title="${exact}">${at <= now ? `${span(now - at)} ago` : `in ${span(at - now)}`}</time>`
}

/** When something is to come, or that it should have come by now. */
export const dueAt = (at: number, now: number): Html => (at <= now ? html`due, ${when(at, now)}` : when(at, now))
