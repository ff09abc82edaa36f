/**
 * Reads a body from quarantine again with the current code, as if it had just been fetched, and queues its new items as
 * a crawl does. The source's schedule and validators stay as they are, since nothing was fetched. Running it again
 * ingests nothing twice.
 */

import type { SourceId } from '../src/domain/source.ts'
import { contentSettings } from '../src/feeds/content/build-content.ts'
import { readNewItems } from '../src/sources/items/read-new-items.ts'
import { isTrusted } from '../src/sources/state/places.ts'
import type { JobContext } from './context.ts'
import { detectNewItems } from './detect-new.ts'
import { hold } from './retry-quarantined.ts'

export interface ReplayedBody {
  readonly source: SourceId
  readonly body: string
  /**
   * `read`: its items are queued and it has been removed from quarantine. Otherwise it stays there, unless it is
   * `gone`.
   */
  readonly outcome: 'read' | 'unreadable' | 'gone' | 'no-source'
  readonly detail: string
  readonly items: number
  readonly new: number
  readonly edited: number
}

export type ReplayContext = Pick<JobContext, 'sources' | 'urls' | 'settings' | 'addArticles' | 'now'>

const NONE_KNOWN: ReadonlySet<string> = new Set()

export const replay = async (
  sourceId: SourceId,
  bodyId: string,
  { sources, urls, settings, addArticles, now }: ReplayContext,
): Promise<ReplayedBody> => {
  const answer = (
    outcome: ReplayedBody['outcome'],
    detail: string,
    more: Partial<ReplayedBody> = {},
  ): ReplayedBody => ({
    ...{ source: sourceId, body: bodyId, outcome, detail, items: 0, new: 0, edited: 0 },
    ...more,
  })
  const source = await sources.find(sourceId)
  if (!source) return answer('no-source', `${sourceId} is no longer in the catalogue: drop its quarantined bodies`)
  const kept = (await sources.quarantine.bodies(sourceId)).find(({ id }) => id === bodyId)
  const body = kept ? await sources.quarantine.read(sourceId, bodyId) : null
  if (!kept || !body) return answer('gone', 'it is no longer in quarantine')

  const { crawl, articles } = settings()
  const { maxItems, batch } = crawl
  const content = contentSettings(source, articles)
  const read = await readNewItems(body, {
    ...{ known: NONE_KNOWN, contentType: kept.contentType, url: kept.url, maxItems },
    withContent: content.keep !== 'off',
  })
  if (read.kind === 'not-a-feed') return answer('unreadable', read.detail)
  const carried = read.feed.items.length
  const state = await sources.state(sourceId)
  const { batches, newItems, edited, learn } = await detectNewItems(
    source,
    state,
    { feed: read.feed, carried, bodyHash: `replay ${bodyId}` },
    { sources, urls, most: batch, content, now },
  )
  if (!isTrusted(source, state, kept.url)) {
    await hold(source, { to: kept.url, isPermanent: false }, batches, { sources, now })
    await sources.quarantine.drop(sourceId, bodyId)
    return answer('read', `its items are held: they came from ${kept.url}`, { items: carried })
  }
  await learn()
  await addArticles(batches)
  await sources.quarantine.drop(sourceId, bodyId)
  return answer('read', `${carried} items, ${newItems} new, ${edited} edited`, {
    items: carried,
    new: newItems,
    edited,
  })
}
