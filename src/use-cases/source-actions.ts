/**
 * Actions on sources, shared by the admin UI and the command line, so that every action is in the audit. Permissions
 * are checked before.
 */

import type { Source, SourceId } from '../domain/source.ts'
import type { Catalogue, SourceSettings, StandingSource } from '../sources/catalogue/catalogue.ts'
import { shownSource } from '../sources/state/public-view.ts'
import type { Sources } from '../sources/store/sources.ts'
import { withoutCredentials } from '../util/redact.ts'
import { groupEntries, type SourceChange } from './audit-changes.ts'
import type { Actor, Audit } from './audit-log.ts'
import { createRecrawl, inChunks, type Recrawled, type RecrawlParts } from './recrawl.ts'

export interface SourceActions {
  /** Queues a re-crawl of sources. */
  crawl(by: Actor, sources: readonly Source[]): Promise<Recrawled>
  /** How many of them are cooling down. */
  cooling(ids: readonly SourceId[]): Promise<number>
  /** Pauses or resumes sources. */
  setEnabled(by: Actor, ids: readonly SourceId[], enabled: boolean): Promise<void>
  /** Removes sources from the catalogue and deletes what is stored about them. */
  remove(by: Actor, ids: readonly SourceId[]): Promise<void>
  /** Changes settings of a source. @throws CatalogueError if there is no such source */
  edit(by: Actor, id: SourceId, settings: SourceSettings): Promise<void>
  /** What undoes a change of these sources, read before it. */
  capture(ids: readonly SourceId[]): Promise<readonly StandingSource[]>
  /**
   * Restores sources as they were captured.
   * @param expected what must stand now; null if they must be gone
   * @throws CatalogueError if something else stands
   */
  restore(by: Actor, standing: readonly StandingSource[], expected: readonly StandingSource[] | null): Promise<void>
  /** @throws CatalogueError where an id is taken */
  add(by: Actor, sources: readonly Source[]): Promise<void>
  /**
   * Accepts or refuses the domain that a source's address leads to.
   * @param seen the address that the decision is about; by default the current one
   */
  decideMove(by: Actor, source: Source, decision: 'accept' | 'refuse', seen?: string): Promise<MoveDecision>
}

/**
 * `to` is where the address led, `items` how many items were held; `none` if nothing is held, or the address now leads
 * elsewhere.
 */
export type MoveDecision =
  | { readonly kind: 'accepted' | 'refused'; readonly to: string; readonly items: number }
  | { readonly kind: 'none' }

export interface SourceActionParts extends RecrawlParts {
  readonly catalogue: Pick<Catalogue, 'setEnabled' | 'remove' | 'add' | 'edit' | 'capture' | 'restore'>
  readonly sources: Pick<Sources, 'get' | 'state' | 'forget'>
  readonly moves: Readonly<Record<'accept' | 'refuse', (source: Source, seen?: string) => Promise<MoveDecision>>>
  readonly audit: Pick<Audit, 'around'>
}

/** A source as the audit stores it: without credentials. */
const shown = (source: Source | undefined): unknown => (source === undefined ? null : shownSource(source))

export const createSourceActions = (parts: SourceActionParts): SourceActions => {
  const { catalogue, sources, moves, audit } = parts
  const recrawl = createRecrawl(parts)
  const describe = (by: Actor, what: string, ids: readonly SourceId[]) => ({
    ...{ by, what },
    on: ids.length === 1 ? String(ids[0]) : `${ids.length} sources: ${ids.join(' ')}`,
  })
  const change = (by: Actor, what: string, changes: readonly SourceChange[], run: () => Promise<void>): Promise<void> =>
    audit.around(
      describe(
        by,
        what,
        changes.map(({ id }) => id),
      ),
      run,
      () => groupEntries(changes),
    )

  return {
    async crawl(by, wanted) {
      const action = describe(
        by,
        'source.crawl',
        wanted.map(({ id }) => id),
      )
      const run = () => recrawl.run(wanted)
      return (await audit.around(action, run, ({ changes }) => groupEntries(changes))).result
    },

    cooling: recrawl.countCooling,

    setEnabled(by, ids, enabled) {
      const before = (id: SourceId) => ({ enabled: sources.get(id)?.enabled ?? null })
      const changes = ids.map(id => ({ id, before: before(id), after: { enabled } }))
      return change(by, enabled ? 'source.resume' : 'source.pause', changes, () => catalogue.setEnabled(ids, enabled))
    },

    remove(by, ids) {
      const changes = ids.map(id => ({ id, before: shown(sources.get(id)), after: null }))
      return change(by, 'source.remove', changes, async () => {
        await catalogue.remove(ids)
        await inChunks(ids, id => sources.forget(id))
      })
    },

    add(by, added) {
      const changes = added.map(source => ({ id: source.id, before: null, after: shown(source) }))
      return change(by, 'source.add', changes, () => catalogue.add(added))
    },

    capture: catalogue.capture,

    edit: (by, id, settings) =>
      audit.around(
        { ...describe(by, 'source.edit', [id]), before: shown(sources.get(id)) },
        () => catalogue.edit(id, settings),
        () => ({ after: shown(sources.get(id)) }),
      ),

    restore(by, standing, expected) {
      const ids = standing.map(({ id }) => id)
      const before = new Map(ids.map(id => [id, shown(sources.get(id))]))
      return audit.around(
        describe(by, 'source.restore', ids),
        () => catalogue.restore(standing, expected),
        () => groupEntries(ids.map(id => ({ id, before: before.get(id), after: shown(sources.get(id)) }))),
      )
    },

    decideMove: (by, source, decision, seen) =>
      audit.around(
        describe(by, `source.${decision}`, [source.id]),
        () => moves[decision](source, seen),
        result => ({ after: result.kind === 'none' ? result : { ...result, to: withoutCredentials(result.to) } }),
      ),
  }
}
