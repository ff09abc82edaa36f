import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArticleId } from '../../src/domain/article.ts'
import { createBlocks } from '../../src/stories/rules/blocks.ts'
import type { Features } from '../../src/stories/rules/features.ts'
import { RELATEDNESS } from '../../src/stories/rules/relatedness.ts'
import { createRings } from '../../src/stories/rules/rings.ts'
import {
  add,
  copyOf,
  multiply,
  type Sum,
  squareOf,
  strongest,
  subtract,
  toVector,
  type Vector,
} from '../../src/stories/rules/vectors.ts'

const textOf = (title: readonly number[], summary: readonly number[] = []): Features => ({
  ...{ id: 'a' as ArticleId, source: '', language: 'en', titleHash: '', slug: [], publishedAt: null },
  ...{ title, summary },
})
const vectorOf = (title: readonly number[], summary: readonly number[] = []): Vector =>
  toVector(textOf(title, summary), term => 1 + (Math.abs(term) % 7), RELATEDNESS)
const emptySum = (): Sum => ({ at: 0, capacity: 0, size: 0 })
const ignore = (): void => undefined

const words = fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 1, maxLength: 12 })
const texts = fc.array(fc.tuple(words, words), { minLength: 1, maxLength: 12 })

describe('the vector of a text', () => {
  it('the vector of a text has length 1, and each of its terms once, in ascending order', () => {
    fc.assert(
      fc.property(words, words, (title, summary) => {
        const vector = vectorOf(title, summary)
        expect(squareOf(vector)).toBeCloseTo(1, 2)
        expect([...vector.terms]).toEqual([...new Set([...title, ...summary])].sort((a, b) => a - b))
      }),
    )
  })

  it('the vector of a text weighs a word of the title more than one of the summary, and a rare one more than a common one', () => {
    const { weights } = vectorOf([1], [2, 3])
    const same = toVector(textOf([1], [2, 3]), () => 1, RELATEDNESS).weights
    expect(same[0]).toBeGreaterThan(same[1] as number)
    expect(same[1]).toBe(same[2])
    expect(weights[2]).toBeGreaterThan(weights[1] as number)
  })

  it('the vector of a text is limited to its heaviest terms, in order', () => {
    const { terms } = strongest(vectorOf([1, 2, 3, 4, 5, 6]), 3)
    expect([...terms]).toEqual([4, 5, 6])
  })
})

describe('the sum of vectors', () => {
  it('the sum of vectors does not depend on their order, and equals the sum of each', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (all, turn) => {
        const vectors = all.map(([title, summary]) => vectorOf(title, summary))
        const turned = [...vectors.slice(turn % vectors.length), ...vectors.slice(0, turn % vectors.length)]
        const [one, other] = [vectors, turned].map(list => {
          const [blocks, sum] = [createBlocks(), emptySum()]
          for (const vector of list) add(blocks, sum, vector, ignore)
          return copyOf(blocks, sum)
        })
        expect(one).toEqual(other)
        const weights = new Map<number, number>()
        for (const { terms, weights: own } of vectors)
          for (const [index, term] of terms.entries())
            weights.set(term, (weights.get(term) ?? 0) + (own[index] as number)) // of equal length
        expect(one && [...one.terms].map((term, index) => [term, one.weights[index]])).toEqual(
          [...weights].sort(([a], [b]) => a - b),
        )
      }),
    )
  })

  it('the sum of vectors is exactly as before once a vector was added and removed again', () => {
    fc.assert(
      fc.property(texts, words, words, (all, title, summary) => {
        const [blocks, sum, counts] = [createBlocks(), emptySum(), new Map<number, number>()]
        const count = (term: number, before: number, after: number): void => {
          expect(counts.get(term) ?? 0).toBe(before)
          counts.set(term, after)
        }
        for (const [own, rest] of all) add(blocks, sum, vectorOf(own, rest), count)
        const before = copyOf(blocks, sum)
        add(blocks, sum, vectorOf(title, summary), count)
        subtract(blocks, sum, vectorOf(title, summary), count)
        expect(copyOf(blocks, sum)).toEqual(before)
        expect([...counts].filter(([, articles]) => articles > 0)).toHaveLength(before.terms.length)
      }),
    )
  })

  it('the sum of vectors stays correct when adding a term moves all blocks', () => {
    const [blocks, sum] = [createBlocks(), emptySum()]
    const hungry = (): void => {
      blocks.allocate(96)
    }
    const vectors = Array.from({ length: 200 }, (_, n) => vectorOf(Array.from({ length: 12 }, (_, m) => n * 7 + m)))
    for (const vector of vectors) add(blocks, sum, vector, hungry)
    for (const vector of vectors.slice(1)) subtract(blocks, sum, vector, hungry)
    const [first] = vectors as [Vector]
    expect(multiply(blocks, sum, first)).toEqual({
      product: squareOf(first),
      largest: expect.closeTo(squareOf({ ...first, weights: first.weights.slice().sort().slice(-1) }), 10),
      shared: first.terms.length,
    })
  })
})

describe('short lists of integers', () => {
  it('short lists of integers keep their latest values, each list its own', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 30 }), fc.boolean())
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const rings = createRings(createBlocks(), 6)
        const lists = [0, 1, 2, 3, 4].map(() => rings.open())
        const model: number[][] = lists.map(() => [])
        for (const [n, value, isAdded] of steps) {
          const [list, numbers] = [lists[n] as number, model[n] as number[]]
          if (isAdded) {
            if (numbers.length === 6) numbers.shift()
            numbers.push(value)
            rings.add(list, value)
          } else {
            if (numbers.includes(value)) numbers.splice(numbers.indexOf(value), 1)
            rings.remove(list, value)
          }
        }
        expect(
          lists.map(list => Array.from({ length: rings.sizeOf(list) }, (_, index) => rings.valueAt(list, index))),
        ).toEqual(model)
      }),
    )
  })
})
