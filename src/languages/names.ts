/**
 * Finds the words of a text that look like names: by their capitals, unless the text capitalises other words as well,
 * and by their digits. In a script without capitals, only words with Latin capitals or digits are found; callers go by
 * the rarity of its words instead (src/lists/rules/likeness.ts). (pure)
 */

import { reducer } from './segment.ts'

/** Languages that capitalise every noun. */
const NOUNS_CAPITALISED: ReadonlySet<string> = new Set(['de', 'lb'])
/** If fewer than this share of a text's longer words are in lower case, it capitalises words whatever they mean. */
const HEADLINE_STYLE = 0.15
/** Characters; shorter words stay in lower case even in headlines of that style, as do stopwords. */
const LONGER = 4

const WORDS = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu
const STARTS_LARGE = /^\p{Lu}/u
const CAPITALISED = /^\p{Lu}[\p{L}\p{M}]*$/u
/** A phrase in quotation marks: the name of a work, if it has at most MOST_QUOTED words and all are capitalised. */
const QUOTED = /(?:^|[\s(])['‘"“„«](\p{Lu}[^'’"”»“„«‘]{1,40})['’"”»“]/gu
const MOST_QUOTED = 3
/** A text without a match has no names. */
const HAS_NAMES = /\p{Lu}|\d{3}/u
const DIGIT = /\d/
/** Such as `NATO`, `MH370` and `A380`; `Q1` and `5B` are no names. */
const ACRONYM = /^(?:\p{Lu}{2,}\p{N}*|\p{Lu}\p{N}{2,})$/u
/** A number of three digits and more that is neither a year nor round, such as that of a flight. */
const TELLING_NUMBER = /^(?!(?:19|20)\d\d$)(?!\d*00$)\d{3,}$/
/** The characters before a word that is capitalised for its position: after a full stop, a quotation mark, a colon. */
const BEGINS = /(?:^|[.!?:;…|"“”„«‹»¿¡–—]|\s-|--)[\s"“”„«‹'‘’(]*$/u

/** Whether nearly all longer words after the first are capitalised. @param reduce returns '' for a stopword */
const isHeadlineStyle = (words: readonly string[], reduce: (word: string) => string): boolean => {
  const longer = words.slice(1).filter(word => word.length >= LONGER && !DIGIT.test(word))
  const most = HEADLINE_STYLE * longer.length
  let small = 0
  for (const word of longer) {
    if (STARTS_LARGE.test(word) || reduce(word.toLowerCase()) === '') continue
    small += 1
    if (small > most) return false
  }
  return true
}

/**
 * @param language primary subtag, or empty
 * @returns the words that look like names, as `tellingWords` with stems returns them; each with the name that directly
 *   follows it, such as `port` with `ellin`, or with an empty string
 */
export const findNames = (text: string, language: string): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  if (!HAS_NAMES.test(text)) return names
  const reduce = reducer(language, true)
  const words = text.match(WORDS) ?? []
  const isUpperCase = words.length > 1 && text === text.toUpperCase()
  const capitalsTell = !isUpperCase && !NOUNS_CAPITALISED.has(language) && !isHeadlineStyle(words, reduce)
  for (const [, phrase = ''] of isUpperCase ? [] : text.matchAll(QUOTED)) {
    const quoted = phrase.match(WORDS) ?? []
    const reduced = quoted.map(word => reduce(word.normalize('NFKC').toLowerCase())).filter(word => word !== '')
    if (quoted.length <= MOST_QUOTED && quoted.every(word => STARTS_LARGE.test(word)))
      for (const [at, word] of reduced.entries()) names.set(word, reduced[at + 1] ?? '')
  }
  let before = ''
  let end = 0
  for (const word of words) {
    const index = text.indexOf(word, end)
    const isName =
      TELLING_NUMBER.test(word) ||
      (!isUpperCase && ACRONYM.test(word)) ||
      (capitalsTell && CAPITALISED.test(word) && !BEGINS.test(text.slice(Math.max(0, index - 4), index)))
    const reduced = isName ? reduce(word.normalize('NFKC').toLowerCase()) : ''
    if (reduced !== '') {
      const isNext = index === end + 1 && (text[end] === ' ' || text[end] === '-')
      if (before !== '' && isNext && names.get(before) === '') names.set(before, reduced)
      if (!names.has(reduced)) names.set(reduced, '')
    }
    before = reduced
    end = index + word.length
  }
  return names
}
