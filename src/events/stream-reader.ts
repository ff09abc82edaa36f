/** Reads new events from the stream as one consumer of the group, one batch ahead. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { StreamEntry } from './batch.ts'
import { GROUP } from './counting.ts'
import { answered } from './retry.ts'

/** How long a read waits for events, ms. */
const BLOCK = 1_000
/** How long to wait before looking again whether a replay has ended, ms. */
const PAUSED_FOR = 500

export interface StreamReader {
  /** Reads a batch, or waits for the one being read. Empty if nothing arrives within a second. */
  next(): Promise<readonly StreamEntry[]>
  /** Starts reading the next batch. */
  prefetch(): void
  isReading(): boolean
  /** Drops the batch being read, after an error: what it still delivers stays pending, and is claimed later. */
  reset(): void
}

export interface StreamReaderParts {
  readonly redis: Redis
  /** A dedicated connection: waiting for events blocks it. */
  readonly blocking: Redis
  readonly stream: string
  readonly consumer: string
  /** Events per batch. */
  readonly batch: () => number
  /** Whether a replay has paused counting: nothing new is read then, and the stream keeps it. */
  readonly isPaused: () => boolean
  /** ms without an answer after which a read fails. */
  readonly timeout: number
}

export const createStreamReader = (parts: StreamReaderParts): StreamReader => {
  const { redis, blocking, stream, consumer, batch, isPaused, timeout } = parts
  let reading: Promise<readonly StreamEntry[]> | null = null
  let hasGroup = false

  const ensureGroup = async (): Promise<void> => {
    try {
      await redis.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM')
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error
    }
    hasGroup = true
  }

  const read = async (): Promise<readonly StreamEntry[]> => {
    if (!hasGroup) await ensureGroup()
    if (isPaused()) {
      await delay(PAUSED_FOR)
      return []
    }
    const answer = (await blocking.xreadgroup(
      ...(['GROUP', GROUP, consumer, 'COUNT', batch(), 'BLOCK', BLOCK, 'STREAMS', stream, '>'] as const),
    )) as [string, StreamEntry[]][] | null
    return answer?.[0]?.[1] ?? []
  }

  const prefetch = (): Promise<readonly StreamEntry[]> => {
    reading ??= read()
    // The error is handled where the promise is awaited.
    reading.catch(() => undefined)
    return reading
  }

  return {
    prefetch,
    isReading: () => reading !== null,

    async next() {
      const entries = await answered(blocking, timeout, 'a read of new events', prefetch())
      reading = null
      return entries
    },

    reset() {
      reading = null
      hasGroup = false
    },
  }
}
