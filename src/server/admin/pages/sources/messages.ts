/** The outcome of the last action, always in our own words, whatever the URL says. */

import type { Request } from 'express'
import type { Source } from '../../../../domain/source.ts'
import { formatDuration } from '../../../../util/duration.ts'
import { type Html, html } from '../../components/html.ts'
import type { PageParts } from '../../web/parts.ts'
import { textOf } from '../../web/respond.ts'

export type MessageParts = Pick<PageParts, 'sources' | 'recrawlGap'>

/** When a re-crawl was requested, as the URL says; 0 without it. */
export const readSince = (request: Request): number => Number(textOf(request.query, 'since')) || 0

/** The outcome of a re-crawl that was requested at `since`. */
export const describeCrawl = async (
  sources: MessageParts['sources'],
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

/** The outcome of a decision on a new address. */
const describeDecision = ({ query }: Request): string | null => {
  const items = Number.parseInt(textOf(query, 'items'), 10) || 0
  switch (textOf(query, 'decided')) {
    case 'accepted':
      return `Accepted: ${items} held items are being ingested.`
    case 'refused':
      return `Refused: ${items} held items were deleted, and nothing from there will be ingested.`
    case 'none':
      return 'Nothing was done: nothing is held any more, or the address now leads to another domain.'
    default:
      return null
  }
}

/** The outcome of an action on several sources. */
const describeBulk = ({ query }: Request, coolDown: string): string | null => {
  const number = (name: string) => Number.parseInt(textOf(query, name), 10) || 0
  const [count, cooling] = [number('count'), number('cooling')]
  const those = count === 1 ? '1 source is' : `${count} sources are`
  switch (textOf(query, 'did')) {
    case 'crawl':
      return `${those} being crawled again.${cooling > 0 ? ` ${cooling} more ${cooling === 1 ? 'was' : 'were'} skipped, having been re-crawled within the last ${coolDown}.` : ''}`
    case 'pause':
      return `${those} paused.`
    case 'resume':
      return `${those} being polled again.`
    case 'add':
      return `${count === 1 ? '1 source was' : `${count} sources were`} added.`
    case 'remove':
      return `${those} removed.`
    default:
      return null
  }
}

/** @returns null if the URL names no action */
export const describeLastAction = async (
  request: Request,
  { sources, recrawlGap }: MessageParts,
): Promise<Html | string | null> => {
  const decided = describeDecision(request)
  if (decided !== null) return decided
  const source = sources.get(textOf(request.query, 'crawling'))
  const coolDown = formatDuration(recrawlGap())
  if (!source) return describeBulk(request, coolDown)
  if (textOf(request.query, 'cooling'))
    return `${source.name} was already re-crawled within the last ${coolDown}; try again later.`
  const since = readSince(request)
  return html`<div id="asked" data-watch="sources" data-watch-from="/sources/-/asked?since=${since}">${await describeCrawl(sources, source, since)}</div>`
}
