import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ratioOf } from './report.ts'
import { median, medianInterval } from './statistics.ts'

describe('the statistics of benchmarks', () => {
  it('the statistics of benchmarks give the interval of a median by the ranks of the tables: 2 and 8 of nine, 1 and 6 of six', () => {
    const nine = medianInterval([9, 1, 8, 2, 7, 3, 6, 4, 5])
    expect([nine.low, nine.high]).toEqual([2, 8])
    expect(nine.confidence).toBeCloseTo(0.961, 3)
    const six = medianInterval([1, 2, 3, 4, 5, 6])
    expect([six.low, six.high]).toEqual([1, 6])
    expect(six.confidence).toBeCloseTo(0.969, 3)
  })

  it('the statistics of benchmarks give the range, with what it is worth, where there are too few values for 95 %', () => {
    expect(medianInterval([3, 1, 2])).toEqual({ low: 1, high: 3, confidence: 0.75 })
  })

  it('the statistics of benchmarks give an interval that holds the median, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 }),
        values => {
          const { low, high } = medianInterval(values)
          return low <= median(values) && median(values) <= high
        },
      ),
    )
  })

  it('the statistics of benchmarks divide the values of one round by each other, not medians of different rounds', () => {
    // The machine was three times as slow in the second round, for both.
    expect(ratioOf([1, 3, 1], [2, 6, 2])).toMatchObject({ median: 0.5, low: 0.5, high: 0.5, pairs: 3 })
  })

  it('the statistics of benchmarks give no ratio to a contestant that lacks the figure', () => {
    expect(ratioOf([1, 2], [])).toBeNull()
  })
})
