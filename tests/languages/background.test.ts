import { describe, expect, it } from 'vitest'
import { frequentWords, languagesWithWords, rankOf } from '../../src/languages/background.ts'
import { foldWords } from '../../src/util/words.ts'

describe('frequent words', () => {
  it('frequent words rank above rare ones, and do not include rare names', () => {
    expect(rankOf('the', 'en')).toBe(1)
    expect(rankOf('minister', 'en')).toBeLessThan(200)
    expect(rankOf('volcano', 'en')).toBeGreaterThan(2_000)
    expect(rankOf('qwertzuiop', 'en')).toBeNull()
  })

  it('frequent words are unknown for a language without a list', () => {
    expect(rankOf('the', 'xx')).toBeNull()
    expect(frequentWords('xx')).toEqual([])
    expect(frequentWords('../words/en')).toEqual([])
  })

  it.each([...languagesWithWords])('frequent words are distinct when folded, and lower case, in %s', language => {
    const words = frequentWords(language)
    expect(new Set(words).size).toBe(words.length)
    expect(words.filter(word => word !== word.toLowerCase() || foldWords(word).includes(' '))).toEqual([])
    expect(new Set(words.map(foldWords)).size).toBe(words.length)
    expect(words.length).toBeGreaterThan(5_000)
  })
})
