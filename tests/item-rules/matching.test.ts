import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRule } from '../../src/config/item-rules.ts'
import { buildAutomaton } from '../../src/rules/automaton.ts'
import { compileRules, type RuleItem } from '../../src/rules/compile.ts'
import { fold, normaliseText } from '../../src/rules/fold.ts'
import { compilePattern } from '../../src/rules/pattern.ts'
import { findRequired } from '../../src/rules/required-literal.ts'
import { Rule } from '../../src/rules/rule.ts'
import { writeRule } from '../../src/rules/written.ts'

const anItem = (some: Partial<RuleItem> = {}): RuleItem => ({
  ...{ source: 'courier', title: 'Ferry treaty signed', summary: 'Two ports agree.', author: null, categories: [] },
  ...{ url: 'https://www.example.org/world/ferry', language: 'en-GB', sections: ['world'], age: 60_000 },
  ...{ words: () => 300, ...some },
})

/** Ids of the rules that match, where each is a condition. */
const matching = (conditions: Record<string, unknown>, item: Partial<RuleItem>, unless?: Record<string, unknown>) => {
  const rule = Rule.parse({ id: 'one', when: conditions, ...(unless ? { unless } : {}), do: { hide: true } })
  return compileRules({ apply: 'all', rules: [rule] }).judge(anItem(item)) !== null
}

describe('rules that match items', () => {
  it.each([
    ['ferry', 'Ferry treaty signed', true],
    ['ferr', 'Ferry treaty signed', false],
    ['ferr*', 'Ferry treaty signed', true],
    ['*aty', 'Ferry treaty signed', true],
    ['treaty  SIGNED', 'Ferry treaty signed', true],
    ['sale', 'Wholesale prices rise', false],
    ['50% off', 'Now 50% off everything', true],
    ["l'eau", 'Prix de l’eau', true],
    ['straße', 'Neue STRASSE gebaut', false],
    ['Straße', 'Neue straße gebaut', true],
    ['ΟΔΟΣ', 'Η οδος κλείνει', true],
    ['選挙', '衆議院選挙の結果', true],
    ['ferry', '\ufb00erry', false],
    ['office', 'O\ufb03ce workers strike', true],
    ['café', 'cafe\u0301 culture', true],
    ['é', 'cafe\u0301', false],
  ])('the phrase %j in the title %j: %s', (phrase, title, expected) => {
    expect(matching({ title: phrase }, { title })).toBe(expected)
  })

  it.each<[Record<string, unknown>, Partial<RuleItem>, boolean]>([
    [{ title: 'agree' }, {}, false],
    [{ text: 'agree' }, {}, true],
    [{ source: ['herald', 'courier'] }, {}, true],
    [{ source: 'herald' }, {}, false],
    [{ publisher: 'example.org' }, {}, true],
    [{ publisher: 'ample.org' }, {}, false],
    [{ url: '/world/' }, {}, true],
    [{ url: '/WORLD/' }, {}, true],
    [{ url: '/sport/' }, {}, false],
    [{ author: 'Ada Lovelace' }, { author: 'By Ada Lovelace and others' }, true],
    [{ author: 'Ada' }, {}, false],
    [{ category: 'sponsored' }, { categories: ['News', 'Sponsored content'] }, true],
    [{ category: 'news sponsored' }, { categories: ['News', 'Sponsored'] }, false],
    [{ language: 'en' }, {}, true],
    [{ language: ['de', 'fr'] }, {}, false],
    [{ section: 'world' }, {}, true],
    [{ section: 'sports' }, {}, false],
    [{ words: { max: 300 } }, {}, false],
    [{ words: { min: 300, max: 301 } }, {}, true],
    [{ age: { min: '1m' } }, {}, true],
    [{ age: { min: '2h' } }, {}, false],
    [{ source: 'courier', title: 'ferry' }, {}, true],
    [{ source: 'courier', title: 'train' }, {}, false],
    [{ title: ['train', { pattern: '^ferry .* signed$' }] }, {}, true],
    [{ title: { pattern: 'FERRY' } }, {}, true],
    [{ title: { pattern: '(?-i)FERRY' } }, {}, false],
    [{ category: { pattern: '^ads?$' } }, { categories: ['x', 'Ad'] }, true],
  ])('%j holds for the item with %j: %s', (conditions, item, expected) => {
    expect(matching(conditions, item)).toBe(expected)
  })

  it('a rule does not match where one of its exceptions holds', () => {
    expect(matching({ title: 'ferry' }, {}, { source: 'herald', language: 'de' })).toBe(true)
    expect(matching({ title: 'ferry' }, {}, { source: 'herald', language: 'en' })).toBe(false)
  })

  it('what is judged before leaves no trace in what is judged next', () => {
    const rules = compileRules({
      apply: 'all',
      rules: [Rule.parse({ id: 'a', when: { title: 'ferry' }, do: { drop: true } })],
    })
    expect([anItem(), anItem({ title: 'Train' }), anItem()].map(item => rules.judge(item) !== null)).toEqual([
      true,
      false,
      true,
    ])
  })

  const label = (id: string, label: string, more: object = {}) =>
    Rule.parse({ id, when: { language: 'en' }, do: { label, ...more } })
  const three = [
    label('a', 'opinion', { section: 'debate' }),
    label('b', 'paywall', { section: 'world', weight: 2 }),
    label('c', 'opinion'),
  ]

  it('all rules that match count together: the first says what can be said only once', () => {
    expect(compileRules({ apply: 'all', rules: three }).judge(anItem())).toEqual({
      ...{ rules: ['a', 'b', 'c'], section: 'debate', weight: 2, label: ['opinion', 'paywall'], addSection: [] },
    })
  })

  it('with apply: first only the first rule that matches counts', () => {
    expect(compileRules({ apply: 'first', rules: three }).judge(anItem())).toMatchObject({
      rules: ['a'],
      label: ['opinion'],
    })
  })

  it('a rule that is switched off matches nothing', () => {
    const off = Rule.parse({ id: 'off', enabled: false, when: { language: 'en' }, do: { drop: true } })
    expect(compileRules({ apply: 'all', rules: [off] }).judge(anItem())).toBeNull()
  })

  it('a rule as it is written for the form reads as the same rule', () => {
    const text = `id: old\nnote: "x: y"\nenabled: false\nwhen: {age: {min: 90m, max: 2d}, title: [a b, {pattern: 'x+yz'}]}\nunless: {source: courier}\ndo: {section: world, story: false}\n`
    const known = { sections: ['world'], sources: ['courier'] }
    const { rule } = readRule(text, known)
    expect(rule).not.toBeNull()
    expect(rule && readRule(writeRule(rule), known).rule).toEqual(rule)
  })
})

