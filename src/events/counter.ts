/**
 * Counts what services report: reads the stream as one consumer of a group, judges each event, and has a batch de-duplicated, counted and
 * acknowledged in one call. What a dead consumer left is claimed. Keeps no raw visitor id. Never ranks anything.
 */

import { createHmac, randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Archive } from '../archive/archive.ts'
import type { ArticleId } from '../article/article.ts'
import type { EventKind } from '../lists/entry.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { parseEvent, type ReadEvent, type Refusal } from './event.ts'
import type { EventSettings } from './settings.ts'
import { LANDMARK, ROLLING } from './windows.ts'

const count = loadScript(new URL('./count.lua', import.meta.url))
const copyCounts = loadScript(new URL('./copy-counts.lua', import.meta.url))

export const GROUP = 'counter'
const BLOCK = 1_000
const CLAIM_AFTER = 15_000
const MOST_NOW = 10_000
const COUNT_FIELD: Readonly<Record<EventKind, string>> = { view: 'views', share: 'shares', comment: 'comments' }

export type StreamEntry = readonly [id: string, fields: readonly string[]]

export interface EventCounter {
  /** Counts until the signal is aborted; the batch in hand is finished first. */
  run(signal: AbortSignal): Promise<void>
  /** Judges and counts entries read from the stream. @returns articles whose counts changed */
  countEntries(entries: readonly StreamEntry[]): Promise<readonly ArticleId[]>
}

export interface CounterParts {
  readonly redis: Redis
  /** A connection of its own: waiting for events blocks it. */
  readonly blocking: Redis
  readonly keys: Keys
  readonly archive: Pick<Archive, 'resolve'>
  readonly settings: () => EventSettings
  readonly now: () => number
  /** Of this process, unique among all. */
  readonly consumer: string
  readonly log: Logger
  /** Told of views that may count, by the keyed hash of their visitor. */
  readonly onRead?: (reads: readonly { readonly article: ArticleId; readonly visitor: string }[]) => Promise<void>
  /** Told after a batch which articles' counts changed. */
  readonly onCounted: (articles: readonly ArticleId[]) => Promise<void>
}

const fieldsOf = (flat: readonly string[]): Record<string, string> => {
  const fields: Record<string, string> = Object.create(null)
  for (let index = 0; index + 1 < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? ''
  return fields
}

export const createEventCounter = (parts: CounterParts): EventCounter => {
  const { redis, blocking, keys, archive, settings, now, consumer, log, onCounted } = parts
  const stream = keys.events()
  const salts = new Map<number, Buffer>()

  /** A key of the day, shared by all replicas: hashes of two days cannot be joined, and after three days not even guessed. */
  const saltOf = async (day: number): Promise<Buffer> => {
    const known = salts.get(day)
    if (known) return known
    const key = keys.eventState(`salt:${day}`)
    await redis.set(key, randomBytes(32).toString('base64'), 'EX', 3 * 86_400, 'NX')
    const salt = Buffer.from((await redis.get(key)) ?? '', 'base64')
    salts.set(day, salt)
    if (salts.size > 4) salts.delete(Math.min(...salts.keys()))
    return salt
  }

  const countEntries = async (entries: readonly StreamEntry[]): Promise<readonly ArticleId[]> => {
    const { span, halfLife, keep, latest } = settings()
    const read: { entry: string; event: ReadEvent }[] = []
    const refused: [entry: string, reason: Refusal, detail: string][] = []
    for (const [entry, flat] of entries) {
      const event = parseEvent(fieldsOf(flat), Number(entry.split('-')[0]), latest)
      if ('refused' in event) refused.push([entry, event.refused, event.detail])
      else read.push({ entry, event })
    }
    const ids = [...new Set(read.map(({ event }) => event.article))]
    const resolved = await archive.resolve(ids)
    const known = new Map(ids.map((id, index) => [id, resolved[index] ?? null]))

    const accepted: [entry: string, kind: EventKind, article: ArticleId, visitor: string, at: number][] = []
    for (const { entry, event } of read) {
      const article = known.get(event.article) ?? null
      if (article === null) {
        refused.push([entry, 'unknown-article', `no article ${event.article}`])
        continue
      }
      const salt = await saltOf(Math.floor(event.at / 86_400_000))
      const visitor =
        event.visitor === '' ? '' : createHmac('sha256', salt).update(event.visitor).digest('base64url').slice(0, 14)
      accepted.push([entry, event.kind, article, visitor, event.at])
    }
    await parts.onRead?.(
      accepted.flatMap(([, kind, article, visitor]) => (kind === 'view' ? { article, visitor } : [])),
    )
    const first = entries[0]?.[0]
    const trimBefore = first === undefined ? '' : String(Math.max(0, Number(first.split('-')[0]) - keep))
    const answer = await runScript(
      redis,
      count,
      [stream],
      [
        GROUP,
        now(),
        span,
        halfLife,
        LANDMARK,
        MOST_NOW,
        JSON.stringify(accepted),
        JSON.stringify(refused),
        trimBefore,
        JSON.stringify(ROLLING.map(({ window, width, buckets }) => [window, width, buckets])),
      ],
    )
    const { counted } = JSON.parse(String(answer)) as { counted: Record<ArticleId, Partial<Record<EventKind, number>>> } // as count.lua returns
    const changed = Object.entries(counted) as [ArticleId, Partial<Record<EventKind, number>>][]
    // Absolute numbers: copying them twice, or by two processes, does no harm.
    await Promise.all(
      changed.map(([id, totals]) =>
        runScript(
          redis,
          copyCounts,
          [keys.article(id)],
          Object.entries(totals).flatMap(([kind, total]) => [COUNT_FIELD[kind as EventKind], total]),
        ),
      ),
    )
    return changed.map(([id]) => id)
  }

  const ensureGroup = async (): Promise<void> => {
    try {
      await redis.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM')
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error
    }
  }

  const claimed = async (): Promise<readonly StreamEntry[]> => {
    const answer = (await redis.xautoclaim(stream, GROUP, consumer, CLAIM_AFTER, '0', 'COUNT', settings().batch)) as [
      string,
      StreamEntry[],
    ]
    return answer[1].filter(entry => entry !== null)
  }

  const fresh = async (): Promise<readonly StreamEntry[]> => {
    const answer = (await blocking.xreadgroup(
      'GROUP',
      GROUP,
      consumer,
      'COUNT',
      settings().batch,
      'BLOCK',
      BLOCK,
      'STREAMS',
      stream,
      '>',
    )) as [string, StreamEntry[]][] | null
    return answer?.[0]?.[1] ?? []
  }

  return {
    countEntries,
    async run(signal) {
      let nextClaim = 0
      let ready = false
      while (!signal.aborted) {
        try {
          if (!ready) await ensureGroup()
          ready = true
          const due = now() >= nextClaim
          if (due) nextClaim = now() + CLAIM_AFTER
          const entries = [...(due ? await claimed() : []), ...(await fresh())]
          if (entries.length === 0 || signal.aborted) continue
          const changed = await countEntries(entries)
          if (changed.length > 0) await onCounted(changed)
        } catch (error) {
          if (signal.aborted) return
          // The group went with the stream (a flushed or replaced Redis): it is made again.
          ready = false
          log.error({ err: error }, 'events could not be counted; trying again')
          await new Promise(resolve => setTimeout(resolve, 1_000))
        }
      }
    },
  }
}
