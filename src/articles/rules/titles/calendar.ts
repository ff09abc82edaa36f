/** Recognises words and titles that say when: months, weekdays, and words of a time of day such as `uhr`. (pure) */

import { splitText } from '../../../languages/segment.ts'

const monthsAndDays = new Map<string, ReadonlySet<string>>()

/** Names of months and weekdays, long and short, lower case. */
const calendarOf = (language: string): ReadonlySet<string> => {
  const known = monthsAndDays.get(language)
  if (known) return known
  const names = new Set<string>()
  for (const style of ['long', 'short'] as const)
    for (let day = 0; day < 365; day += 1) {
      if (day > 31 && day % 28 > 0) continue
      const date = new Intl.DateTimeFormat(Intl.DateTimeFormat.supportedLocalesOf([language || 'en', 'en']), {
        ...{ month: style, weekday: style, day: 'numeric', timeZone: 'UTC' },
      })
      for (const { type, value } of date.formatToParts(day * 86_400_000))
        if (type === 'month' || type === 'weekday') for (const word of splitText(value, language)) names.add(word)
    }
  monthsAndDays.set(language, names)
  return names
}

const CLOCK = new Set([
  ...['am', 'pm', 'gmt', 'utc', 'h', 'uhr', 'ч', 'st', 'nd', 'rd', 'th', 'er', 'de', 'of', 'the', 'at'],
])

const isNumber = (word: string): boolean => /^\d+\p{L}{0,2}$/u.test(word)

/** Whether a word of `splitText` says when: a number, the name of a month or a weekday, or a word of the clock. */
export const saysWhen = (word: string, language: string): boolean =>
  isNumber(word) || CLOCK.has(word) || calendarOf(language).has(word)

/** Whether a word is the name of a month or a weekday. */
export const saysDay = (word: string, language: string): boolean => calendarOf(language).has(word)

const TIME = /\d[:.h]\d\d|\d[./-]\d{1,2}[./-]/
const HOURS = new Set(['uhr', 'heures', 'h', 'gmt', 'utc', 'ч'])

/** Whether a title names a day or a time. A bare number does not count. @param words of the title, by `splitText` */
export const namesMoment = (title: string, words: readonly string[], language: string): boolean =>
  TIME.test(title) || words.some(word => saysDay(word, language) || HOURS.has(word))

/** Whether a title is a date or a time and nothing else, like the titles of hourly bulletins. */
export const isDate = (title: string, language: string): boolean => {
  if (!/\d/.test(title) || title.length > 60) return false
  return splitText(title, language).every(word => saysWhen(word, language))
}
