import { describe, expect, it } from 'vitest'
import { compareStreamIds } from '../../src/redis/stream-id.ts'
import { formatDuration, formatFineDuration } from '../../src/util/duration.ts'
import { dropOldest } from '../../src/util/lru.ts'
import { sleepUnlessAborted } from '../../src/util/sleep.ts'
import { chunk } from '../../src/util/slices.ts'
import { drawSparkline, scaleBars } from '../../src/util/sparkline.ts'

const HOUR = 3_600_000

describe('helpers that many modules share', () => {
  it('a duration is formatted in one unit, and from hours on with a decimal if requested', () => {
    const durations = [0, -89_000, 90_000, 89 * 60_000, 1.5 * HOUR, 47 * HOUR, -60 * HOUR]
    expect(durations.map(each => formatDuration(each))).toEqual([
      '0 s',
      '89 s',
      '2 min',
      '89 min',
      '2 h',
      '47 h',
      '3 d',
    ])
    expect([-3 * HOUR, 60 * HOUR].map(each => formatFineDuration(each))).toEqual(['3.0 h', '2.5 days'])
  })

  it('a sparkline shows even one beside a thousand, and only blanks if all values are zero', () => {
    expect(scaleBars([0, 1, 1_000], 22, 1.5)).toEqual([0, 1.5, 22])
    expect(drawSparkline([0, 1, 500, 1_000])).toBe(' ▁▄█')
    expect(drawSparkline([0, 0])).toBe('  ')
  })

  it('stream ids are compared as numbers, not as strings', () => {
    expect(['10-0', '9-10', '9-9'].sort(compareStreamIds)).toEqual(['9-9', '9-10', '10-0'])
  })

  it('a bounded map drops its oldest entries first', () => {
    const map = new Map([1, 2, 3].map(each => [each, each]))
    dropOldest(map, 2)
    expect([...map.keys()]).toEqual([2, 3])
  })

  it('chunks contain every element once, in order', () => {
    expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
    expect(chunk([], 2)).toEqual([])
  })

  it('a sleep ends at once when its signal is aborted, before or during it, and does not throw', async () => {
    const ends = new AbortController()
    const asleep = sleepUnlessAborted(3_600_000, ends.signal)
    ends.abort()
    await asleep
    await sleepUnlessAborted(3_600_000, ends.signal)
  })
})
