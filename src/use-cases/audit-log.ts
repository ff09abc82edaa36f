/**
 * The audit: who did what, when, to what, and the values before and after. Bounded streams that the admin UI and the
 * command line append to and never change. Failed actions are in it, too, and actions whose process died. Users without
 * permission cannot push entries out: log-ins and log-outs have a stream of their own, and refusals are only counted
 * (refusals.ts). (docs/decisions/0020)
 */

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../redis/keys.ts'
import { compareStreamIds, timestampOfStreamId } from '../redis/stream-id.ts'
import { hashSecret } from '../util/hash.ts'
import { findNetwork } from '../util/ip-network.ts'

/** Who acts, as named in the audit. */
export interface Actor {
  /** A user, `token:<name>`, or `cli:<user of the machine>`. */
  readonly name: string
  /** The client's address; null for the command line. */
  readonly from: string | null
}

const StoredFields = z.object({
  who: z.string(),
  from: z.string(),
  what: z.string(),
  on: z.string(),
  before: z.string(),
  after: z.string(),
  outcome: z.string(),
})

export interface AuditEntry extends z.infer<typeof StoredFields> {
  /** Id in its stream; ids of log-ins and log-outs end in v, since both streams may contain the same id. */
  readonly id: string
  /** ms since the epoch. */
  readonly at: number
}

export interface Action {
  readonly by: Actor
  /** The kind of object and the action, such as `source.pause`. */
  readonly what: string
  /** Id of the object; empty if there is none. */
  readonly on: string
  readonly before?: unknown
}

/** How an action ended: what differs from what was recorded when it began. */
export interface Ended extends Partial<Pick<Action, 'on' | 'before'>> {
  readonly after?: unknown
  /** `done` by default, or why it was not done. */
  readonly outcome?: string
}

export interface AuditFilter {
  /** Texts that who, what and on must contain; empty for any. */
  readonly who: string
  readonly what: string
  readonly on: string
}

export interface Audit {
  /**
   * Records an action before it runs, so that it is known even if this process dies meanwhile.
   * @returns a function that records how it ended, as one entry or several
   */
  begin(action: Action): Promise<(...ended: readonly Ended[]) => Promise<void>>
  /** Records a log-in or log-out, at most once a minute per user and network. */
  visit(by: Actor, what: 'log-in' | 'log-out'): Promise<void>
  /**
   * Runs an action and records it, also if it throws.
   * @param describe what to record of the result, as one entry, several or none; `done` by default
   */
  around<Result>(
    action: Action,
    run: () => Promise<Result>,
    describe?: (result: Result) => Ended | readonly Ended[],
  ): Promise<Result>
  /**
   * Reads entries, newest first.
   * @param before id of an entry: only older ones are returned; null starts with the newest
   * @returns up to `limit` entries, and whether there may be more
   */
  read(
    filter: AuditFilter,
    before: string | null,
    limit: number,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly more: boolean }>
}

const MAX_ENTRIES = 10_000
/** ms after which an action without an end counts as abandoned by a process that died. */
const ABANDONED_AFTER = 10 * 60_000
const VISIT_INTERVAL = 60_000
/** Characters of a value before or after: enough for the settings of a source. */
const MAX_TEXT = 2_000
/** Entries read at a time while searching. */
const PAGE = 500

const text = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_TEXT)

/** Whether a text is a stream entry id; URLs may contain anything. */
export const isStreamId = (id: string): boolean => /^\d{1,16}-\d{1,16}v?$/.test(id)

const parseEntry = ([id, fields]: [string, string[]]): AuditEntry[] => {
  const parsed = StoredFields.safeParse(
    Object.fromEntries(Array.from({ length: fields.length / 2 }, (_, at) => [fields[at * 2], fields[at * 2 + 1]])),
  )
  return parsed.success ? [{ id, at: timestampOfStreamId(id), ...parsed.data }] : []
}

type Fields = z.infer<typeof StoredFields>

const buildFields = ({ by, what, on, before }: Action, ended: Ended = {}): Fields => ({
  who: by.name,
  from: by.from ?? '',
  what,
  on: text(ended.on ?? on),
  before: text(ended.before ?? before),
  after: text(ended.after),
  outcome: text(ended.outcome ?? 'done'),
})

const Begun = z.object({ at: z.number(), fields: StoredFields })

