/**
 * Splits a text into words for the section rules: folded, bounded, and for scripts without spaces as short runs of
 * characters. (pure)
 */

/** Longer texts say nothing more about their section, and cost more. */
const MAX_CHARACTERS = 2_000
const MAX_WORDS = 160
const MAX_WORD_LENGTH = 40

/** Scripts that write words without blanks between them: Han, kana, Thai and similar. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}ー]/u

const PLAIN = /^[\x20-\x7e]*$/

/**
 * Accents of Latin, Greek and Cyrillic letters, points of Hebrew, vowels and hamza of Arabic. Marks of other scripts are
 * part of what a word says: without them `バス` (bus) would be `ハス` (lotus), and Hindi words lose their vowels.
 */
const ACCENTS = /[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]+/g

/** Lower case, accents removed. */
const fold = (text: string): string =>
  PLAIN.test(text) ? text.toLowerCase() : text.normalize('NFKD').replace(ACCENTS, '').normalize('NFC').toLowerCase()

/**
 * Lower case, accents removed, everything except letters and digits as single blanks: `Öffentliche_Meinung` becomes
 * `offentliche meinung`.
 */
export const foldWords = (text: string): string =>
  fold(text)
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()

/** Whether a word, or a run of characters, belongs to a script that does not separate words. */
export const isUnspaced = (word: string): boolean => !PLAIN.test(word) && UNSPACED.test(word)

/** All runs of two to four characters, so that any word of the tables contained in the text is among them. */
const splitRuns = (text: string): string[] => {
  const characters = [...text].slice(0, 60)
  return characters.flatMap((_, start) =>
    [2, 3, 4]
      .filter(length => start + length <= characters.length)
      .map(length => characters.slice(start, start + length).join('')),
  )
}

/**
 * @returns at most 160 words of a text, in order; `U.S.` becomes `us`, `Apple's` becomes `apple`; single letters are
 * skipped
 */
export const splitWords = (text: string): string[] => {
  const words: string[] = []
  const plain = fold(text.slice(0, MAX_CHARACTERS))
    .replace(/<[^<>]{0,200}>|&#?\w{1,8};/g, ' ')
    .replace(/\b(\p{L})\.\s?(?=\p{L}(?:\.|\b))/gu, '$1')
    .replace(/\s?[’']s?(?![\p{L}\p{N}])/gu, ' ')
  for (const word of plain.split(/[^\p{L}\p{N}\p{M}]+/u)) {
    if (words.length >= MAX_WORDS) break
    if (word.length < 2 || word.length > MAX_WORD_LENGTH * 4) continue
    if (UNSPACED.test(word)) words.push(...splitRuns(word))
    else if (word.length <= MAX_WORD_LENGTH) words.push(word)
  }
  return words.slice(0, MAX_WORDS)
}

/** Pairs of adjacent words, for the tables' entries of two words: `wall street`. */
export const pairWords = (words: readonly string[]): string[] => {
  const pairs: string[] = []
  for (let index = 1; index < words.length; index++) pairs.push(`${words[index - 1]} ${words[index]}`)
  return pairs
}
