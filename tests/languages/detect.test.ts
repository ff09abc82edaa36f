import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { detectLanguage } from '../../src/languages/detect.ts'

/** A language and a headline a line; English and some others with headlines that are mostly names. */
const headlines = readFileSync('tests/languages/headlines.txt', 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => line.split('\t') as [language: string, headline: string])

/** Pairs of headlines, made for clustering. */
const paired = ['de', 'fr', 'es', 'pt', 'ja', 'ko', 'ar', 'ru'].flatMap(language =>
  readFileSync(`tests/stories/pairs/${language}.jsonl`, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<'a' | 'b', { title: string }>)
    .flatMap(({ a, b }): [string, string][] => [
      [language, a.title],
      [language, b.title],
    ]),
)

/** Malay and Indonesian are nearly the same. */
const said = (text: string): string | undefined => detectLanguage(text)?.language.replace(/^ms$/, 'id')

describe('the language of a headline', () => {
  const known = [...headlines, ...paired].filter(([language]) => language !== 'sw')
  const languages = [...new Set(known.map(([language]) => language))]

  it('the language of a headline is detected, or left open, for 28 languages', () => {
    expect(languages.length).toBeGreaterThanOrEqual(27)
    const wrong = known.filter(([language, text]) => ![language, undefined].includes(said(text)))
    expect(wrong.length / known.length, JSON.stringify(wrong)).toBeLessThan(0.015)
    const silent = known.filter(([, text]) => said(text) === undefined)
    expect(silent.length / known.length, JSON.stringify(silent)).toBeLessThan(0.015)
  })

  it.each(languages.filter(language => language !== 'en'))(
    'the language of a headline is detected for at least 7 of 8 headlines in %s',
    language => {
      const own = known.filter(([each]) => each === language)
      const right = own.filter(([, text]) => said(text) === language)
      expect(right.length / own.length).toBeGreaterThanOrEqual(7 / 8)
    },
  )

  it('the language of a headline in another language is never taken for English, even for Swahili, which is unknown', () => {
    expect([...headlines, ...paired].filter(([language, text]) => language !== 'en' && said(text) === 'en')).toEqual([])
    const swahili = headlines.filter(([language]) => language === 'sw')
    expect(swahili.filter(([, text]) => said(text) === undefined).length).toBeGreaterThanOrEqual(10)
  })

  it.each([
    ['ja', '日銀が金融政策決定会合'],
    ['ja', '円安進行、対策検討へ'],
    ['zh', '台北市長說明預算案'],
    ['ko', 'LA 다저스, 뉴욕 양키스에 5-3 승리'],
    ['ru', 'Apple и Google обжаловали решение ФАС'],
    ['el', 'Apple: νέο iPhone'],
  ])('the language of a headline is %s if its script and letters say so: %s', (language, text) => {
    expect(said(text)).toBe(language)
  })

  it.each(['', '   ', '2026', '🎉🎉🎉', 'https://example.com/a/b', '@desk #live', '12:30', '!!!'])(
    'the language of %j, which has no words, is left open',
    text => {
      expect(detectLanguage(text)).toBeNull()
    },
  )

  it('the language of a headline is the declared one if that uses the same script and is as probable', () => {
    expect(detectLanguage('दिल्लीत पावसाचा इशारा', 'mr')?.language).toBe('mr')
    expect(detectLanguage('Der Bundestag hat das Rentenpaket verabschiedet', 'en')?.language).toBe('de')
  })

  it('the language of a headline is detected in bounded time for a title of 100,000 characters', () => {
    const start = performance.now()
    for (const text of ['a'.repeat(100_000), 'лес '.repeat(25_000), '@'.repeat(100_000), '1a'.repeat(50_000)])
      detectLanguage(text)
    expect(performance.now() - start).toBeLessThan(500)
  })
})
