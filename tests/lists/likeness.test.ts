import { describe, expect, it } from 'vitest'
import { compare, describe as describeWords, isSameHeadline } from '../../src/lists/rules/likeness.ts'

const profile = (title: string, summary = '', language = 'en') => describeWords({ title, summary, language })
/** @param rarity nats, of words that are rarer or more common than most, which say 6 */
const alike = (
  one: ReturnType<typeof profile>,
  other: ReturnType<typeof profile>,
  rarity: Readonly<Record<string, number>> = {},
) =>
  compare(
    one,
    other,
    one.words.map(word => rarity[word] ?? 6),
  )

describe('the similarity of two articles', () => {
  it('similarity weighs a name more than another word, and a word of the title more than one of the summary', () => {
    const article = profile('Mayor meets Berg about the ferry', 'Talks in Oslo lasted all night.')
    const [name, word] = [profile('Party drops Berg'), profile('The ferry sinks')]
    expect(alike(article, name)).toMatchObject({ evidence: 3, names: ['berg'], words: [] })
    expect(alike(article, word)).toMatchObject({ names: [], words: ['ferry'] })
    expect(alike(article, word).evidence).toBeCloseTo(0.6 * 3)
    expect(alike(article, profile('Party votes', 'It rained in Oslo.')).evidence).toBeLessThan(
      alike(article, profile('Strike paralyses Oslo')).evidence,
    )
  })

  it('similarity weighs rare words more than common ones, and very common ones not at all', () => {
    const [one, other] = [profile('Storm floods harbour'), profile('Storm empties harbour')]
    const evidence = (storm: number) => alike(one, other, { storm, harbour: 2 }).evidence
    expect(evidence(7)).toBeGreaterThan(evidence(5))
    expect(evidence(3)).toBe(0)
    // What one article in thousands has says no more than that it is rare.
    expect(evidence(12)).toBe(evidence(8))
  })

  it('similarity counts a shared whole name fully, but a shared first name with another surname hardly at all', () => {
    const article = profile('player of Neil Young sells well')
    const [otherNeil, young] = [profile('film by Neil Burger opens'), profile('fans of Neil Young wait')]
    expect(alike(article, otherNeil)).toMatchObject({ names: [] })
    expect(alike(article, otherNeil).evidence).toBeCloseTo(0.2 * 3)
    expect(alike(article, young).evidence).toBeCloseTo((1 + 0.3) * 3)
  })

  it.each([
    ['de', 'Hafen von Valdoria wird gesperrt', 'Valdoria streitet um Hafen'],
    ['ja', '東京の地震で新幹線が停止', '新幹線、地震で遅れ'],
    ['ko', '발도리아 항구 폐쇄', '발도리아 항구 다시 열려'],
    ['ar', 'إغلاق ميناء فالدوريا', 'ميناء فالدوريا يفتح أبوابه'],
    ['ru', 'Порт Вальдории закрыт', 'Порт Вальдории снова открыт'],
  ])('similarity in %s depends on rare words, whatever is capitalised', (language, title, other) => {
    const { evidence, names, words } = alike(profile(title, '', language), profile(other, '', language))
    expect(names.length + words.length).toBeGreaterThanOrEqual(2)
    expect(evidence).toBeGreaterThan(0)
  })

  it('similarity of articles in two languages is zero', () => {
    expect(alike(profile('Taxi Oslo', '', 'en'), profile('Taxi Oslo', '', 'no'))).toEqual({
      evidence: 0,
      names: [],
      words: [],
    })
  })

  it('similarity ignores the agency credit and the dateline of a text', () => {
    const article = profile('Ferry strike ends (Reuters)', 'PORT ELLIN, Valdoria (Reuters) -- Crews sail again.')
    expect(article.words).not.toContain('reuter')
    expect(article.words).not.toContain('ellin')
    expect(article.words).toContain('crew')
  })

  it.each([
    ['en', 'SPECIAL REPORT-Ferry operator hid faults', 'SPECIAL REPORT-Minister took gifts from builder', ''],
    ['en', 'WRAPUP 1-Ferry operator hid faults', 'WRAPUP 1-Minister took gifts from builder', ''],
    ['en', 'Ferry operator hid faults - Reuters', 'Minister took gifts from builder - Reuters', ''],
    ['en', 'Ferry operator hid faults', 'Minister took gifts from builder', 'Port Ellin (Reuters) - '],
    ['de', 'WDH/Fähre sinkt vor Küste', 'WDH/Minister tritt zurück', ''],
    ['fr', 'DIAPORAMA. Un ferry coule au large', 'DIAPORAMA. Le ministre démissionne enfin', ''],
  ])('similarity in %s ignores labels and credits: %s', (language, one, other, credit) => {
    const [first, second] = [profile(one, `${credit}Yes.`, language), profile(other, `${credit}No.`, language)]
    const { names, words } = alike(first, second)
    expect([...names, ...words].filter(word => !['port', 'ellin'].includes(word))).toEqual([])
  })

  it.each([
    'PORT ELLIN, Val. (COURIER.WIRE) -- Crews sail again.',
    'By Ada Reed, Courier Reporter CourierNews -- Crews sail again.',
    'Par Le Courrier avec CW - Crews sail again.',
  ])('similarity ignores who wrote a text and where: %s', summary => {
    expect(profile('Strike ends', summary).words).toEqual(['strike', 'crew', 'sail'])
  })

  it('similarity keeps a first sentence that a dash interrupts', () => {
    const { words } = profile('Strike ends', 'NATO met. The crews -- all of them -- sail again.')
    expect(words).toEqual(expect.arrayContaining(['nato', 'crew']))
  })

  it('similarity counts no office as a name, since other articles mean another holder', () => {
    const article = profile('Ferry plan of the Prime Minister', 'The Prime Minister spoke.')
    expect(alike(article, profile('What the Prime Minister ate', 'The Prime Minister smiled.'))).toMatchObject({
      names: [],
    })
  })

  it("two headlines are the same if they share most of the shorter one's words", () => {
    const ferry = profile('Ferry strike ends after nine days')
    expect(isSameHeadline(ferry, profile('Nine days of ferry strike end'))).toBe(true)
    expect(isSameHeadline(ferry, profile('Ferry strike costs harbour millions'))).toBe(false)
    expect(isSameHeadline(ferry, profile('Strike'))).toBe(false)
  })
})