describe('the automaton', () => {
  it('the automaton finds every occurrence of every text, as a search for each does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'ä', '選'), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 12 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'ä', '選'), maxLength: 60 }),
        (texts, hay) => {
          const found: string[] = []
          buildAutomaton(texts).scan(hay, (index, end) => found.push(`${index} ${end}`))
          const expected = texts.flatMap((each, index) =>
            Array.from({ length: hay.length }, (_, at) => at).flatMap(at =>
              hay.startsWith(each, at) ? [`${index} ${at + each.length}`] : [],
            ),
          )
          expect(found.toSorted()).toEqual(expected.toSorted())
        },
      ),
    )
  })
})

describe('texts that a pattern requires', () => {
  it.each<[string, readonly string[] | null]>([
    ['black friday', ['black friday']],
    ['\\bsale\\b.*\\d+ ?%', ['sale']],
    ['(?:cheap|discount)ed? (flights)', ['flights']],
    ['horoscope|zodiac', ['horoscope', 'zodiac']],
    ['horoscope|.', null],
    ['colou?r', ['colo']],
    ['(sponsored)?', null],
    ['(sponsored){0,2}', null],
    ['(sponsored){2}', ['sponsored']],
    ['x+y', null],
    ['[abc]def', ['def']],
    ['[]a]bcd', ['bcd']],
    ['[^]a]bcd', ['bcd']],
    ['[[:alpha:]]bcd', ['bcd']],
    ['\\p{Greek}abc', ['abc']],
    ['\\x41bcd', ['bcd']],
    ['\\101bcd', ['bcd']],
    ['a\\.b\\.c', ['a.b.c']],
    ['\\Qa|b\\Ecdef', null],
    ['(?i)WORLD', ['world']],
    ['(?P<name>abcd)', ['abcd']],
    ['(?i:abcd)e', ['abcd']],
    ['選挙', ['選挙']],
    ['ab', null],
  ])('of %j: %j', (source, expected) => {
    expect(findRequired(source)).toEqual(expected)
  })

  it('wherever a pattern matches, one of the texts that it requires occurs', () => {
    const atom = fc.constantFrom('abc', 'bca', 'a', '[ab]c', '.', '\\w', '(?:abc|cab)', '(abc)', '\\.', 'Σας', 'İx')
    const repeat = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{0,1}', '+?')
    const part = fc.tuple(atom, repeat).map(([one, times]) => (times === '' ? one : `(?:${one})${times}`))
    const pattern = fc
      .array(fc.array(part, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
      .map(all => all.map(each => each.join('')).join('|'))
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'ABC', 'cab', '.', ' ', 'σΑς', 'İX'), { maxLength: 12 })
      .map(parts => parts.join(''))
    let matches = 0
    fc.assert(
      fc.property(pattern, text, (source, written) => {
        const { required, test } = compilePattern(source)
        if (required === null || !test(normaliseText(written))) return
        matches += 1
        expect(required.some(each => fold(written).includes(each))).toBe(true)
      }),
      { numRuns: 3_000 },
    )
    expect(matches).toBeGreaterThan(50)
  })

  it('a pattern that makes backtracking engines hang is done within the time of a test', () => {
    const { test } = compilePattern('(a+)+$')
    expect(test(`${'a'.repeat(50_000)}!`)).toBe(false)
  })
})

describe('the schema of rules', () => {
  it('a rule needs an id, a condition and an action', () => {
    const { error } = Rule.safeParse({ when: {}, do: {} })
    expect(error?.issues.map(({ path }) => path.join('.')).toSorted()).toEqual(['do', 'id', 'when'])
  })
})
