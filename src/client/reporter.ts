/** Reports what readers do, many in one trip. */

import type { Cluster, Redis } from 'ioredis'
import { type EventField, streamFields } from '../domain/event-fields.ts'
import type { EventKind } from '../domain/event-kinds.ts'
import { keysFor } from '../redis/keys.ts'
import { createReplicationBarrier } from '../redis/replication-barrier.ts'
import type { ClientOptions, Connection } from './read.ts'

/** An event as a service reports it: every field of the contract, and no other. */
export interface ReadReport extends Partial<Record<EventField, unknown>> {
  readonly kind: EventKind
  /** Article id, or any URL of the article. */
  readonly article: string
  /** Opaque: a session id or a hash of one. One view counts per article and visitor in half an hour. */
  readonly visitor?: string
  /** Opaque: where the visitor came from, such as a keyed hash of the address: what one network can count of an article is bounded. */
  readonly network?: string
  /** User agent, so that robots are not counted. */
  readonly ua?: string
  /** When it happened, where that is not now. */
  readonly at?: Date
  /** Seconds spent reading, of a view: summed for the article. To be told with a second view when the page is left. */
  readonly seconds?: number
  /** Your own id of the event: sent again within an hour it counts once. */
  readonly id?: string
}

export interface ReporterOptions extends ClientOptions {
  /** ms a report waits for others to go with it. */
  readonly linger?: number
  /** Most reports in one trip. */
  readonly most?: number
  /** Reports held while Redis is away; more are refused. */
  readonly held?: number
  /** Replicas that must have a report before it has arrived: with 1, a master that is lost takes none with it. 0. */
  readonly replicas?: number
}

export interface Reporter {
  /**
   * Appends to the events stream; what newsdesk refuses, it counts by reason. Resolves when Redis has them.
   * @throws RangeError where too many wait already; what Redis answers where it refuses
   */
  report(events: ReadReport | readonly ReadReport[]): Promise<void>
  /** Sends what waits at once, and resolves when everything reported has arrived or failed. */
  flush(): Promise<void>
}

interface Held {
  readonly event: ReadReport
  readonly done: (error?: Error) => void
}

export const createReporter = (
  redis: Connection,
  { prefix = 'newsdesk', linger = 5, most = 500, held = 20_000, replicas = 0 }: ReporterOptions = {},
): Reporter => {
  const key = keysFor(prefix).events()
  const keeper = createReplicationBarrier({ redis: redis as Redis, replicas }) // a cluster serves as well: see `openRedis`
  let waiting: Held[] = []
  let inFlight = 0
  let timer: NodeJS.Timeout | null = null
  const sending = new Set<Promise<void>>()

  const send = async (batch: readonly Held[]): Promise<void> => {
    inFlight += batch.length
    const settled = keeper.begin()
    try {
      // All of one key: one slot, so also on a cluster one pipeline.
      const pipeline = (redis as Cluster).pipeline()
      for (const { event } of batch) pipeline.xadd(key, '*', ...streamFields(event))
      const answers = (await pipeline.exec()) ?? []
      await settled()
      for (const [index, { done }] of batch.entries()) done(answers[index]?.[0] ?? undefined)
    } catch (error) {
      for (const { done } of batch) done(error instanceof Error ? error : new Error(String(error)))
    } finally {
      inFlight -= batch.length
    }
  }

  const sendWaiting = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    while (waiting.length > 0) {
      const sent = send(waiting.slice(0, most))
      waiting = waiting.slice(most)
      sending.add(sent)
      sent.finally(() => sending.delete(sent))
    }
  }

  const hold = (event: ReadReport): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ event, done: error => (error ? reject(error) : resolve()) })
    })

  return {
    async report(events) {
      const list = Array.isArray(events) ? (events as readonly ReadReport[]) : [events as ReadReport]
      if (waiting.length + inFlight + list.length > held)
        throw new RangeError(`${held} reports wait for Redis already: it is away, or slower than its readers`)
      const done = Promise.all(list.map(hold))
      if (waiting.length >= most) sendWaiting()
      else timer ??= setTimeout(sendWaiting, linger)
      await done
    },

    async flush() {
      sendWaiting()
      await Promise.all(sending)
    },
  }
}
