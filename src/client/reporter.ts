/** Reports what readers do, in batches. */

import type { Cluster, Redis } from 'ioredis'
import { type EventField, streamFields } from '../domain/event-fields.ts'
import type { ReportedKind } from '../domain/event-kinds.ts'
import { keysFor } from '../redis/keys.ts'
import { createReplicationBarrier } from '../redis/replication-barrier.ts'
import type { ClientOptions, Connection } from './read.ts'

/** An event as a service reports it: the fields of docs/redis-contract.md. */
export interface ReadReport extends Partial<Record<EventField, unknown>> {
  /** `uncomment` and `unshare` take one back, from the time `at` at which it was reported. */
  readonly kind: ReportedKind
  /** Article id, or any URL of the article. */
  readonly article: string
  /** Opaque: a session id or a hash of one. One view per article and visitor is counted in half an hour. */
  readonly visitor?: string
  /** Opaque: the visitor's network, such as a keyed hash of the address. Events per article and network are limited. */
  readonly network?: string
  /** User agent, so that robots are not counted. */
  readonly ua?: string
  /** When it happened; default: now. */
  readonly at?: Date
  /**
   * Seconds spent reading, for a view: summed for the article. Report them with a second view when the page is left.
   */
  readonly seconds?: number
  /** The service's own id of the event; a repetition within an hour is not counted again. */
  readonly id?: string
  /**
   * The total of this kind by the site's own counter, as of `at`: replaces the total that newsdesk counted, whatever
   * was sent before, and changes no list of a window.
   */
  readonly count?: number
}

export interface ReporterOptions extends ClientOptions {
  /** ms that a report waits for others to be sent with. Default 5. */
  readonly linger?: number
  /** Maximum number of reports in one batch. Default 500. */
  readonly most?: number
  /** Maximum number of reports held while Redis is away; further ones are rejected. Default 20,000. */
  readonly held?: number
  /**
   * Replicas that must acknowledge a report before it resolves; 1 or more survives the loss of the master. Default 0.
   */
  readonly replicas?: number
}

export interface Reporter {
  /**
   * Appends events to the stream; resolves when Redis has them. newsdesk counts the events it then refuses, by reason.
   * @throws RangeError if too many reports are held; Redis's error if it rejects them
   */
  report(events: ReadReport | readonly ReadReport[]): Promise<void>
  /** Sends held reports immediately, and resolves when every report has been accepted or has failed. */
  flush(): Promise<void>
}

interface HeldReport {
  readonly event: ReadReport
  readonly done: (error?: Error) => void
}

export const createReporter = (
  redis: Connection,
  { prefix = 'newsdesk', linger = 5, most = 500, held = 20_000, replicas = 0 }: ReporterOptions = {},
): Reporter => {
  const key = keysFor(prefix).events()
  // A cluster works as well: see `openRedis`.
  const barrier = createReplicationBarrier({ redis: redis as Redis, replicas })
  let queue: HeldReport[] = []
  let inFlight = 0
  let timer: NodeJS.Timeout | null = null
  const sending = new Set<Promise<void>>()

  const send = async (batch: readonly HeldReport[]): Promise<void> => {
    inFlight += batch.length
    const confirm = barrier.begin()
    try {
      // All commands use one key and thus one slot, so one pipeline also works on a cluster.
      const pipeline = (redis as Cluster).pipeline()
      for (const { event } of batch) pipeline.xadd(key, '*', ...streamFields(event))
      const answers = (await pipeline.exec()) ?? []
      await confirm()
      for (const [index, { done }] of batch.entries()) done(answers[index]?.[0] ?? undefined)
    } catch (error) {
      for (const { done } of batch) done(error instanceof Error ? error : new Error(String(error)))
    } finally {
      inFlight -= batch.length
    }
  }

  const sendQueue = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    while (queue.length > 0) {
      const sent = send(queue.slice(0, most))
      queue = queue.slice(most)
      sending.add(sent)
      sent.finally(() => sending.delete(sent))
    }
  }

  const hold = (event: ReadReport): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push({ event, done: error => (error ? reject(error) : resolve()) })
    })

  return {
    async report(events) {
      const list = Array.isArray(events) ? (events as readonly ReadReport[]) : [events as ReadReport]
      if (queue.length + inFlight + list.length > held)
        throw new RangeError(`${held} reports are already waiting for Redis: it is away or too slow`)
      const done = Promise.all(list.map(hold))
      if (queue.length >= most) sendQueue()
      else timer ??= setTimeout(sendQueue, linger)
      await done
    },

    async flush() {
      sendQueue()
      await Promise.all(sending)
    },
  }
}
