import { expect, it } from 'vitest'
import { reduceWord } from '../../src/languages/segment.ts'
import { createPrior } from '../../src/stories/rules/common-words.ts'
import { hashTerm } from '../../src/stories/rules/features.ts'
import { type HashKey, OPEN_KEY } from '../../src/stories/rules/term-hash.ts'

const OTHER: HashKey = [1, 2]

it('a word is as common under one key as under another, while priors of both are in use', () => {
  const [open, other] = [createPrior(OPEN_KEY), createPrior(OTHER)]
  const term = (word: string, key: HashKey) => hashTerm(reduceWord(word, 'en', true), 'en', key)
  const common = open(term('minister', OPEN_KEY), 'en')
  expect(common).toBeGreaterThan(2 * open(term('qwertz', OPEN_KEY), 'en'))
  for (const again of [open, createPrior(OPEN_KEY)]) {
    expect(again(term('minister', OPEN_KEY), 'en')).toBe(common)
    expect(again(term('minister', OTHER), 'en')).toBeLessThan(common)
  }
  for (const again of [other, createPrior(OTHER)]) expect(again(term('minister', OTHER), 'en')).toBe(common)
})
