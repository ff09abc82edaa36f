/**
 * Services that report reads, and record what they reported. Each event has its own id, so that it can be sent again if
 * Redis did not answer, and also if Redis was killed soon after its answer, since it may then have lost the event.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { TrueCounts } from './check/truth.ts'

export interface Readers {
  /**
   * Call after Redis was killed: sends again what it acknowledged in the last seconds.
   * @returns the number of acknowledged events that Redis had lost
   */
  lost(): Promise<number>
  /** Stops sending new events; resolves when all were acknowledged. */
  finish(): Promise<void>
  readonly counts: ReadonlyMap<string, TrueCounts>
  sent(): number
  stop(): void
}

export interface ReadersWanted {
  readonly port: number
  readonly stream: string
  readonly random: () => number
  /** URLs of articles that may be read: stored for a while, so that a killed Redis has not lost them. */
  readonly articles: () => readonly string[]
  /** Events every 100 ms. */
  readonly pace: number
}

const TICK = 100
const PATIENCE = 1_500
/** What a Redis that is killed may have lost, ms. */
const UNSAFE = 5_000

interface Sent {
  readonly fields: readonly string[]
  /** ms by performance.now() at which Redis acknowledged it. */
  at: number
  entry: string
}

/** Sends each event again and again until Redis has acknowledged it. */
const createSender = (redis: Redis, stream: string, random: () => number) => {
  const inHand = new Set<Promise<void>>()
  let isStopped = false
  const sendUntilAnswered = async (sent: Sent): Promise<void> => {
    while (!isStopped) {
      try {
        sent.entry = String(await redis.xadd(stream, '*', ...sent.fields))
        sent.at = performance.now()
        return
      } catch {
        await delay(50 + random() * 100)
      }
    }
  }
  return {
    send(sent: Sent): void {
      const sending = sendUntilAnswered(sent).finally(() => inHand.delete(sending))
      inHand.add(sending)
    },
    /** Events that were not acknowledged. */
    waiting: () => inHand.size,
    async finish(): Promise<void> {
      while (inHand.size > 0) await Promise.all(inHand)
    },
    stop(): void {
      isStopped = true
    },
    isStopped: () => isStopped,
  }
}

export const startReaders = ({ port, stream, random, articles, pace }: ReadersWanted): Readers => {
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    commandTimeout: PATIENCE,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => 50,
  })
  redis.on('error', () => undefined) // it is made to fail
  const sender = createSender(redis, stream, random)
  const counts = new Map<string, { views: number; comments: number; shares: number }>()
  const recent: Sent[] = []
  let made = 0
  let isOver = false

  const report = (url: string): void => {
    made += 1
    const dice = random()
    const kind = dice < 0.8 ? 'view' : dice < 0.9 ? 'share' : 'comment'
    const name = ({ view: 'views', share: 'shares', comment: 'comments' } as const)[kind]
    const stands = counts.get(url) ?? { views: 0, comments: 0, shares: 0 }
    stands[name] += 1
    counts.set(url, stands)
    const fields = ['kind', kind, 'article', url, 'visitor', `visitor-${made}`, 'id', `event-${made}`]
    const copies = random() < 0.05 ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const sent: Sent = { fields, at: performance.now(), entry: '' }
      recent.push(sent)
      sender.send(sent)
    }
    // The same visitor again, and a robot: neither counts.
    if (dice < 0.1) sender.send({ fields: [...fields.slice(0, 6), 'id', `again-${made}`], at: 0, entry: '' })
    if (dice > 0.95) sender.send({ fields: ['kind', 'view', 'article', url, 'ua', 'Googlebot/2.1'], at: 0, entry: '' })
  }

  const run = async (): Promise<void> => {
    while (!isOver) {
      const known = articles()
      // While Redis is away, as many events arise as before, but at most those of a few seconds wait to be sent.
      for (let n = 0; known.length > 0 && n < pace && sender.waiting() < pace * 40; n += 1) {
        // Few articles are read much, most a little.
        const url = known[Math.floor(random() ** 3 * known.length)]
        if (url !== undefined) report(url)
      }
      while (recent.length > 0 && performance.now() - (recent[0]?.at ?? 0) > UNSAFE * 4) recent.shift()
      await delay(TICK)
    }
  }
  const running = run()

  return {
    counts,
    sent: () => made,
    async lost() {
      const since = performance.now() - UNSAFE
      const unsafe = recent.filter(({ at, entry }) => entry !== '' && at > since)
      let lost = 0
      for (const sent of unsafe) {
        for (;;) {
          const found = await redis.xrange(stream, sent.entry, sent.entry).catch(() => null)
          if (sender.isStopped()) return lost
          if (found === null) await delay(50)
          else {
            if (found.length === 0) lost += 1
            break
          }
        }
        sender.send(sent)
      }
      return lost
    },
    async finish() {
      isOver = true
      await running
      await sender.finish()
    },
    stop() {
      isOver = true
      sender.stop()
      redis.disconnect()
    },
  }
}
