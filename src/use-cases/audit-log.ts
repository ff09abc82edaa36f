/**
 * Who did what, when, to what, and what stood before and after: bounded streams, written by the desk and by the command line, never changed. An
 * action that failed is in it, too, and one that was begun by a process that then died. Whoever may not act cannot push out what was done:
 * log-ins and log-outs have a stream of their own, and refusals are only counted (refusals.ts). (docs/decisions/0020)
 */

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../redis/keys.ts'
import { compareStreamIds, timestampOfStreamId } from '../redis/stream-id.ts'
import { hashSecret } from '../util/hash.ts'
import { findNetwork } from '../util/ip-network.ts'

/** Who acts, as the audit names it. */
export interface Actor {
  /** A user, `token:<name>`, or `cli:<user of the machine>`. */
  readonly name: string
  /** Address it came from; null for the command line. */
  readonly from: string | null
}

const Kept = z.object({
  who: z.string(),
  from: z.string(),
  what: z.string(),
  on: z.string(),
  before: z.string(),
  after: z.string(),
  outcome: z.string(),
})

export interface AuditEntry extends z.infer<typeof Kept> {
  /** Id in its stream; of who came and went it ends in v, since both streams may have the same. */
  readonly id: string
  /** ms since the epoch. */
  readonly at: number
}

export interface Action {
  readonly by: Actor
  /** What kind of thing and what was done, such as `source.pause`. */
  readonly what: string
  /** Id of what it was done to; empty where there is none. */
  readonly on: string
  readonly before?: unknown
}

/** How an action ended: what differs from how it was begun. */
export interface Ended extends Partial<Pick<Action, 'on' | 'before'>> {
  readonly after?: unknown
  /** `done` unless given, or why not. */
  readonly outcome?: string
}

export interface AuditFilter {
  /** Texts that must be within who, what and on; empty for any. */
  readonly who: string
  readonly what: string
  readonly on: string
}

export interface Audit {
  /**
   * Writes down what is about to be done, so that it is known also where this process dies before it is.
   * @returns writes down how it ended, as one entry or several
   */
  begin(action: Action): Promise<(...ended: readonly Ended[]) => Promise<void>>
  /** Writes down that a user came or went: at most once a minute from one network. */
  visit(by: Actor, what: 'log-in' | 'log-out'): Promise<void>
  /** Does it and writes it down, also where it throws. @param run returns what stands afterwards, and its result */
  around<Result>(
    action: Action,
    run: () => Promise<{ readonly after: unknown; readonly result: Result }>,
  ): Promise<Result>
  /**
   * Latest first.
   * @param before id of an entry: only older ones; null from the latest on
   * @returns at most `most`, and whether there may be more
   */
  read(
    filter: AuditFilter,
    before: string | null,
    most: number,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly more: boolean }>
}

const MOST = 10_000
/** ms after which an action that was begun and did not end is taken for one whose process died. */
const ABANDONED = 10 * 60_000
const VISITS_EACH = 60_000
/** Characters of what stood before or after: enough for the settings of a source. */
const LONGEST = 2_000
/** Entries read at a time while looking for those wanted. */
const PAGE = 500

const text = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, LONGEST)

/** An id as Redis gives them; whatever else an address holds is none. */
export const isStreamId = (id: string): boolean => /^\d{1,16}-\d{1,16}v?$/.test(id)

const entryOf = ([id, fields]: [string, string[]]): AuditEntry[] => {
  const parsed = Kept.safeParse(
    Object.fromEntries(Array.from({ length: fields.length / 2 }, (_, at) => [fields[at * 2], fields[at * 2 + 1]])),
  )
  return parsed.success ? [{ id, at: timestampOfStreamId(id), ...parsed.data }] : []
}

type Fields = z.infer<typeof Kept>

const fieldsOf = ({ by, what, on, before }: Action, ended: Ended = {}): Fields => ({
  who: by.name,
  from: by.from ?? '',
  what,
  on: text(ended.on ?? on),
  before: text(ended.before ?? before),
  after: text(ended.after),
  outcome: text(ended.outcome ?? 'done'),
})

const Begun = z.object({ at: z.number(), fields: Kept })

