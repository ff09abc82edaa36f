/**
 * Compiles rules, and decides an item by them. All phrases, and the texts that patterns require, are looked for in one
 * pass over the item; a rule is looked at closely only if it can still match. (pure)
 */

import { isUnder } from '../util/host.ts'
import { type Automaton, buildAutomaton } from './automaton.ts'
import { fold, isInWord, normaliseText } from './fold.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import {
  type Actions,
  type Conditions,
  MAX_LABELS,
  type Rule,
  type RuleSet,
  TEXT_FIELDS,
  type TextField,
  type TextTerm,
} from './rule.ts'

/** What rules look at. */
export interface RuleItem {
  readonly source: string
  readonly title: string
  readonly summary: string
  readonly author: string | null
  readonly categories: readonly string[]
  /** As the article is shown. */
  readonly url: string
  /** BCP 47. */
  readonly language: string
  readonly sections: readonly string[]
  /** ms between its publication and its arrival. */
  readonly age: number
  /** Number of words; called only if a rule asks. */
  readonly words: () => number
}

/** What the rules that matched say together. For what can be said only once, the first of them counts. */
export interface Verdict extends Pick<Actions, 'drop' | 'hide' | 'section' | 'weight' | 'content' | 'story'> {
  /** Ids of the rules, in order. */
  readonly rules: readonly string[]
  readonly addSection: readonly string[]
  readonly label: readonly string[]
}

export interface CompiledRules {
  /** @returns null if no rule matches */
  judge(item: RuleItem): Verdict | null
}

/** Parts of an item in the text that is searched, each a bit. */
const PARTS = { title: 1, summary: 2, author: 4, category: 8, url: 16 } as const
const PARTS_OF: Readonly<Record<TextField, number>> = {
  ...{ title: PARTS.title, text: PARTS.title | PARTS.summary, author: PARTS.author },
  ...{ category: PARTS.category, url: PARTS.url },
}

/** A text looked for in some parts of an item. */
interface Sought {
  readonly text: string
  readonly parts: number
  /** Whether a word must begin where it begins, and end where it ends. */
  readonly beginsWord: boolean
  readonly endsWord: boolean
}

/** The texts that rules look for, each once. */
const createSoughtTexts = () => {
  const sought: Sought[] = []
  const known = new Map<string, number>()
  return {
    sought,
    add(each: Sought): number {
      const key = `${each.parts} ${each.beginsWord} ${each.endsWord} ${each.text}`
      const index = known.get(key) ?? sought.length
      if (index === sought.length) {
        known.set(key, index)
        sought.push(each)
      }
      return index
    },
  }
}

/** An item while it is judged: which texts were found, and its fields as patterns read them. */
interface Reading {
  readonly item: RuleItem
  has(sought: number): boolean
  fields(field: TextField): readonly string[]
}

type Test = (reading: Reading) => boolean

const readField = (item: RuleItem, field: TextField): readonly string[] => {
  switch (field) {
    case 'title':
      return [item.title]
    case 'text':
      return [item.title, item.summary]
    case 'author':
      return [item.author ?? '']
    case 'category':
      return item.categories
    case 'url':
      return [item.url]
  }
}

/** An asterisk at an end leaves it open: `horoscop*` finds every word that begins so. */
const readPhrase = (phrase: string, field: TextField): Omit<Sought, 'parts'> => {
  const text = fold(phrase).replace(/\s+/g, ' ').trim()
  if (field === 'url') return { text, beginsWord: false, endsWord: false }
  return {
    text: text.replace(/^\*|\*$/g, '').trim(),
    beginsWord: !text.startsWith('*'),
    endsWord: !text.endsWith('*'),
  }
}

interface PatternTest {
  readonly pattern: Pattern
  /** What is sought for it; empty if it is tried on every item. */
  readonly required: readonly number[]
}

const compileTerms = (field: TextField, terms: readonly TextTerm[], add: (sought: Sought) => number): Test => {
  const parts = PARTS_OF[field]
  const phrases: number[] = []
  const patterns: PatternTest[] = []
  for (const term of terms) {
    if (typeof term === 'string') phrases.push(add({ ...readPhrase(term, field), parts }))
    else {
      const pattern = compilePattern(term.pattern)
      const required = pattern.required ?? []
      patterns.push({
        pattern,
        required: required.map(text => add({ text, parts, beginsWord: false, endsWord: false })),
      })
    }
  }
  return reading => {
    for (const phrase of phrases) if (reading.has(phrase)) return true
    return patterns.some(
      ({ pattern, required }) =>
        (required.length === 0 || required.some(reading.has)) && reading.fields(field).some(text => pattern.test(text)),
    )
  }
}

const isWithin = (amount: number, { min, max }: { min?: number | undefined; max?: number | undefined }): boolean =>
  (min === undefined || amount >= min) && (max === undefined || amount < max)