/** Newest first, by time and number. If both streams have the same id, the action comes before the log-in. */
const newestFirst = ({ id: a }: AuditEntry, { id: b }: AuditEntry): number =>
  compareStreamIds(b.replace('v', ''), a.replace('v', '')) || a.length - b.length

/** Up to `limit` matching entries of one stream, newest first. @param mark the suffix of their ids */
const readFrom = async (
  redis: Redis,
  key: string,
  mark: '' | 'v',
  matches: (entry: AuditEntry) => boolean,
  before: string | null,
  limit: number,
): Promise<AuditEntry[]> => {
  const entries: AuditEntry[] = []
  // An entry with the same id in the other stream comes before the marked ones.
  const isShown = before !== null && mark === 'v' && !before.endsWith('v')
  let from = before === null ? '+' : `${isShown ? '' : '('}${before.replace('v', '')}`
  for (;;) {
    const page = await redis.xrevrange(key, from, '-', 'COUNT', PAGE)
    for (const entry of page.flatMap(parseEntry)) {
      if (!matches(entry)) continue
      entries.push({ ...entry, id: `${entry.id}${mark}` })
      if (entries.length === limit) return entries
    }
    const last = page.at(-1)
    if (page.length < PAGE || !last) return entries
    from = `(${last[0]}`
  }
}

/** How a failed action is recorded. */
const failureOf = (error: unknown): string => `failed: ${error instanceof Error ? error.message : String(error)}`

export interface AuditParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms since the epoch. */
  readonly now: () => number
}

export const createAudit = ({ redis, keys, now }: AuditParts): Audit => {
  const begunKey = keys.admin('acting')
  const entryArgs = (fields: Fields) => ['MAXLEN', '~', MAX_ENTRIES, '*', ...Object.entries(fields).flat()] as const

  const begin: Audit['begin'] = async action => {
    const id = randomUUID()
    await redis.hset(begunKey, id, JSON.stringify({ at: now(), fields: buildFields(action) }))
    return async (...ended) => {
      const work = redis.multi()
      for (const each of ended) work.xadd(keys.audit(), ...entryArgs(buildFields(action, each)))
      await work.hdel(begunKey, id).exec()
    }
  }

  /** Records actions that began long ago and never ended. */
  const recordAbandoned = async (): Promise<void> => {
    const begun = Object.entries(await redis.hgetall(begunKey))
    for (const [id, json] of begun) {
      const { at, fields } = Begun.parse(JSON.parse(json))
      // A start long in the future was recorded by a clock that was ahead.
      if (Math.abs(now() - at) < ABANDONED_AFTER) continue
      const outcome = `unknown: its process died after it began at ${new Date(at).toISOString()}`
      // If two processes find it at once, one of them records it.
      if ((await redis.set(keys.admin(`settling:${id}`), '', 'PX', VISIT_INTERVAL, 'NX')) === null) continue
      await redis
        .multi()
        .xadd(keys.audit(), ...entryArgs({ ...fields, outcome }))
        .hdel(begunKey, id)
        .exec()
    }
  }

  return {
    begin,
    async visit(by, what) {
      const often = keys.admin(`visited:${hashSecret([what, by.name, findNetwork(by.from ?? '')].join(' '))}`)
      if ((await redis.set(often, '', 'PX', VISIT_INTERVAL, 'NX')) === null) return
      await redis.xadd(keys.auditVisits(), ...entryArgs(buildFields({ by, what, on: by.name })))
    },
    async around(action, run, describe = () => ({})) {
      const end = await begin(action)
      try {
        const result = await run()
        await end(...[describe(result)].flat())
        return result
      } catch (error) {
        await end({ outcome: failureOf(error) })
        throw error
      }
    },
    async read(filter, before, limit) {
      await recordAbandoned()
      const matches = (entry: AuditEntry) =>
        (['who', 'what', 'on'] as const).every(field =>
          entry[field].toLowerCase().includes(filter[field].toLowerCase()),
        )
      const found = await Promise.all([
        readFrom(redis, keys.audit(), '', matches, before, limit + 1),
        readFrom(redis, keys.auditVisits(), 'v', matches, before, limit + 1),
      ])
      const entries = found.flat().sort(newestFirst)
      return { entries: entries.slice(0, limit), more: entries.length > limit }
    },
  }
}
