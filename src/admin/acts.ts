/**
 * What can be done to sources, by whom it may be: the desk and the command line share this, so that whatever is done is in the audit. Whether
 * one may is decided before.
 */

import { withoutCredentials } from '../feed/redact.ts'
import type { Catalogue } from '../sources/catalogue.ts'
import type { Source, SourceId } from '../sources/source.ts'
import type { Sources } from '../sources/sources.ts'
import type { Actor, Audit } from './audit.ts'

export interface SourceActs {
  /** Asks for a source to be crawled now. @returns id of the job that will */
  crawl(by: Actor, source: Source): Promise<string>
  /** Pauses sources, or has them polled again. */
  setEnabled(by: Actor, ids: readonly SourceId[], enabled: boolean): Promise<void>
  /** Takes sources out of the catalogue and forgets what is known of them. */
  remove(by: Actor, ids: readonly SourceId[]): Promise<void>
}

export interface SourceActParts {
  readonly catalogue: Pick<Catalogue, 'setEnabled' | 'remove'>
  readonly sources: Pick<Sources, 'get' | 'state' | 'forget'>
  readonly recrawl: (id: SourceId) => Promise<string>
  readonly audit: Pick<Audit, 'around' | 'note'>
}

/** A source as the audit may keep it: without what opens a door. */
const shown = (source: Source | undefined): unknown =>
  source === undefined ? null : { ...source, url: withoutCredentials(source.url) }

export const createSourceActs = ({ catalogue, sources, recrawl, audit }: SourceActParts): SourceActs => ({
  async crawl(by, { id }) {
    const { status, lastFetchAt, nextAt } = await sources.state(id)
    return audit.around({ by, what: 'source.crawl', on: id, before: { status, lastFetchAt, nextAt } }, async () => {
      const job = await recrawl(id)
      return { after: { job }, result: job }
    })
  },

  async setEnabled(by, ids, enabled) {
    const what = enabled ? 'source.resume' : 'source.pause'
    const before = ids.map(id => ({ id, enabled: sources.get(id)?.enabled ?? null }))
    await catalogue.setEnabled(ids, enabled)
    for (const { id, ...was } of before) await audit.note({ by, what, on: id, before: was, after: { enabled } })
  },

  async remove(by, ids) {
    const before = ids.map(id => ({ id, was: shown(sources.get(id)) }))
    await catalogue.remove(ids)
    for (const { id, was } of before) {
      await sources.forget(id)
      await audit.note({ by, what: 'source.remove', on: id, before: was })
    }
  },
})
