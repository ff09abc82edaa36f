/**
 * Recognises round-ups: several pieces of news under one title, such as `Morning briefing: A; B; C`, or `X recalls
 * cars, Y sues, Z to merge`. A round-up has the words of several events, so it joins no story with others. (pure)
 */

import { splitText } from '../../../languages/segment.ts'
import { saysDay, saysWhen } from './calendar.ts'
import { findVocabulary, isFormatWord } from './formats.ts'

const MAX_LABEL_WORDS = 8
/** Minimum number of pieces between semicolons or the signs of a ticker, and of words (or characters) in each. */
const MIN_PIECES = 3
const MIN_PIECE_WORDS = 2
const MIN_UNSPACED = 6
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u
/** The end of a broken character reference such as `quot;`, whose semicolon separates nothing. */
const REFERENCE_ENDS = /(?:quot|amp|apos|nbsp|lt|gt|# ?\d{2,5}) ?$/

/** `5 things to know for Friday`, but not `5 things to know about the ferry`. */
const THINGS = /^(?:the |your )?\d{1,2} things (?:to know|to watch|you need to know)(?: (.{1,40}))?$/

/** Whether the words before a colon say that several pieces of news follow, whatever they are. */
const isDigestLabel = (label: string, language: string): boolean => {
  const vocabulary = findVocabulary(language)
  if (!vocabulary) return false
  const things = THINGS.exec(label.toLowerCase())
  if (things && language === 'en') return /^(?:for|this|today|on)\b/.test(things[1] ?? 'today')
  const words = splitText(joinCompounds(label), language)
  if (words.length > MAX_LABEL_WORDS) return false
  if (!words.every(word => isFormatWord(vocabulary, word) || saysWhen(word, language))) return false
  const { digests, complete, formats, sections, times } = vocabulary
  if (words.some(word => complete.has(word))) return true
  const digest = words.findIndex(word => digests.has(word))
  const saysWhich = (word: string): boolean =>
    sections.has(word) || times.has(word) || formats.has(word) || saysDay(word, language)
  return digest >= 0 && words.some((word, place) => place !== digest && saysWhich(word))
}

/** Spellings of one word: `round-up`, `wrap up`. */
export const joinCompounds = (text: string): string => text.replace(/\b(round|wrap)[- ]up\b/gi, '$1up')

const countWords = (piece: string, language: string): number => splitText(piece, language).length

const isPiece = (piece: string, language: string): boolean =>
  UNSPACED.test(piece) ? piece.trim().length >= MIN_UNSPACED : countWords(piece, language) >= MIN_PIECE_WORDS

const splitPieces = (title: string): string[] => {
  const pieces: string[] = ['']
  for (const part of title.split(/([;；])/)) {
    const last = pieces.at(-1) ?? ''
    if (part !== ';' && part !== '；') pieces[pieces.length - 1] = last + part
    else if (REFERENCE_ENDS.test(last)) pieces[pieces.length - 1] = `${last};`
    else pieces.push('')
  }
  return pieces
}

const separated = (pieces: readonly string[], language: string): boolean =>
  pieces.length >= MIN_PIECES && pieces.every(piece => isPiece(piece, language))

/** Verbs that follow a subject in headlines. Most verbs of saying are missing: what they follow is no second event. */
const VERBS = new Set(
  'to recalls sues buys sells cuts raises hires fires plans wins loses beats signs joins leaves quits opens closes launches rejects approves seeks gets takes makes names drops adds ends begins starts settles fined posts reports unveils agrees halts delays bans backs faces acquires merges bids boosts slashes sheds confirmed cleared dies'.split(
    ' ',
  ),
)

/** The subject of a clause, if the clause begins with one and a verb: at most three words before the verb. */
const subjectOf = (piece: string): string | undefined => {
  const words = piece.trim().replace(/^and /i, '').split(' ')
  const verb = words.findIndex((word, place) => place > 0 && VERBS.has(word.toLowerCase()))
  const isClause = verb > 0 && verb <= 3 && words.length >= 2 && /^\p{Lu}/u.test(words[0] ?? '')
  return isClause ? words.slice(0, verb).join(' ') : undefined
}

/** Whether an English title is at least three clauses between commas, all but one at most with a subject of its own. */
const isRowOfClauses = (title: string): boolean => {
  const pieces = title.split(', ')
  if (pieces.length < MIN_PIECES || subjectOf(pieces[0] ?? '') === undefined) return false
  const subjects = new Set(pieces.flatMap(piece => subjectOf(piece) ?? []))
  return subjects.size >= 2 && subjects.size >= pieces.length - 1
}

/**
 * @param headline the title without its marks
 * @param language primary subtag, or empty
 * @returns why it is a round-up, for people; null if it is none
 */
export const findRoundUp = (headline: string, language: string): string | null => {
  const colon = /:\s| [:|–—-] /.exec(headline)
  const label = colon ? headline.slice(0, colon.index) : ''
  if (colon && countWords(headline.slice(colon.index), language) > 0 && isDigestLabel(label, language || 'en'))
    return `what stands before its news, ${JSON.stringify(label)}, announces several`
  if (separated(splitPieces(headline), language)) return 'its title is three pieces or more between semicolons'
  if (
    separated(
      headline
        .replace(/^[+ ]+/, '')
        .split(/ \+{2,3}(?: |$)/)
        .filter(Boolean),
      language,
    )
  )
    return 'its title is three pieces or more between the signs of a ticker'
  if (language === 'en' && isRowOfClauses(headline)) return 'its title is a row of clauses, each of another subject'
  return null
}
