/**
 * Finds items that are not a report on one event: landing pages that list other items, bulletins (issues of something
 * regular) and round-ups. Decides by the title, for topic pages by the URL; in doubt, an item counts as news. (pure)
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
  /** The reason, for people. */
  readonly why: string
}

const MAX_WORDS = 10
const MAX_URL = 1_000
/** The URL of a topic page: a folder such as `/tag/`, then at most five words. More words are a headline. */
const TOPIC_PAGE =
  /\/(?:topics?|tags?|thema|themen|schlagworte?|etiquetas?|temas?|argomenti)\/[^-/?#]{1,40}(?:-[^-/?#]{1,40}){0,4}\/?(?:[?#]|$)/i
/** The domain of a site in a title. */
const DOMAIN =
  /(?:^|\s)(?:www\.)?[\w-]{2,40}\.(?:com|net|org|info|co\.uk|de|fr|es|it|nl|com\.au|com\.br|pt|ru|ch|at)(?=\s|$)/i
/** Predictions that are published every day. */
const REGULAR = new Set([
  ...['horoscope', 'horoscopes', 'horoskop', 'tageshoroskop', 'horóscopo', 'oroscopo', 'horoscoop', 'гороскоп'],
])

const landing = (why: string): KindFound => ({ kind: 'landing', why })
const bulletin = (why: string): KindFound => ({ kind: 'bulletin', why })

/** Recognises a title of nothing but words that name a page or an issue. */
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

/** Whether a title is the name of a site, alone or with the name of a page. */
const isNameOfSite = (title: string, language: string): boolean => {
  if (!DOMAIN.test(title)) return false
  const vocabulary = findVocabulary(language) ?? findVocabulary('en')
  const words = splitText(title.replace(DOMAIN, ' '), language || 'en')
  return words.every(word => word === 'www' || (vocabulary && isFormatWord(vocabulary, word)))
}

/** Whether a title names a daily prediction and its day, such as `Horoscope for 9 June`. */
const isRegular = (title: string, language: string): boolean => {
  const words = splitText(title, language).slice(0, MAX_WORDS)
  const times = findVocabulary(language)?.times
  return (
    words.slice(0, 2).some(word => REGULAR.has(word)) &&
    words.some(word => saysDay(word, language) || times?.has(word) === true)
  )
}

/**
 * @param article  with its title as published; `url` may be empty
 * @param headline the title without marks, if the caller has read it already
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
