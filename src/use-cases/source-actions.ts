/**
 * Actions on sources, shared by the admin UI and the command line, so that every action is in the audit. Permissions
 * are checked before.
 */

import type { Redis } from 'ioredis'
import type { Source, SourceId } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import type { Catalogue } from '../sources/catalogue/catalogue.ts'
import { shownSource } from '../sources/state/public-view.ts'
import type { Sources } from '../sources/store/sources.ts'
import { isPlausible } from '../util/plausible-time.ts'
import { withoutCredentials } from '../util/redact.ts'
import { chunk } from '../util/slices.ts'
import { type Actor, type Audit, type Ended, failureOf } from './audit-log.ts'

/** The result of a request to crawl sources now. */
export interface Recrawled {
  /** Ids of the jobs queued. */
  readonly jobs: readonly { readonly source: SourceId; readonly job: string }[]
  /** Sources that are cooling down after their last re-crawl and were left out, and for how much longer, ms. */
  readonly cooling: readonly { readonly source: SourceId; readonly ms: number }[]
}

export interface SourceActs {
  /** Queues a re-crawl of sources. */
  crawl(by: Actor, sources: readonly Source[]): Promise<Recrawled>
  /** How many of them are cooling down. */
  cooling(ids: readonly SourceId[]): Promise<number>
  /** Pauses or resumes sources. */
  setEnabled(by: Actor, ids: readonly SourceId[], enabled: boolean): Promise<void>
  /** Removes sources from the catalogue and deletes what is stored about them. */
  remove(by: Actor, ids: readonly SourceId[]): Promise<void>
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

export interface SourceActParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly catalogue: Pick<Catalogue, 'setEnabled' | 'remove' | 'add'>
  readonly sources: Pick<Sources, 'get' | 'state' | 'forget'>
  /** @param isBehind queued behind other waiting crawls, as one of many */
  readonly recrawl: (id: SourceId, isBehind: boolean) => Promise<string>
  /** ms for which a source is not re-crawled again; 0 for no limit. */
  readonly coolDown: () => number
  readonly moves: Readonly<Record<'accept' | 'refuse', (source: Source, seen?: string) => Promise<MoveDecision>>>
  readonly audit: Pick<Audit, 'begin'>
}

/**
 * Up to this many sources of one action get an audit entry each. Above, as many as fit share one: otherwise they would
 * push everything else out of the audit.
 */
const MAX_SINGLE_ENTRIES = 100
/** Characters of ids and of former values that fit into an entry. */
const ENTRY_CAPACITY = 1_900
/** Up to this many sources are crawled before what waits in the queue. */
const MAX_URGENT = 5
/** Concurrent round trips of one action. */
const AT_ONCE = 100

/** A source as the audit stores it: without credentials. */
const shown = (source: Source | undefined): unknown => (source === undefined ? null : shownSource(source))

interface Change {
  readonly id: SourceId
  readonly before: unknown
  readonly after: unknown
}

/** An entry for each change, or, if there are many, for as many as fit: no id and no former value is left out. */
const groupEntries = (changes: readonly Change[]): Ended[] => {
  if (changes.length <= MAX_SINGLE_ENTRIES) return changes.map(({ id, before, after }) => ({ on: id, before, after }))
  const shared: Change[][] = []
  let capacity = 0
  for (const each of changes) {
    const length = Math.max(each.id.length + 1, JSON.stringify([each.before, each.after]).length + 4)
    const last = shared.at(-1)
    if (last === undefined || length > capacity) {
      shared.push([each])
      capacity = ENTRY_CAPACITY - length
    } else {
      last.push(each)
      capacity -= length
    }
  }
  return shared.map(some => ({
    on: `${some.length} of ${changes.length} sources: ${some.map(({ id }) => id).join(' ')}`,
    before: some.map(({ before }) => before),
    after: some.map(({ after }) => after),
  }))
}

const inChunks = async <In, Out>(all: readonly In[], each: (one: In) => Promise<Out>): Promise<Out[]> => {
  const out: Out[] = []
  for (const some of chunk(all, AT_ONCE)) out.push(...(await Promise.all(some.map(each))))
  return out
}

