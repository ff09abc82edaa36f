/**
 * Which items are no report on one event: pages that list others, issues of something regular, and round-ups. Decided by
 * the title, for topic pages also by the address, and so that a doubtful item counts as news. (pure)
 */

import type { ItemKind } from '../../../domain/item-kind.ts'
import { primaryLanguage } from '../../../domain/language.ts'
import { splitText } from '../../../languages/segment.ts'
import { isDate, namesMoment, saysDay, saysWhen } from './calendar.ts'
import { findVocabulary, isFormatWord, WHOLE_TITLES } from './formats.ts'
import { readTitle } from './marks.ts'
import { findRoundUp, joinCompounds } from './round-up.ts'

export interface KindFound {
  readonly kind: ItemKind
  /** For people. */
  readonly why: string
}

const MAX_WORDS = 10
const MAX_URL = 1_000
/** What stands in addresses before the name of a topic, of five words at most: more of them are a headline. */
const TOPIC_PAGE =
  /\/(?:topics?|tags?|thema|themen|schlagworte?|etiquetas?|temas?|argomenti)\/[^-/?#]{1,40}(?:-[^-/?#]{1,40}){0,4}\/?(?:[?#]|$)/i
const DOMAIN =
  /(?:^|\s)(?:www\.)?[\w-]{2,40}\.(?:com|net|org|info|co\.uk|de|fr|es|it|nl|com\.au|com\.br|pt|ru|ch|at)(?=\s|$)/i
/** Predictions that come out by the day. */
const REGULAR = new Set([
  ...['horoscope', 'horoscopes', 'horoskop', 'tageshoroskop', 'horóscopo', 'oroscopo', 'horoscoop', 'гороскоп'],
])

const landing = (why: string): KindFound => ({ kind: 'landing', why })
const bulletin = (why: string): KindFound => ({ kind: 'bulletin', why })

/** A title of nothing but words that name a page or an issue. */
const findFormat = (title: string, language: string): KindFound | null => {
  const vocabulary = findVocabulary(language)
  if (!vocabulary) return null
  const words = splitText(joinCompounds(title), language || 'en')
  if (words.length === 0 || words.length > MAX_WORDS) return null
  if (!words.every(word => isFormatWord(vocabulary, word) || saysWhen(word, language))) return null
  const { formats, sections } = vocabulary
  const isDated = namesMoment(title, words, language)
  if (!isDated && /\d/.test(title)) return null
  if (words.some(word => formats.has(word)))
    return isDated
      ? bulletin('its title says only what is issued, and for which day')
      : landing('its title names a page of news, and no news')
  return words.length === 1 && sections.has(words[0] ?? '') ? landing('its title is the name of a section') : null
}

/** A title that is the name of a site, with nothing beside it but the name of a page. */
const isNameOfSite = (title: string, language: string): boolean => {
  if (!DOMAIN.test(title)) return false
  const vocabulary = findVocabulary(language) ?? findVocabulary('en')
  const words = splitText(title.replace(DOMAIN, ' '), language || 'en')
  return words.every(word => word === 'www' || (vocabulary && isFormatWord(vocabulary, word)))
}

const isRegular = (title: string, language: string): boolean => {
  const words = splitText(title, language).slice(0, MAX_WORDS)
  const times = findVocabulary(language)?.times
  return (
    words.slice(0, 2).some(word => REGULAR.has(word)) &&
    words.some(word => saysDay(word, language) || times?.has(word) === true)
  )
}

/**
 * @param article  its title as published; its address may be empty
 * @param headline the title without marks, where it is known already
 * @returns null for news
 */
export const findItemKind = (
  article: { readonly title: string; readonly language: string; readonly url: string },
  headline: string = readTitle(article.title, article.language).headline,
): KindFound | null => {
  const language = primaryLanguage(article.language) ?? ''
  if (TOPIC_PAGE.test(article.url.slice(0, MAX_URL))) return landing('its address is that of a topic page')
  if (isDate(headline, language)) return bulletin('its title is a date or a time')
  if (WHOLE_TITLES.has(headline.replace(/\s/g, ''))) return landing('its title names a page of news, and no news')
  if (isNameOfSite(headline, language)) return landing('its title is the name of a site')
  if (isRegular(headline, language)) return bulletin('its title names what comes out by the day')
  const format = findFormat(headline, language)
  if (format) return format
  const why = findRoundUp(headline, language)
  return why === null ? null : { kind: 'round-up', why }
}
