import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collectNames, learnTitles, NO_HABITS, withoutName } from '../../src/sources/items/titles.ts'

const headlines = [
  'Rates fall for the third time',
  'Storm nears – and the ferries stop',
  'Cup final goes to extra time',
  'Vote today on harbour tunnel',
  'Old bridge closes on Monday',
  'Bakers strike over flour prices',
  'Volcano wakes beneath glacier',
  'Orchestra plays in the stadium',
]
const shown = (titles: readonly string[], names: (string | null)[] = []) => {
  const habits = learnTitles(NO_HABITS, titles)
  return titles.map(title => withoutName(title, habits, collectNames(names)))
}

describe("a publisher's name in titles", () => {
  it.each([
    [' - The Times'],
    [' | Reuters'],
    ['|Reuters'],
    [' – Süddeutsche Zeitung'],
    [' — Коммерсантъ'],
    [' · الجزيرة'],
    [' » Le Monde'],
    [' - הארץ'],
  ])("a publisher's name, %s, at the end of titles is learnt and dropped", ending => {
    expect(shown(headlines.map(title => title + ending))).toEqual(headlines)
  })

  it.each([['BBC News – '], ['Reuters | ']])(
    "a publisher's name, %s, at the beginning of titles is learnt and dropped",
    beginning => {
      expect(shown(headlines.map(title => beginning + title))).toEqual(headlines)
    },
  )

  it.each([['_新浪新闻'], ['-新华网'], ['｜朝日新聞'], [' - 연합뉴스']])(
    "a publisher's name, %s, is learnt in scripts without spaces",
    ending => {
      const titles = [
        '首相来週にも内閣改造へ',
        '台风逼近沿海停航三天',
        '央行宣布下调存款利率',
        '北海道で大雪の恐れ強まる',
        '港口大桥周一恢复通行',
        '面包师因面粉涨价罢工',
      ]
      expect(shown(titles.map(title => title + ending))).toEqual(titles)
    },
  )

  it.each([
    ['Rates fall again - The Times', ['The Times: World']],
    ['Rates fall again (Reuters)', ['Reuters']],
    ['Rates fall again | courier.example', ['Courier', 'courier.example']],
    ['Courier: Rates fall again', ['Courier']],
    ['[Courier] Rates fall again', ['Courier']],
    ['【新浪新闻】Rates fall again', ['新浪新闻']],
  ])("a publisher's name is dropped from %j at once if the source is named %j", (title, names) => {
    expect(withoutName(title, NO_HABITS, collectNames(names))).toBe('Rates fall again')
  })

  it("a publisher's name in titles is learnt over several readings, and stays learnt when a few titles come without it", () => {
    let habits = NO_HABITS
    for (const title of headlines.slice(0, 6)) habits = learnTitles(habits, [`${title} | Reuters`])
    expect(habits.end).toBe(' | Reuters')
    habits = learnTitles(habits, headlines)
    expect(habits.end).toBe(' | Reuters')
    for (let n = 0; n < 5; n += 1) habits = learnTitles(habits, headlines)
    expect(habits.end).toBeNull()
    expect(habits.ends).toHaveLength(40)
  })
})

describe("a headline's own words", () => {
  it.each([
    ['different endings', ['Rain - and wind', 'Sun - and heat', 'Snow – and ice', 'Fog everywhere', 'Hail - at last']],
    ['what kind of report it is', headlines.map(title => `${title} – live updates`)],
    ['an ending that few have', [...headlines, ...headlines.slice(0, 3).map(title => `${title} | Opinion`)]],
    ['too few titles to tell', headlines.slice(0, 4).map(title => `${title} | Reuters`)],
    ['hyphenated words', headlines.map(title => `${title} in the mid-Atlantic`)],
    ['a colon', headlines.map(title => `Explained: ${title}`)],
  ])("a headline's own words stay: %s", (_, titles) => {
    expect(shown(titles)).toEqual(titles)
  })

  it("a headline's own words stay if hardly anything else would be left", () => {
    const habits = learnTitles(
      NO_HABITS,
      headlines.map(title => `${title} | Reuters`),
    )
    expect(withoutName('Live | Reuters', habits, collectNames([]))).toBe('Live | Reuters')
    expect(withoutName('Reuters | Reuters', habits, collectNames(['Reuters']))).toBe('Reuters | Reuters')
  })

  it('a headline as shown is a non-empty part of the title, and equals the title if nothing was learnt', () => {
    const aTitle = fc.array(fc.constantFrom('Rates', 'fall', ' - ', ' | ', '新浪', '_', ': ', '(', ')', ' '), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(
        fc.array(
          aTitle.map(parts => parts.join('')),
          { maxLength: 12 },
        ),
        aTitle,
        (titles, words) => {
          const title = words.join('')
          const left = withoutName(title, learnTitles(NO_HABITS, titles), collectNames(['Rates', null]))
          expect(title).toContain(left)
          expect(left === '').toBe(title === '')
          expect(withoutName(title, NO_HABITS, collectNames([]))).toBe(title)
        },
      ),
    )
  })
})
