/**
 * Finds places named in a text, for sections that are regions of the world: names of countries in many languages
 * (Unicode CLDR, through Intl), capitals and continents (countries-list, MIT), demonyms, and names that an operator
 * adds.
 */

import { countries } from 'countries-list'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import { foldWords } from '../util/words.ts'
import { DEMONYMS } from './demonyms.ts'

const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'ru', 'uk', 'sv', 'ar', 'hi', 'ja', 'zh', 'ko', 'tr']

/** Names that as often mean something else: people, animals, companies, common words. */
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

/** Maximum number of words of a name. */
const MAX_NAME_WORDS = 3

export type Gazetteer = ReadonlyMap<string, readonly SectionId[]>

const listNames = (code: string, capital: string, native: string): string[] => [
  ...LANGUAGES.map(language => new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? ''),
  capital,
  native,
  ...(DEMONYMS[code] ?? '').split(' ').map(word => word.replaceAll('_', ' ')),
]

/** Builds the table of folded place names and the sections they are evidence for. */
export const buildGazetteer = (taxonomy: Taxonomy): Gazetteer => {
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
      for (const name of listNames(code, capital, native)) add(name, id)
    }
    for (const name of places.names) add(name, id)
  }
  return names
}

/** @returns for each section the first of its names found in the folded text */
export const findPlaces = (words: readonly string[], gazetteer: Gazetteer): Map<SectionId, string> => {
  const found = new Map<SectionId, string>()
  if (gazetteer.size === 0) return found
  for (let start = 0; start < words.length; start++) {
    let name = ''
    for (let length = 1; length <= MAX_NAME_WORDS && start + length <= words.length; length++) {
      const word = words[start + length - 1] ?? ''
      name = length === 1 ? word : `${name} ${word}`
      for (const section of gazetteer.get(name) ?? []) if (!found.has(section)) found.set(section, name)
    }
  }
  return found
}
