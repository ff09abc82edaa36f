/**
 * Checks the quality of sections against limits, on data of the repository: headlines of our own, headlines of the News
 * Category Dataset (Rishabh Misra) and the News Aggregator data set (Fabio Gasparetti), both CC BY 4.0, on which no
 * model was trained, and headlines in 26 languages.
 */

import { readFileSync } from 'node:fs'
import { loadConfig } from '../src/config/load.ts'
import { decideLanguage } from '../src/languages/decide.ts'
import { classifyBy } from '../src/sections/classify.ts'
import { loadSectionModel } from '../src/sections/model-loader.ts'
import { classifySections } from '../src/sections/sections.ts'
import type { Check } from './quality-check.ts'

interface Labelled {
  readonly title: string
  readonly summary?: string
  /** `scitech` is science or technology. */
  readonly section: string
}

const labelled = (name: string): string =>
  readFileSync(new URL(`../tests/support/labelled/${name}`, import.meta.url), 'utf8').trim()
const readLines = (name: string): (Labelled & { set?: string })[] =>
  labelled(name)
    .split('\n')
    .map(line => JSON.parse(line) as Labelled) // our own files

/** The English titles of a file of `[language section]` headings. */
const readTypical = (): Labelled[] => {
  let section = ''
  return labelled('typical-items.txt')
    .split('\n')
    .flatMap(line => {
      const heading = /^\[(\S+) (\S+)\]$/.exec(line)
      if (heading) section = heading[1] === 'en' ? (heading[2] ?? '') : ''
      return heading || line === '' || line.startsWith('#') || section === '' ? [] : [{ title: line, section }]
    })
    .filter(each => each.section !== 'debate' && each.section !== 'asia')
}

const isRight = (found: string | undefined, section: string): boolean =>
  found === section || (section === 'scitech' && (found === 'science' || found === 'technology'))

/** Mean over the sections of F1, in percent. */
const macroF1 = (texts: readonly Labelled[], found: readonly (string | undefined)[]): number => {
  const sections = [...new Set(texts.map(({ section }) => section))]
  const scores = sections.map(section => {
    const right = texts.filter((text, n) => text.section === section && isRight(found[n], section)).length
    const said = found.filter(each => isRight(each, section)).length
    const gold = texts.filter(text => text.section === section).length
    return (2 * right) / (said + gold || 1)
  })
  return (100 * scores.reduce((sum, score) => sum + score, 0)) / sections.length
}

const percent = (part: number, whole: number): number => (100 * part) / (whole || 1)

export const checkSections = (): Check[] => {
  const { taxonomy } = loadConfig('config', {})
  const classify = classifyBy(loadSectionModel())
  const sectionOf = ({ title, summary = '' }: Omit<Labelled, 'section'>, threshold?: number): string | undefined => {
    const text = { title, summary, language: decideLanguage(`${title} ${summary}`, ['en']) }
    const options = threshold === undefined ? {} : { threshold }
    return classifySections({ ...text, url: '', categories: [], source: null }, taxonomy, classify, options).sections[0]
  }
  const wire = readLines('sections-wire.jsonl')
  const aside = readLines('sections-aside.jsonl')
  const typical = readTypical()
  const foreign = readFileSync(new URL('../tests/languages/headlines.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .filter(line => line.includes('\t') && !/^(?:en\t|#)/.test(line))
    .map(line => ({ title: line.split('\t')[1] ?? '' }))
  const guesses = (texts: readonly Labelled[]): number =>
    macroF1(
      texts,
      texts.map(text => sectionOf(text, 0)),
    )
  const all = [...aside, ...typical]
  const said = all.flatMap(text => {
    const found = sectionOf(text)
    return found === undefined ? [] : [isRight(found, text.section)]
  })
  const sets = ['huffpost', 'uci'].map(set => aside.filter(text => text.set === set))
  return [
    { what: 'headlines of our own, best guess, macro-F1', value: guesses(wire), atLeast: 92 },
    { what: 'typical items of the shipped sources, best guess, macro-F1', value: guesses(typical), atLeast: 88 },
    { what: 'HuffPost headlines, best guess, macro-F1', value: guesses(sets[0] ?? []), atLeast: 70 },
    { what: 'headlines of the News Aggregator, best guess, macro-F1', value: guesses(sets[1] ?? []), atLeast: 61 },
    { what: 'the last three, from the threshold on: share said', value: percent(said.length, all.length), atLeast: 67 },
    { what: 'of that, right', value: percent(said.filter(Boolean).length, said.length), atLeast: 83 },
    {
      what: 'headlines in other languages, declared as English: silent',
      value: percent(foreign.filter(text => sectionOf(text) === undefined).length, foreign.length),
      atLeast: 98,
    },
  ]
}
