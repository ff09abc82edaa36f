import { describe, expect, it } from 'vitest'
import { isOneStory, pairLanguages, readPairs } from '../support/story-pairs.ts'

/** As seen: at least so many of twenty pairs on one event are found, and at most so many of twenty near-misses joined. */
const LIMITS: Readonly<Record<string, readonly [found: number, mistaken: number]>> = {
  ...{ ar: [17, 3], de: [13, 4], en: [13, 4], es: [16, 4], fr: [16, 2] },
  ...{ ja: [17, 4], ko: [13, 2], pt: [17, 3], ru: [14, 5] },
}

describe.each(pairLanguages)('pairs of headlines in %s', language => {
  const pairs = readPairs(language)
  const [found = 20, mistaken = 0] = LIMITS[language] ?? []

  it(`at least ${found} of twenty pairs about one event become one story in ${language}`, () => {
    const same = pairs.filter(pair => pair.same)
    expect(same).toHaveLength(20)
    expect(same.filter(pair => isOneStory(pair, language)).length).toBeGreaterThanOrEqual(found)
  })

  it(`at most ${mistaken} of twenty pairs about two events become one story in ${language}`, () => {
    const unlike = pairs.filter(pair => !pair.same)
    expect(unlike).toHaveLength(20)
    expect(unlike.filter(pair => isOneStory(pair, language)).length).toBeLessThanOrEqual(mistaken)
  })

  it(`no pair becomes one story where one of the two is not in ${language}`, () => {
    expect(pairs.filter(pair => isOneStory(pair, language, language === 'it' ? 'en' : 'it'))).toEqual([])
  })
})
