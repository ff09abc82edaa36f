import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countDaily, DAYS, readDaily } from '../../src/sources/state/daily.ts'

const DAY = 86_400_000
const now = Date.UTC(2026, 10, 24, 12)

describe('new items by day', () => {
  it('new items by day are none for a source that never had any', () => {
    expect(readDaily('', now, 3)).toEqual([0, 0, 0])
  })

  it('new items by day match one counter per day, for thirty days', () => {
    const steps = fc.array(
      fc.record({ days: fc.integer({ min: 0, max: 12 }), items: fc.integer({ min: 0, max: 2_000 }) }),
    )
    fc.assert(
      fc.property(steps, all => {
        const counters = new Map<number, number>()
        let [text, at] = ['', now]
        for (const { days, items } of all) {
          at += days * DAY
          text = countDaily(text, at, items)
          counters.set(Math.floor(at / DAY), (counters.get(Math.floor(at / DAY)) ?? 0) + items)
        }
        const today = Math.floor(at / DAY)
        expect(readDaily(text, at)).toEqual(
          Array.from({ length: DAYS }, (_, index) => counters.get(today - (DAYS - 1 - index)) ?? 0),
        )
        expect(text.length).toBeLessThan(150)
      }),
    )
  })

  it('new items by day are counted on the latest known day if the clock was set back', () => {
    const text = countDaily(countDaily('', now, 2), now - 3 * DAY, 5)
    expect(readDaily(text, now, 2)).toEqual([0, 7])
  })
})
