/** The words of a text as the section rules count them: folded, bounded, and for scripts without spaces in short runs. (pure) */

/** Longer texts say nothing more about their section, and cost more. */
const MOST_CHARACTERS = 2_000
const MOST_WORDS = 160
const LONGEST_WORD = 40

/** Han, kana, Thai and their like write words without blanks between them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}ー]/u

const PLAIN = /^[\x20-\x7e]*$/

/** Lower case and accents off. */
const fold = (text: string): string =>
  PLAIN.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .normalize('NFC')
        .toLowerCase()

/** Lower case, accents off, everything but letters and digits to single blanks: `Öffentliche_Meinung` is `offentliche meinung`. */
export const foldWords = (text: string): string =>
  fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** True for words, and runs of characters, of scripts that part no words. */
export const isUnspaced = (word: string): boolean => !PLAIN.test(word) && UNSPACED.test(word)

/** All runs of two to four characters: a word of the tables that stands in the run is one of them. */
const splitRuns = (text: string): string[] => {
  const characters = [...text].slice(0, 60)
  return characters.flatMap((_, start) =>
    [2, 3, 4]
      .filter(length => start + length <= characters.length)
      .map(length => characters.slice(start, start + length).join('')),
  )
}

/**
 * @returns at most 160 words of a text, in order; `U.S.` is `us`, `Apple's` is `apple`; single letters are left out
 */
export const splitWords = (text: string): string[] => {
  const words: string[] = []
  const plain = fold(text.slice(0, MOST_CHARACTERS))
    .replace(/<[^<>]{0,200}>|&#?\w{1,8};/g, ' ')
    .replace(/\b(\p{L})\.\s?(?=\p{L}(?:\.|\b))/gu, '$1')
    .replace(/\s?[’']s?(?![\p{L}\p{N}])/gu, ' ')
  for (const word of plain.split(/[^\p{L}\p{N}]+/u)) {
    if (words.length >= MOST_WORDS) break
    if (word.length < 2 || word.length > LONGEST_WORD * 4) continue
    if (UNSPACED.test(word)) words.push(...splitRuns(word))
    else if (word.length <= LONGEST_WORD) words.push(word)
  }
  return words.slice(0, MOST_WORDS)
}

/** Words standing beside each other, as the tables know them: `wall street`. */
export const pairWords = (words: readonly string[]): string[] => {
  const pairs: string[] = []
  for (let index = 1; index < words.length; index++) pairs.push(`${words[index - 1]} ${words[index]}`)
  return pairs
}
