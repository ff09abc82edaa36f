import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stopwordsOf } from '../../src/languages/stopwords.ts'
import { foldWords } from '../../src/util/words.ts'

describe('stopwords', () => {
  it.each([
    ['en', 'said', 'wednesday', 'with', 'minister', 'fire'],
    ['de', 'für', 'mittwoch', 'eine', 'minister', 'brand'],
    ['fr', 'été', 'mercredi', 'dans', 'ministre', 'feu'],
    ['es', 'según', 'miércoles', 'para', 'ministro', 'incendio'],
    ['pt', 'não', 'ontem', 'para', 'ministro', 'incêndio'],
    ['ru', 'заявил', 'среду', 'для', 'министр', 'война'],
    ['ar', 'قال', 'الأربعاء', 'على', 'وزير', 'حريق'],
    ['ko', '속보', '수요일', '그리고', '장관', '화재'],
    ['ja', '速報', '水曜日', 'これ', '大臣', '火災'],
  ])('stopwords in %s are words of grammar and reporting, not words that news is about', (language, ...words) => {
    const stop = stopwordsOf(language)
    expect(words.map(word => stop.has(foldWords(word)))).toEqual([true, true, true, false, false])
  })

  it('stopwords do not include two-letter names of countries', () => {
    expect(['uk', 'us', 'tv', 'ai', 'eu'].filter(word => stopwordsOf('en').has(word))).toEqual(['us'])
  })

  it.each(readdirSync('src/languages/tables/stopwords').map(file => file.slice(0, -'.txt'.length)))(
    'stopwords are single folded words in %s',
    language => {
      const words = [...stopwordsOf(language)]
      expect(words.filter(word => word === '' || foldWords(word) !== word || word.includes(' '))).toEqual([])
    },
  )

  it('stopwords are empty for a language without a list', () => {
    expect(stopwordsOf('xx').size).toBe(0)
  })
})
