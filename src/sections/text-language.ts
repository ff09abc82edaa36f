/**
 * Whether a text is in the language it is taken for. A classifier answers for any text, and most confidently for the
 * few words of another language that it happens to know: such a text must not reach it. (pure, but for the word list)
 */

import { languagesWithWords, rankOf } from '../languages/background.ts'
import { detectLanguage } from '../languages/detect.ts'
import { splitWords } from '../util/words.ts'

/** From this share of frequent words on, a text is in the language, whatever the detector says of it. */
const ENOUGH = 0.85
/** From this share on, it is unless the detector contradicts. */
const ENOUGH_IF_UNCONTRADICTED = 0.5

/** Share of the words of a text that are among the 20,000 most frequent of a language; 0 for a text without words. */
const frequentShare = (text: string, language: string): number => {
  const words = splitWords(text).filter(word => !/\d/.test(word))
  return words.filter(word => rankOf(word, language) !== null).length / (words.length || 1)
}

/**
 * @param text     title and summary
 * @param language primary subtag; for a language without a word list, true
 */
export const isWrittenIn = (text: string, language: string): boolean => {
  if (!languagesWithWords.has(language)) return true
  const share = frequentShare(text, language)
  if (share >= ENOUGH) return true
  if (share < ENOUGH_IF_UNCONTRADICTED) return false
  const detected = detectLanguage(text, language)
  return detected === null || detected.language === language
}