/** The host of a URL without its port; empty if it has none. */
const hostOf = (url: string): string => /^[a-z]+:\/\/([^/:?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? ''

/** The conditions one by one, the cheap ones first. */
const compileConditions = (conditions: Conditions, add: (sought: Sought) => number): Test[] => {
  const { source, section, language, publisher, words, age } = conditions
  const tests: Test[] = []
  if (source) {
    const ids = new Set<string>(source)
    tests.push(({ item }) => ids.has(item.source))
  }
  for (const field of TEXT_FIELDS) {
    const terms = conditions[field]
    if (terms) tests.push(compileTerms(field, terms, add))
  }
  if (language) tests.push(({ item }) => language.includes(item.language.split('-')[0] ?? ''))
  if (section) tests.push(({ item }) => item.sections.some(id => section.includes(id)))
  if (age) tests.push(({ item }) => isWithin(item.age, age))
  if (publisher) tests.push(({ item }) => isUnder(hostOf(item.url), publisher))
  if (words) tests.push(({ item }) => isWithin(item.words(), words))
  return tests
}

interface CompiledRule {
  readonly rule: Rule
  readonly when: readonly Test[]
  readonly unless: readonly Test[]
}

/** Whether a rule matches; loops, since every rule is asked of every item. */
const matches = ({ when, unless }: CompiledRule, reading: Reading): boolean => {
  for (const test of when) if (!test(reading)) return false
  for (const test of unless) if (test(reading)) return false
  return true
}

/** Finds the texts in an item. Their occurrences are numbered by item, so that nothing has to be cleared. */
const createSearch = (sought: readonly Sought[]): ((item: RuleItem) => (index: number) => boolean) => {
  if (sought.length === 0) return () => () => false
  // One text may be sought in several parts.
  const texts = [...new Set(sought.map(({ text }) => text))]
  const places = new Map(texts.map((text, index) => [text, index]))
  const wanted: (Sought & { readonly index: number })[][] = texts.map(() => [])
  for (const [index, each] of sought.entries()) wanted[places.get(each.text) ?? 0]?.push({ ...each, index })
  const automaton: Automaton = buildAutomaton(texts)
  const allParts = sought.reduce((parts, each) => parts | each.parts, 0)
  const seenIn = new Float64Array(sought.length)
  let turn = 0
  const has = (index: number): boolean => seenIn[index] === turn

  const scanPart = (part: number, text: string): void => {
    if ((allParts & part) === 0 || text === '') return
    const folded = fold(text)
    automaton.scan(folded, (literal, end) => {
      const start = end - (texts[literal]?.length ?? 0)
      for (const { index, parts, beginsWord, endsWord } of wanted[literal] ?? []) {
        if ((parts & part) === 0 || seenIn[index] === turn) continue
        if (!(beginsWord && isInWord(folded, start)) && !(endsWord && isInWord(folded, end))) seenIn[index] = turn
      }
    })
  }
  return item => {
    turn += 1
    scanPart(PARTS.title, item.title)
    scanPart(PARTS.summary, item.summary)
    scanPart(PARTS.author, item.author ?? '')
    for (const category of item.categories) scanPart(PARTS.category, category)
    scanPart(PARTS.url, item.url)
    return has
  }
}

const combine = (matched: readonly Rule[]): Verdict => {
  const actions = matched.map(rule => rule.do)
  const first = <Key extends keyof Actions>(key: Key): Pick<Actions, Key> => {
    const value = actions.find(each => each[key] !== undefined)?.[key]
    return (value === undefined ? {} : { [key]: value }) as Pick<Actions, Key> // of that key
  }
  return {
    rules: matched.map(({ id }) => id),
    ...{ ...first('drop'), ...first('hide'), ...first('section'), ...first('weight') },
    ...{ ...first('content'), ...first('story') },
    addSection: [...new Set(actions.flatMap(each => each.addSection ?? []))],
    label: [...new Set(actions.flatMap(each => each.label ?? []))].slice(0, MAX_LABELS),
  }
}

/** @throws PatternError, which checked rules never cause */
export const compileRules = ({ apply, rules }: RuleSet): CompiledRules => {
  const { sought, add } = createSoughtTexts()
  const compiled = rules
    .filter(({ enabled }) => enabled)
    .map(
      (rule): CompiledRule => ({
        rule,
        when: compileConditions(rule.when, add),
        unless: rule.unless ? compileConditions(rule.unless, add) : [],
      }),
    )
  const search = createSearch(sought)
  return {
    judge(item) {
      const has = search(item)
      const fields = new Map<TextField, readonly string[]>()
      const reading: Reading = {
        ...{ item, has },
        fields(field) {
          const known = fields.get(field) ?? readField(item, field).map(normaliseText)
          fields.set(field, known)
          return known
        },
      }
      const matched: Rule[] = []
      for (const each of compiled) {
        if (!matches(each, reading)) continue
        matched.push(each.rule)
        if (apply === 'first') break
      }
      return matched.length === 0 ? null : combine(matched)
    },
  }
}
