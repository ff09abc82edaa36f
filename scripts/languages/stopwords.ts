/** Stopwords, from stopwords-iso, without those that are news when they are in a headline. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { foldWords } from '../../src/util/words.ts'

/** Languages whose list is of use: shorter ones than 100 words are fragments. */
const MIN_WORDS = 100

/** Its list is ours: that of stopwords-iso has many words that events turn on (docs/stories.md). */
const OWN = 'en'

/** Words of the lists that an event may turn on, or that belong to the web rather than to the language. */
const NEWS: Readonly<Record<string, string>> = {
  de: 'gott kleine mann mensch menschen ordnung satt schlecht startseite suche',
  fr: 'feu mince pièce pur',
  es: 'estado estados pais país poder lugar trabajo trabaja',
  pt: 'estado estados povo',
  it: 'governo stato città mondo casa presidente paese',
  ru: 'вернуться взгляд вода война голос голова город дверь деньги дорога дом душа жена женщина жизнь земля книга комната лицо любить люди машина мать мир мира мор москва народ окно отец писать плечо правда ребенок река россия рука русский свет сила советский стол сторона страна суть товарищ улица утро ночь',
  ar: 'اعلنت زيارة قوة لقاء لوكالة للامم مايو ايار صفر',
  fi: 'suomi',
  pl: 'człowiek',
  id: 'kasus masalah',
  fa: 'جنگ',
}

export const languagesOfStopwords = (folder: string): string[] =>
  Object.entries(readLists(folder))
    .filter(([language, words]) => language !== OWN && (words.length >= MIN_WORDS || language === 'uk'))
    .map(([language]) => language)

const readLists = (folder: string): Record<string, string[]> =>
  JSON.parse(readFileSync(join(folder, 'npm', 'stopwords-iso', 'stopwords-iso.json'), 'utf8'))

/**
 * @param folder see scripts/write-languages.ts
 * @returns folded words without blanks, sorted; what an apostrophe separates is two words
 */
export const listStopwords = (folder: string, language: string): string[] => {
  const news = new Set((NEWS[language] ?? '').split(' ').map(foldWords))
  const words = new Set<string>()
  for (const entry of readLists(folder)[language] ?? []) {
    const folded = foldWords(entry)
    if (/\p{N}/u.test(folded) || (folded.includes(' ') && !/['’]/.test(entry))) continue
    for (const word of folded.split(' ')) if (word !== '' && !news.has(word)) words.add(word)
  }
  return [...words].sort()
}