export const createSourceActs = ({
  redis,
  keys,
  catalogue,
  sources,
  recrawl,
  coolDown,
  moves,
  audit,
}: SourceActParts): SourceActs => {
  const coolKey = (id: SourceId) => keys.admin(`recrawled:${id}`)

  /** Records the action in the audit, runs it, and records how it ended. */
  const runAudited = async <Result>(
    by: Actor,
    what: string,
    ids: readonly SourceId[],
    run: () => Promise<{ readonly changes: readonly Change[]; readonly result: Result }>,
  ): Promise<Result> => {
    const on = ids.length === 1 ? String(ids[0]) : `${ids.length} sources: ${ids.join(' ')}`
    const end = await audit.begin({ by, what, on })
    try {
      const { changes, result } = await run()
      await end(...groupEntries(changes))
      return result
    } catch (error) {
      await end({ outcome: failureOf(error) })
      throw error
    }
  }

  return {
    crawl(by, wanted) {
      const ms = coolDown()
      const isBehind = wanted.length > MAX_URGENT
      const ids = wanted.map(({ id }) => id)
      return runAudited(by, 'source.crawl', ids, async () => {
        const done = await inChunks(wanted, async ({ id }) => {
          const isTaken = ms === 0 || (await redis.set(coolKey(id), by.name, 'PX', ms, 'NX')) !== null
          const left = isTaken ? 0 : Math.max(1, await redis.pttl(coolKey(id)))
          // A longer cool-down than configured was set while the clock of Redis was ahead.
          if (!isTaken && isPlausible(left, 0, ms)) return { kind: 'cooling' as const, source: id, ms: left }
          if (!isTaken) await redis.set(coolKey(id), by.name, 'PX', ms)
          const { status, lastFetchAt, nextAt } = await sources.state(id)
          const before = { status, lastFetchAt, nextAt }
          try {
            return { kind: 'asked' as const, source: id, job: await recrawl(id, isBehind), before }
          } catch (error) {
            // The crawl was not queued, so there is nothing to cool down from.
            await redis.del(coolKey(id))
            throw error
          }
        })
        const jobs = done.filter(each => each.kind === 'asked')
        return {
          changes: jobs.map(({ source, job, before }) => ({ id: source, before, after: { job } })),
          result: {
            jobs: jobs.map(({ source, job }) => ({ source, job })),
            cooling: done.filter(each => each.kind === 'cooling').map(({ source, ms: left }) => ({ source, ms: left })),
          },
        }
      })
    },

    async cooling(ids) {
      if (coolDown() === 0) return 0
      const there = await inChunks(ids, id => redis.exists(coolKey(id)))
      return there.filter(Boolean).length
    },

    setEnabled(by, ids, enabled) {
      return runAudited(by, enabled ? 'source.resume' : 'source.pause', ids, async () => {
        const changes = ids.map(id => ({
          id,
          before: { enabled: sources.get(id)?.enabled ?? null },
          after: { enabled },
        }))
        await catalogue.setEnabled(ids, enabled)
        return { changes, result: undefined }
      })
    },

    remove(by, ids) {
      return runAudited(by, 'source.remove', ids, async () => {
        const changes = ids.map(id => ({ id, before: shown(sources.get(id)), after: null }))
        await catalogue.remove(ids)
        await inChunks(ids, id => sources.forget(id))
        return { changes, result: undefined }
      })
    },

    add(by, added) {
      const ids = added.map(({ id }) => id)
      return runAudited(by, 'source.add', ids, async () => {
        await catalogue.add(added)
        return {
          changes: added.map(source => ({ id: source.id, before: null, after: shown(source) })),
          result: undefined,
        }
      })
    },

    decideMove(by, source, decision, seen) {
      return runAudited(by, `source.${decision}`, [source.id], async () => {
        const result = await moves[decision](source, seen)
        const after = result.kind === 'none' ? result : { ...result, to: withoutCredentials(result.to) }
        return { changes: [{ id: source.id, before: null, after }], result }
      })
    },
  }
}
