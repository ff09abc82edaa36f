import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createIntMap } from '../../src/util/int-map.ts'

describe('a map of integers', () => {
  it('a map of integers equals a Map after any history, even if keys collide', () => {
    // Few keys, far apart and side by side, so that they meet in the table and are deleted from the middle of a run.
    const key = fc.oneof(
      fc.integer({ min: -20, max: 20 }),
      fc.integer({ min: 0, max: 40 }).map(n => n * 0x9e37),
    )
    const step = fc.tuple(key, fc.option(fc.nat(2 ** 31 - 2), { nil: null }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), steps => {
        const [map, model] = [createIntMap(), new Map<number, number>()]
        for (const [at, value] of steps) {
          if (value === null) {
            map.delete(at)
            model.delete(at)
          } else {
            map.set(at, value)
            model.set(at, value)
          }
        }
        expect(map.size).toBe(model.size)
        for (const [at] of steps) expect(map.get(at)).toBe(model.get(at) ?? -1)
      }),
    )
  })

  it('a map of integers grows to a hundred thousand keys, and keeps one half when the other is deleted', () => {
    const map = createIntMap()
    for (let n = 0; n < 100_000; n += 1) map.set(Math.imul(n, 2_654_435_761), n)
    for (let n = 0; n < 100_000; n += 2) map.delete(Math.imul(n, 2_654_435_761))
    expect(map.size).toBe(50_000)
    const wrong = Array.from({ length: 100_000 }, (_, n) => n).filter(
      n => map.get(Math.imul(n, 2_654_435_761)) !== (n % 2 === 0 ? -1 : n),
    )
    expect(wrong).toEqual([])
  })
})
