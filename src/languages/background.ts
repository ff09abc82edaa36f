/**
 * Words of a language by how frequent they are in general: what a word says of an article before the stream itself has
 * shown it. One list a language, read at its first use; src/languages/tables/README.md says where each is from.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foldWords } from '../util/words.ts'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'tables', 'words')

/** Languages that have a list, by primary subtag. */
export const languagesWithWords: ReadonlySet<string> = new Set(
  readdirSync(folder).map(file => file.replace(/\.txt$/, '')),
)

/**
 * @param language primary subtag
 * @returns 20,000 words of a language, most frequent first, lower case with accents (as a stemmer wants them), distinct
 *   when folded; none for a language without a list. Reads the file at each call and keeps nothing.
 */
export const frequentWords = (language: string): readonly string[] => {
  if (!languagesWithWords.has(language)) return []
  return readFileSync(join(folder, `${language}.txt`), 'utf8')
    .trimEnd()
    .split('\n')
}

const ranks = new Map<string, ReadonlyMap<string, number>>()

const ranksOf = (language: string): ReadonlyMap<string, number> => {
  const known = ranks.get(language)
  if (known) return known
  const made = new Map(frequentWords(language).map((word, index) => [foldWords(word), index + 1]))
  if (made.size > 0) ranks.set(language, made)
  return made
}

/**
 * @param word     folded as by `foldWords`, not stemmed
 * @param language primary subtag
 * @returns 1 for the most frequent word of the language; null for a word, or a language, that is not listed. The lists
 *   that were asked for stay in memory, 1 to 2 MB each.
 */
export const rankOf = (word: string, language: string): number | null => ranksOf(language).get(word) ?? null