/** Newest first, by time and number; where both streams have the same, what was done before who came. */
const newestFirst = ({ id: a }: AuditEntry, { id: b }: AuditEntry): number =>
  compareStreamIds(b.replace('v', ''), a.replace('v', '')) || a.length - b.length

export interface AuditParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms since the epoch. */
  readonly now: () => number
}

export const createAudit = ({ redis, keys, now }: AuditParts): Audit => {
  const begunKey = keys.admin('acting')
  const entryArgs = (fields: Fields) => ['MAXLEN', '~', MOST, '*', ...Object.entries(fields).flat()] as const

  const begin: Audit['begin'] = async action => {
    const id = randomUUID()
    await redis.hset(begunKey, id, JSON.stringify({ at: now(), fields: fieldsOf(action) }))
    return async (...ended) => {
      const work = redis.multi()
      for (const each of ended) work.xadd(keys.audit(), ...entryArgs(fieldsOf(action, each)))
      await work.hdel(begunKey, id).exec()
    }
  }

  /** Writes down those that were begun long ago and never ended. */
  const settle = async (): Promise<void> => {
    const begun = Object.entries(await redis.hgetall(begunKey))
    for (const [id, json] of begun) {
      const { at, fields } = Begun.parse(JSON.parse(json))
      // One that seems to be begun long after now was begun by a clock that was ahead.
      if (Math.abs(now() - at) < ABANDONED) continue
      const outcome = `not known: begun at ${new Date(at).toISOString()}, and its process died`
      // Of two that find it at once, one writes.
      if ((await redis.set(keys.admin(`settling:${id}`), '', 'PX', VISITS_EACH, 'NX')) === null) continue
      await redis
        .multi()
        .xadd(keys.audit(), ...entryArgs({ ...fields, outcome }))
        .hdel(begunKey, id)
        .exec()
    }
  }

  /** So many entries of one stream that are wanted, latest first. @param mark what follows their ids */
  const readFrom = async (
    key: string,
    mark: '' | 'v',
    wanted: (entry: AuditEntry) => boolean,
    before: string | null,
    most: number,
  ): Promise<AuditEntry[]> => {
    const entries: AuditEntry[] = []
    // What has the same id in the other stream stands before those marked.
    const isShown = before !== null && mark === 'v' && !before.endsWith('v')
    let from = before === null ? '+' : `${isShown ? '' : '('}${before.replace('v', '')}`
    for (;;) {
      const page = await redis.xrevrange(key, from, '-', 'COUNT', PAGE)
      for (const entry of page.flatMap(entryOf)) {
        if (!wanted(entry)) continue
        entries.push({ ...entry, id: `${entry.id}${mark}` })
        if (entries.length === most) return entries
      }
      const last = page.at(-1)
      if (page.length < PAGE || !last) return entries
      from = `(${last[0]}`
    }
  }

  return {
    begin,
    async visit(by, what) {
      const often = keys.admin(`visited:${hashSecret([what, by.name, findNetwork(by.from ?? '')].join(' '))}`)
      if ((await redis.set(often, '', 'PX', VISITS_EACH, 'NX')) === null) return
      await redis.xadd(keys.auditVisits(), ...entryArgs(fieldsOf({ by, what, on: by.name })))
    },
    async around(action, run) {
      const end = await begin(action)
      try {
        const { after, result } = await run()
        await end({ after })
        return result
      } catch (error) {
        await end({ outcome: failureOf(error) })
        throw error
      }
    },
    async read(filter, before, most) {
      await settle()
      const wanted = (entry: AuditEntry) =>
        (['who', 'what', 'on'] as const).every(field =>
          entry[field].toLowerCase().includes(filter[field].toLowerCase()),
        )
      const found = await Promise.all([
        readFrom(keys.audit(), '', wanted, before, most + 1),
        readFrom(keys.auditVisits(), 'v', wanted, before, most + 1),
      ])
      const entries = found.flat().sort(newestFirst)
      return { entries: entries.slice(0, most), more: entries.length > most }
    },
  }
}

/** How an action that threw is written down. */
export const failureOf = (error: unknown): string => `failed: ${error instanceof Error ? error.message : String(error)}`
