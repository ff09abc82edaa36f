/**
 * Places named in a text, for sections that are regions of the world: names of countries in many languages (Unicode CLDR, by Intl),
 * capitals and continents (countries-list, MIT), what their people and things are called, and names an operator adds. (pure)
 */

import { countries } from 'countries-list'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import { foldWords } from '../util/words.ts'
import { DEMONYMS } from './demonyms.ts'

const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'ru', 'uk', 'sv', 'ar', 'hi', 'ja', 'zh', 'ko', 'tr']

/** Names that are as often something else: people, animals, companies, common words. */
const AMBIGUOUS = new Set([
  'chad',
  'jordan',
  'georgia',
  'turkey',
  'male',
  'victoria',
  'san jose',
  'oman',
  'mali',
  'polish',
])

/** Most words of a name that is looked for. */
const LONGEST_NAME = 3

export type Gazetteer = ReadonlyMap<string, readonly SectionId[]>

const namesOf = (code: string, capital: string, native: string): string[] => [
  ...LANGUAGES.map(language => new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? ''),
  capital,
  native,
  ...(DEMONYMS[code] ?? '').split(' ').map(word => word.replaceAll('_', ' ')),
]

/** Names of places, folded, and the sections they speak for. */
export const gazetteerOf = (taxonomy: Taxonomy): Gazetteer => {
  const names = new Map<string, SectionId[]>()
  const add = (name: string, section: SectionId): void => {
    const key = foldWords(name)
    if (key.length < 2 || AMBIGUOUS.has(key)) return
    const known = names.get(key)
    if (!known) names.set(key, [section])
    else if (!known.includes(section)) known.push(section)
  }
  for (const { id, places } of taxonomy) {
    if (!places) continue
    for (const [code, { continent, capital, native }] of Object.entries(countries)) {
      const inside = places.continents.includes(continent) && !places.except.includes(code)
      if (!inside && !places.countries.includes(code)) continue
      for (const name of namesOf(code, capital, native)) add(name, id)
    }
    for (const name of places.names) add(name, id)
  }
  return names
}

/** @returns for each section the first name found of it, as it stands in the folded text */
export const placesIn = (words: readonly string[], gazetteer: Gazetteer): Map<SectionId, string> => {
  const found = new Map<SectionId, string>()
  if (gazetteer.size === 0) return found
  for (let start = 0; start < words.length; start++) {
    let name = ''
    for (let length = 1; length <= LONGEST_NAME && start + length <= words.length; length++) {
      const word = words[start + length - 1] ?? ''
      name = length === 1 ? word : `${name} ${word}`
      for (const section of gazetteer.get(name) ?? []) if (!found.has(section)) found.set(section, name)
    }
  }
  return found
}
