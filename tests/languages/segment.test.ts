import { describe, expect, it } from 'vitest'
import { splitText, tellingWords } from '../../src/languages/segment.ts'
import { stemmerFor } from '../../src/languages/stem.ts'

describe('the words of a text', () => {
  it.each([
    ['en', "Mayor's U.S. visit: 3.5m don't care", ['mayor', 'u', 's', 'visit', '3', '5m', 'don', 'care']],
    ['en', '1,500 ferries and 3,2 more', ['1500', 'ferries', 'and', '3', '2', 'more']],
    ['fr', "l'eau à 1\u202f500 euros", ['l', 'eau', 'à', '1500', 'euros']],
    ['de', 'Öffentliche Straße – gesperrt', ['öffentliche', 'straße', 'gesperrt']],
    ['ja', '東京で地震', ['東京', 'で', '地震']],
    ['zh', '四川发生地震', ['四川', '发生', '地震']],
    ['th', 'แผ่นดินไหวที่เชียงราย', ['แผ่น', 'ดิน', 'ไหว', 'ที่', 'เชียงราย']],
    ['ko', '경주서 규모 4.0 지진', ['경주서', '규모', '4', '0', '지진']],
    ['', '', []],
  ])('the words of a text in the language %j are found: %s', (language, text, words) => {
    expect(splitText(text, language)).toEqual(words)
  })

  it('the significant words of a text are folded and stemmed, without stopwords and single letters', () => {
    expect(tellingWords("The mayor's visits to Öland in 2026", 'en')).toEqual(['mayor', 'visits', 'oland', '2026'])
    const same = (language: string, one: string, other: string): void =>
      expect(tellingWords(one, language, true)).toEqual(tellingWords(other, language, true))
    same('en', 'mayors visit cities and bridges', 'the mayor visits a city and a bridge')
    same('de', 'die Minister der Länder', 'den Ministern des Landes')
    same('fr', 'les élections municipales', 'une élection municipale')
    same('ru', 'каменный мост в Москве', 'каменного моста Москвы')
    same('ar', 'الوزراء والمدينة', 'وزراء المدينة')
    same('ko', '대통령이 국회에서', '대통령은 국회를')
    expect(tellingWords('مدينة', 'ar', true)).not.toEqual([])
  })

  it('the words of a text keep their endings in a language without stemming rules', () => {
    expect(stemmerFor('xx')).toBeNull()
    expect(tellingWords('visits', 'xx', true)).toEqual(['visits'])
    expect(tellingWords('visits', '', true)).toEqual(['visits'])
  })

  it('the words of a text are found in bounded time for 100,000 characters', () => {
    const start = performance.now()
    for (const text of ['a'.repeat(100_000), 'ab '.repeat(33_000), '東京'.repeat(50_000), '🎉'.repeat(50_000)])
      for (const language of ['en', 'ja', 'ru', 'ko']) tellingWords(text, language, true)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})
