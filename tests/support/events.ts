/** Counters of events for tests: on the run's Redis, under a prefix of their own, with a clock moved by hand. */

import { pino } from 'pino'
import { EventSettings } from '../../src/config/sections/events.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import type { StreamEntry } from '../../src/events/batch.ts'
import { createEventCounter } from '../../src/events/counter.ts'
import { GROUP } from '../../src/events/counting.ts'
import { createReadCounts, createTops } from '../../src/events/top-articles.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { NOON } from './articles.ts'
import { testRedis } from './redis.ts'

const A = 'aaaaaaaaaaaaaaaa' as ArticleId
const B = 'bbbbbbbbbbbbbbbb' as ArticleId

export const view = (article: string, visitor: string, more = {}) => ({ kind: 'view', article, visitor, ...more })

/** Desks that know the articles A and B. */
export const testCounters = () => {
  const { redis, keys, address, connect } = testRedis()
  let run = 0
  const aCounter = (some: Record<string, unknown> = {}) => {
    const own = keysFor(`${keys.prefix}-${run++}`)
    const clock = { now: NOON }
    let settings = EventSettings.parse(some)
    let sequence = 0
    const now = () => clock.now
    const archive = {
      resolve: async (ids: readonly ArticleId[]) => ids.map(id => (id === A || id === B ? id : null)),
    }
    const parts = { redis, keys: own, archive, settings: () => settings, now, log: pino({ level: 'silent' }) }
    const counter = (consumer = 'one', blocking = redis) => createEventCounter({ ...parts, blocking, consumer })
    const reading = { redis, keys: own, halfLife: () => settings.halfLife, now }
    /** Adds events as a service would. */
    const add = async (at: number, events: readonly Record<string, string>[]): Promise<void> => {
      for (const event of events) {
        sequence += 1
        await redis.xadd(own.events(), `${at}-${sequence}`, ...Object.entries(event).flat())
      }
    }
    return {
      keys: own,
      clock,
      parts,
      counter,
      add,
      get settings() {
        return settings
      },
      reload: (more: Record<string, unknown>) => {
        settings = EventSettings.parse({ ...some, ...more })
      },
      tops: createTops(reading),
      counts: createReadCounts(reading),
      totals: async (kind: string) =>
        Object.fromEntries(
          Object.entries(await redis.hgetall(own.eventTotals(kind))).map(([id, count]) => [id, Number(count)]),
        ),
      refused: async () =>
        Object.fromEntries(
          Object.entries(await redis.hgetall(own.eventState('refused'))).map(([reason, count]) => [
            reason,
            Number(count),
          ]),
        ),
      /** Adds events and has them given to a consumer, which has not counted them yet. */
      async deliver(at: number, events: readonly Record<string, string>[], consumer = 'one'): Promise<StreamEntry[]> {
        await redis.xgroup('CREATE', own.events(), GROUP, '0', 'MKSTREAM').catch((error: Error) => {
          if (!error.message.startsWith('BUSYGROUP')) throw error
        })
        await add(at, events)
        const answer = (await redis.xreadgroup(
          ...(['GROUP', GROUP, consumer, 'COUNT', 5_000, 'STREAMS', own.events(), '>'] as const),
        )) as [string, StreamEntry[]][] | null
        return answer?.[0]?.[1] ?? []
      },
    }
  }
  return { redis, keys, address, connect, aCounter, A, B }
}

export type EventDesk = ReturnType<ReturnType<typeof testCounters>['aCounter']>
