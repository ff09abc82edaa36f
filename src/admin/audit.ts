/**
 * Who did what, when, to what, and what stood before and after: one bounded stream, written by the desk and by the command line, never
 * changed. An action that failed is in it, too.
 */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../redis/keys.ts'
import { millisOf } from '../redis/stream-id.ts'

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
  /** Id in the stream. */
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

export interface AuditFilter {
  /** Texts that must be within who, what and on; empty for any. */
  readonly who: string
  readonly what: string
  readonly on: string
}

export interface Audit {
  /** Writes down what was done. @param outcome `done`, or why not */
  note(action: Action & { readonly after?: unknown }, outcome?: string): Promise<void>
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
/** Characters of what stood before or after: enough for the settings of a source. */
const LONGEST = 2_000
/** Entries read at a time while looking for those wanted. */
const PAGE = 500

const text = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, LONGEST)

/** An id as Redis gives them; whatever else an address holds is none. */
export const isStreamId = (id: string): boolean => /^\d{1,16}-\d{1,16}$/.test(id)

const entryOf = ([id, fields]: [string, string[]]): AuditEntry[] => {
  const parsed = Kept.safeParse(
    Object.fromEntries(Array.from({ length: fields.length / 2 }, (_, at) => [fields[at * 2], fields[at * 2 + 1]])),
  )
  return parsed.success ? [{ id, at: millisOf(id), ...parsed.data }] : []
}

export const createAudit = ({ redis, keys }: { readonly redis: Redis; readonly keys: Keys }): Audit => {
  const note: Audit['note'] = async ({ by, what, on, before, after }, outcome = 'done') => {
    const fields = {
      who: by.name,
      from: by.from ?? '',
      what,
      on: text(on),
      before: text(before),
      after: text(after),
      outcome: text(outcome),
    }
    await redis.xadd(keys.audit(), 'MAXLEN', '~', MOST, '*', ...Object.entries(fields).flat())
  }
  return {
    note,
    async around(action, run) {
      try {
        const { after, result } = await run()
        await note({ ...action, after })
        return result
      } catch (error) {
        await note(action, `failed: ${error instanceof Error ? error.message : String(error)}`)
        throw error
      }
    },
    async read(filter, before, most) {
      const wanted = (entry: AuditEntry) =>
        (['who', 'what', 'on'] as const).every(field =>
          entry[field].toLowerCase().includes(filter[field].toLowerCase()),
        )
      const entries: AuditEntry[] = []
      let from = before === null ? '+' : `(${before}`
      for (;;) {
        const page = await redis.xrevrange(keys.audit(), from, '-', 'COUNT', PAGE)
        for (const entry of page.flatMap(entryOf)) {
          if (!wanted(entry)) continue
          if (entries.length === most) return { entries, more: true }
          entries.push(entry)
        }
        const last = page.at(-1)
        if (page.length < PAGE || !last) return { entries, more: false }
        from = `(${last[0]}`
      }
    },
  }
}
