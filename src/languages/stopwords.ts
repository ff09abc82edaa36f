/** Words too frequent to distinguish texts, by language: one list a language, read at its first use. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foldWords } from '../util/words.ts'
import { NEWS_FILLER } from './news-filler.ts'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'tables', 'stopwords')
const listed = new Set(readdirSync(folder).map(file => file.replace(/\.txt$/, '')))

const loaded = new Map<string, ReadonlySet<string>>()

/**
 * @param language primary subtag
 * @returns stopwords and words that fill headlines, folded as by `foldWords`; none for a language without a list
 */
export const stopwordsOf = (language: string): ReadonlySet<string> => {
  const known = loaded.get(language)
  if (known) return known
  const words = listed.has(language)
    ? readFileSync(join(folder, `${language}.txt`), 'utf8')
        .trimEnd()
        .split('\n')
    : []
  const made = new Set([...words, ...foldWords(NEWS_FILLER[language] ?? '').split(' ')].filter(word => word !== ''))
  if (made.size > 0) loaded.set(language, made)
  return made
}
