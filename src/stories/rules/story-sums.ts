/** Keeps a story's sums over its articles (vector, square, number of words) and the table of terms up to date. */

import type { Blocks } from './blocks.ts'
import type { Story } from './story.ts'
import type { TermTable } from './term-table.ts'
import { add, copyOf, multiply, type OnCount, squareOf, subtract, type Vector } from './vectors.ts'

export interface StorySums {
  add(story: Story, vector: Vector): void
  subtract(story: Story, vector: Vector): void
  /** Adds all of a story to another one, and takes its terms out of the table; the vector of `from` is not cleared. */
  move(from: Story, into: Story): void
}

export const createStorySums = (blocks: Blocks, terms: TermTable): StorySums => {
  const resize = (story: Story, by: number): void => {
    terms.resize(story.originals, story.originals + by)
    story.originals += by
  }

  const countTerms =
    ({ language, slot }: Story): OnCount =>
    (term, before, after) =>
      terms.count(term, language, slot, before, after)

  return {
    add(story, vector) {
      story.squared += 2 * multiply(blocks, story, vector).product + squareOf(vector)
      add(blocks, story, vector, countTerms(story))
      story.words += vector.terms.length
      resize(story, 1)
    },
    subtract(story, vector) {
      subtract(blocks, story, vector, countTerms(story))
      story.squared -= 2 * multiply(blocks, story, vector).product + squareOf(vector)
      story.words -= vector.terms.length
      resize(story, -1)
    },
    move(from, into) {
      const sum = copyOf(blocks, from)
      into.squared += from.squared + 2 * multiply(blocks, into, sum).product
      for (let index = 0; index < sum.terms.length; index += 1)
        terms.count(sum.terms[index] as number, from.language, from.slot, sum.counts?.[index] ?? 0, 0) // below its length
      add(blocks, into, sum, countTerms(into))
      into.words += from.words
      const { originals } = from
      resize(from, -originals)
      resize(into, originals)
    },
  }
}
