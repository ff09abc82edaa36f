import { describe, expect, it } from 'vitest'
import { readRules } from '../../src/config/item-rules.ts'
import { parseYaml } from '../../src/config/read-yaml.ts'

const known = { sections: ['world', 'sports'], sources: ['courier', 'herald'] }

const read = (text: string) => {
  const problems: string[] = []
  const file = parseYaml('rules.yaml', () => text, problems)
  const found = readRules(file, known)
  return { ...found, problems: [...problems, ...found.problems] }
}

describe('rules.yaml', () => {
  it('rules.yaml may be missing or empty', () => {
    expect(readRules(null, known).rules.rules).toEqual([])
    expect(read('').problems).toEqual([])
    expect(read('rules: []').rules).toEqual({ apply: 'all', rules: [] })
  })

  it('a rule may give one value where a list may stand', () => {
    const { rules, problems } = read(
      'apply: first\nrules:\n  - id: ads\n    when: {title: sale, age: {max: 2h}}\n    do: {label: sponsored}\n',
    )
    expect(problems).toEqual([])
    expect(rules).toEqual({
      apply: 'first',
      rules: [
        {
          ...{ id: 'ads', enabled: true, when: { title: ['sale'], age: { max: 7_200_000 } } },
          do: { label: ['sponsored'] },
        },
      ],
    })
  })

  it.each([
    [
      'rules:\n  - id: a\n    wen: {title: x}\n    do: {drop: true}',
      'rules.yaml:3:5 rules[0].wen: no such key; did you mean when?',
    ],
    [
      'rules:\n  - id: a\n    when: {titel: x}\n    do: {drop: true}',
      'rules.yaml:3:12 rules[0].when.titel: no such key; did you mean title?',
    ],
    [
      'rules:\n  - id: a\n    when: {title: x}\n    do: {dorp: true}',
      'rules.yaml:4:10 rules[0].do.dorp: no such key; did you mean drop?',
    ],
    ['rules:\n  - id: a\n    when: {title: x}', 'rules.yaml:2:5 rules[0].do: is missing; must be a mapping'],
    [
      'rules:\n  - id: a\n    when: {}\n    do: {drop: true}',
      'rules.yaml:3:5 rules[0].when: is a mapping; must have one condition at least: a rule for every item is a mistake',
    ],
    [
      'rules:\n  - id: a\n    when: {title: x}\n    do: {}',
      'rules.yaml:4:5 rules[0].do: is a mapping; must have one action at least, such as drop: true',
    ],
    [
      'rules:\n  - id: A b\n    when: {title: x}\n    do: {drop: true}',
      'rules.yaml:2:5 rules[0].id: is "A b"; a rule id is 1 to 64 of a-z, 0-9 and -, such as no-horoscopes',
    ],
    [
      'rules:\n  - id: a\n    when: {title: 7}\n    do: {drop: true}',
      'rules.yaml:3:12 rules[0].when.title: is 7; must be a phrase',
    ],
    [
      'rules:\n  - id: a\n    when: {title: [x, 7]}\n    do: {drop: true}',
      'rules.yaml:3:23 rules[0].when.title[1]: is 7; must be a phrase',
    ],
    [
      "rules:\n  - id: a\n    when:\n      title: {pattern: '(a'}\n    do: {drop: true}",
      'rules.yaml:4:15 rules[0].when.title.pattern: error parsing regexp: missing closing ): `(a`; it must be a regular expression of RE2',
    ],
    [
      "rules:\n  - id: a\n    when:\n      title: [x, {pattern: 'a(?=b)'}]\n    do: {drop: true}",
      'rules.yaml:4:19 rules[0].when.title[1].pattern: error parsing regexp: invalid or unsupported Perl syntax',
    ],
    [
      'rules:\n  - id: a\n    when: {title: x}\n    do: {section: sport}',
      'rules.yaml:4:10 rules[0].do.section: is "sport"; allowed: world, sports',
    ],
    [
      'rules:\n  - id: a\n    when: {section: [world, x]}\n    do: {drop: true}',
      'rules.yaml:3:29 rules[0].when.section[1]: is "x"; allowed: world, sports',
    ],
    [
      'rules:\n  - id: a\n    when: {age: {min: 2}}\n    do: {drop: true}',
      'rules.yaml:3:18 rules[0].when.age.min: is 2; must be a number with a unit',
    ],
    [
      'rules:\n  - id: a\n    when: {age: {min: 2d, max: 1d}}\n    do: {drop: true}',
      'rules.yaml:3:12 rules[0].when.age: is a mapping; min must be below max',
    ],
    [
      'rules:\n  - id: a\n    when: {title: x}\n    do: {drop: false}',
      'rules.yaml:4:10 rules[0].do.drop: is false; allowed: true',
    ],
    [
      'rules:\n  - id: a\n    when: {title: x}\n    do: {weight: 11}',
      'rules.yaml:4:10 rules[0].do.weight: is 11; must be 10 at most',
    ],
    [
      'rules:\n  - id: a\n    when: {title: x}\n    do: {content: html}',
      'rules.yaml:4:10 rules[0].do.content: is "html"; allowed: off, text',
    ],
    [
      'rules:\n  - {id: a, when: {title: x}, do: {drop: true}}\n  - {id: a, when: {title: y}, do: {drop: true}}',
      'rules.yaml:3:6 rules[1].id: is "a", like rules[0]',
    ],
    ['apply: frist\nrules: []', 'rules.yaml:1:1 apply: is "frist"; allowed: all, first'],
    ['rule: []', 'rules.yaml:1:1 rule: no such key; did you mean rules?'],
    ['rules: {}', 'rules.yaml:1:1 rules: must be a list of rules'],
    ['- id: a', 'rules.yaml:1:1 (file): must be a mapping with rules, which is a list of rules'],
    ['rules', 'rules.yaml:1:1 (file): must be a mapping with rules'],
  ])('%j is refused with its place and what is allowed', (text, problem) => {
    expect(read(text).problems.join('\n')).toContain(problem)
  })

  it('a pattern that requires no text is accepted, with a note of what it costs', () => {
    const { rules, notes, problems } = read(
      "rules:\n  - id: a\n    when: {title: {pattern: '\\d+%'}}\n    do: {hide: true}",
    )
    expect(problems).toEqual([])
    expect(rules.rules).toHaveLength(1)
    expect(notes).toEqual([
      expect.stringMatching(
        /^rules\.yaml:3:20 rules\[0\]\.when\.title\.pattern: .* tried on every item, at about \d+\.\d µs a headline/,
      ),
    ])
  })

  it('a source that is not in sources.yaml is noted, since it may have been added elsewhere', () => {
    const { notes, problems } = read('rules:\n  - {id: a, when: {source: couriers}, do: {hide: true}}')
    expect(problems).toEqual([])
    expect(notes).toEqual([
      'rules.yaml:2:20 rules[0].when.source: sources.yaml has no source "couriers"; did you mean courier?',
    ])
  })
})
