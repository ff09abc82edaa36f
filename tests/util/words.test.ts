import { describe, expect, it } from 'vitest'
import { foldWords } from '../../src/util/words.ts'

describe('folding words', () => {
  it.each([
    ['Öffentliche_Meinung', 'offentliche meinung'],
    ['Đà Nẵng: été à Łódź', 'đa nang ete a łodz'],
    ['Новый ёж', 'новыи еж'],
    ['أحمد إلى آسيا مُحَمَّد', 'احمد الى اسيا محمد'],
    ['שָׁלוֹם', 'שלום'],
    ['Ωμέγα', 'ωμεγα'],
  ])('folding words removes accents: %s', (text, folded) => {
    expect(foldWords(text)).toBe(folded)
  })

  it.each([
    ['バス事故', 'バス事故'],
    ['ﾊﾞｽ', 'バス'],
    ['मोदी की रैली', 'मोदी की रैली'],
    ['ที่เชียงราย', 'ที่เชียงราย'],
    ['বাংলাদেশ', 'বাংলাদেশ'],
  ])('folding words keeps marks that make another word: %s', (text, folded) => {
    expect(foldWords(text)).toBe(folded.normalize('NFC'))
    expect(foldWords(foldWords(text))).toBe(foldWords(text))
  })
})
