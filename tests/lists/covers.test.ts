import { describe, expect, it } from 'vitest'
import { ROLLING } from '../../src/domain/window.ts'
import { createReads } from '../../src/lists/reads.ts'
import { findCover } from '../../src/lists/rules/covers.ts'
import { NOON } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'

const room = aListRoom()
const { redis, keys } = room
const HOUR = 3_600_000
const MINUTE = 60_000

/** Notes the buckets of an event, as the counter does. */
const count = async (at: number) => {
  for (const { window, width } of ROLLING) {
    const bucket = Math.floor(at / width)
    await redis.zadd(keys.eventState(`index:view:${window}`), bucket, bucket)
  }
}

describe('the window with the same events as another', () => {
  it('the narrowest window that reaches back to the first event has all events of a wider one', () => {
    const cover = (window: Parameters<typeof findCover>[0], age: number) => findCover(window, NOON - age, NOON)
    expect([cover('week', 50 * MINUTE), cover('day', 50 * MINUTE), cover('hour', 50 * MINUTE)]).toEqual([
      ...['hour', 'hour', 'hour'],
    ])
    expect([cover('week', 5 * HOUR), cover('day', 5 * HOUR), cover('now', 5 * HOUR)]).toEqual(['day', 'day', 'day'])
    expect([cover('week', 30 * HOUR), cover('now', 30 * HOUR)]).toEqual(['week', 'week'])
    expect(findCover('week', null, NOON)).toBe('')
  })

  it('the first event of a week is known to five minutes within the last day, and to the hour before that', async () => {
    const reads = createReads({ redis, keys, tops: async () => [], counts: {} as never }) // not called here
    expect(await reads.firstCounted('view', NOON)).toBeNull()
    await count(NOON - 10 * MINUTE)
    await count(NOON - 52 * MINUTE)
    expect(await reads.firstCounted('view', NOON)).toBe(NOON - 55 * MINUTE)
    await count(NOON - 50 * HOUR - MINUTE)
    expect(await reads.firstCounted('view', NOON)).toBe(NOON - 51 * HOUR)
    // Older than a week: it counts no more.
    await count(NOON - 200 * HOUR)
    expect(await reads.firstCounted('view', NOON)).toBe(NOON - 51 * HOUR)
    expect(await reads.firstCounted('share', NOON)).toBeNull()
  })

  it('the meta of a list names the window that has all its events, and a change of that alone is a new version', async () => {
    const desk = room.open()
    await redis.del(ROLLING.map(({ window }) => keys.eventState(`index:view:${window}`)))
    const covers = async (name: string) => {
      await desk.publisher.publish(name)
      const { covers, version } = await room.meta(name)
      return [covers, version]
    }
    expect(await covers('most-read:week')).toEqual(['', '1'])
    await count(NOON - 5 * MINUTE)
    expect(await covers('most-read:week')).toEqual(['hour', '2'])
    expect(await covers('most-read:week')).toEqual(['hour', '2'])
    await count(NOON - 3 * HOUR)
    expect(await covers('most-read:week')).toEqual(['day', '3'])
    expect(await covers('latest')).toEqual(['', '1'])
  })
})
