/** What is told after actions on sources. */

import type { Source } from '../../../../domain/source.ts'
import { formatDuration } from '../../../../util/duration.ts'
import { type Html, html } from '../../components/html.ts'
import { plural } from '../../components/time.ts'
import type { PageParts } from '../../web/parts.ts'
import type { Action } from './selection.ts'

/** The outcome so far of a re-crawl that was requested at `since`, ms since the epoch. */
export const describeCrawl = async (
  sources: Pick<PageParts['sources'], 'history'>,
  { id, name }: Source,
  since: number,
): Promise<Html> => {
  const [latest] = await sources.history(id)
  const status = latest && latest.status > 0 ? `, ${latest.status}` : ''
  // Fetch times are stored to the second.
  const isOver = latest !== undefined && latest.at >= Math.floor(since / 1_000) * 1_000
  const message = !isOver
    ? `${name} is being crawled again.`
    : latest.outcome === 'failed'
      ? `${name} was crawled again and failed: ${latest.reason}${status}.`
      : `${name} was crawled again: ${latest.outcome}${status}, ${latest.items} new.`
  return html`<span data-key="${id}">${message}</span>`
}

export const describeCooling = (name: string, gap: number): string =>
  `${name} was already re-crawled within the last ${formatDuration(gap)}; try again later.`

/** The outcome of a decision on a new address. */
export const describeDecision = (kind: 'accepted' | 'refused' | 'none', items: number): string => {
  switch (kind) {
    case 'accepted':
      return `Accepted: ${items} held items are being ingested.`
    case 'refused':
      return `Refused: ${items} held items were deleted, and nothing from there will be ingested.`
    case 'none':
      return 'Nothing was done: nothing is held any more, or the address now leads to another domain.'
  }
}

const DONE: Readonly<Record<Action, string>> = {
  crawl: 'being crawled again',
  pause: 'paused',
  resume: 'being polled again',
  remove: 'removed',
}

/**
 * The outcome of an action on several sources.
 * @param names of those it was done to @param cooling how many were skipped @param gap ms
 */
export const describeBulk = (act: Action, names: readonly string[], cooling: number, gap: number): string => {
  const [only] = names
  const which = names.length === 1 && only !== undefined ? `${only} is` : `${plural(names.length, 'source')} are`
  const skipped = `${cooling} more ${cooling === 1 ? 'was' : 'were'} skipped, having been re-crawled within the last ${formatDuration(gap)}.`
  return `${which} ${DONE[act]}.${cooling > 0 ? ` ${skipped}` : ''}`
}
