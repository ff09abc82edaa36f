/**
 * What can be done to sources, by whom it may be: the desk and the command line share this, so that whatever is done is in the audit. Whether
 * one may is decided before.
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

/** What became of a wish to crawl sources now. */
export interface Recrawled {
  /** Ids of the jobs that will. */
  readonly jobs: readonly { readonly source: SourceId; readonly job: string }[]
  /** Those asked for so short a time ago that they were not asked for again, and for how long they will not be, ms. */
  readonly cooling: readonly { readonly source: SourceId; readonly ms: number }[]
}

export interface SourceActs {
  /** Asks for sources to be crawled now. */
  crawl(by: Actor, sources: readonly Source[]): Promise<Recrawled>
  /** How many of them would not be crawled if asked for now. */
  cooling(ids: readonly SourceId[]): Promise<number>
  /** Pauses sources, or has them polled again. */
  setEnabled(by: Actor, ids: readonly SourceId[], enabled: boolean): Promise<void>
  /** Takes sources out of the catalogue and forgets what is known of them. */
  remove(by: Actor, ids: readonly SourceId[]): Promise<void>
  /** @throws CatalogueError where an id is taken */
  add(by: Actor, sources: readonly Source[]): Promise<void>
  /**
   * Says whether the place that a source's address leads to is its publisher's.
   * @param seen where it led when somebody decided; unless given, where it leads now
   */
  decideMove(by: Actor, source: Source, decision: 'accept' | 'refuse', seen?: string): Promise<MoveDecision>
}

/** `to` is where the address led, `items` how many were held; `none` where nothing is, or it leads elsewhere by now. */
export type MoveDecision =
  | { readonly kind: 'accepted' | 'refused'; readonly to: string; readonly items: number }
  | { readonly kind: 'none' }

export interface SourceActParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly catalogue: Pick<Catalogue, 'setEnabled' | 'remove' | 'add'>
  readonly sources: Pick<Sources, 'get' | 'state' | 'forget'>
  /** @param isBehind after whatever else waits: one of many */
  readonly recrawl: (id: SourceId, isBehind: boolean) => Promise<string>
  /** ms for which a source that was asked for by hand is not asked for again; 0 for none. */
  readonly coolDown: () => number
  readonly moves: Readonly<Record<'accept' | 'refuse', (source: Source, seen?: string) => Promise<MoveDecision>>>
  readonly audit: Pick<Audit, 'begin'>
}

/** Of so many at once each has an entry of its own in the audit; of more, as many as fit share one: they would drive everything else out of it. */
const TOLD_SINGLY = 100
/** Characters of ids, and of what stood before, that fit into an entry. */
const FITS = 1_900
/** More of them than this do not go before what waits in the queue. */
const FEW = 5
/** Round trips of one act at a time. */
const AT_ONCE = 100

/** A source as the audit may keep it: without what opens a door. */
const shown = (source: Source | undefined): unknown => (source === undefined ? null : shownSource(source))

interface Told {
  readonly id: SourceId
  readonly before: unknown
  readonly after: unknown
}

/** An entry for each, or, where there are many, for as many as fit: no id and nothing that stood before is left out. (pure) */
const endedOf = (told: readonly Told[]): Ended[] => {
  if (told.length <= TOLD_SINGLY) return told.map(({ id, before, after }) => ({ on: id, before, after }))
  const shared: Told[][] = []
  let room = 0
  for (const each of told) {
    const takes = Math.max(each.id.length + 1, JSON.stringify([each.before, each.after]).length + 4)
    const last = shared.at(-1)
    if (last === undefined || takes > room) {
      shared.push([each])
      room = FITS - takes
    } else {
      last.push(each)
      room -= takes
    }
  }
  return shared.map(some => ({
    on: `${some.length} of ${told.length} sources: ${some.map(({ id }) => id).join(' ')}`,
    before: some.map(({ before }) => before),
    after: some.map(({ after }) => after),
  }))
}

const inTurns = async <In, Out>(all: readonly In[], each: (one: In) => Promise<Out>): Promise<Out[]> => {
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

  /** Writes down what is about to be done to sources, does it, and writes down how it ended. */
  const acted = async <Result>(
    by: Actor,
    what: string,
    ids: readonly SourceId[],
    run: () => Promise<{ readonly told: readonly Told[]; readonly result: Result }>,
  ): Promise<Result> => {
    const on = ids.length === 1 ? String(ids[0]) : `${ids.length} sources: ${ids.join(' ')}`
    const end = await audit.begin({ by, what, on })
    try {
      const { told, result } = await run()
      await end(...endedOf(told))
      return result
    } catch (error) {
      await end({ outcome: failureOf(error) })
      throw error
    }
  }

  return {
    crawl(by, wanted) {
      const ms = coolDown()
      const isBehind = wanted.length > FEW
      const ids = wanted.map(({ id }) => id)
      return acted(by, 'source.crawl', ids, async () => {
        const done = await inTurns(wanted, async ({ id }) => {
          const isTaken = ms === 0 || (await redis.set(coolKey(id), by.name, 'PX', ms, 'NX')) !== null
          const left = isTaken ? 0 : Math.max(1, await redis.pttl(coolKey(id)))
          // What lasts longer than it may was set while the clock of Redis was ahead.
          if (!isTaken && isPlausible(left, 0, ms)) return { kind: 'cooling' as const, source: id, ms: left }
          if (!isTaken) await redis.set(coolKey(id), by.name, 'PX', ms)
          const { status, lastFetchAt, nextAt } = await sources.state(id)
          const before = { status, lastFetchAt, nextAt }
          try {
            return { kind: 'asked' as const, source: id, job: await recrawl(id, isBehind), before }
          } catch (error) {
            // What was not done needs no rest after it.
            await redis.del(coolKey(id))
            throw error
          }
        })
        const jobs = done.filter(each => each.kind === 'asked')
        return {
          told: jobs.map(({ source, job, before }) => ({ id: source, before, after: { job } })),
          result: {
            jobs: jobs.map(({ source, job }) => ({ source, job })),
            cooling: done.filter(each => each.kind === 'cooling').map(({ source, ms: left }) => ({ source, ms: left })),
          },
        }
      })
    },

    async cooling(ids) {
      if (coolDown() === 0) return 0
      const there = await inTurns(ids, id => redis.exists(coolKey(id)))
      return there.filter(Boolean).length
    },

    setEnabled(by, ids, enabled) {
      return acted(by, enabled ? 'source.resume' : 'source.pause', ids, async () => {
        const told = ids.map(id => ({
          id,
          before: { enabled: sources.get(id)?.enabled ?? null },
          after: { enabled },
        }))
        await catalogue.setEnabled(ids, enabled)
        return { told, result: undefined }
      })
    },

    remove(by, ids) {
      return acted(by, 'source.remove', ids, async () => {
        const told = ids.map(id => ({ id, before: shown(sources.get(id)), after: null }))
        await catalogue.remove(ids)
        await inTurns(ids, id => sources.forget(id))
        return { told, result: undefined }
      })
    },

    add(by, added) {
      const ids = added.map(({ id }) => id)
      return acted(by, 'source.add', ids, async () => {
        await catalogue.add(added)
        return { told: added.map(source => ({ id: source.id, before: null, after: shown(source) })), result: undefined }
      })
    },

    decideMove(by, source, decision, seen) {
      return acted(by, `source.${decision}`, [source.id], async () => {
        const result = await moves[decision](source, seen)
        const after = result.kind === 'none' ? result : { ...result, to: withoutCredentials(result.to) }
        return { told: [{ id: source.id, before: null, after }], result }
      })
    },
  }
}
