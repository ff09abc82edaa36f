/** The texts of an article that tell what it is about: its title, its summary, and the headline in its address. (pure) */

import { splitText } from '../../languages/segment.ts'

/** Characters of a summary that are read: what follows is background. */
const SUMMARY_CHARACTERS = 600

/** A path segment that is a headline has two hyphens and more. */
const isSlug = (segment: string): boolean => segment.split('-').length > 2
/** Parts of slugs that are ids: with digits, or hexadecimal. */
const isId = (part: string): boolean => /\d/.test(part) || /^[0-9a-f]{6,}$/i.test(part)

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // a stray percent sign: as it stands
  }
}

/** @returns the headline that an address carries, as `port-ellin-floods` does; empty if it carries none */
export const slugOf = (url: string): string => {
  const [path = ''] = url.replace(/^[a-z]+:\/\/[^/]*/i, '').split(/[?#]/)
  return path
    .split('/')
    .filter(isSlug)
    .flatMap(segment =>
      decode(segment)
        .replace(/\.\w+$/, '')
        .split(/[-_]/),
    )
    .filter(part => !isId(part))
    .join(' ')
}

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
  'am',
  'pm',
  'gmt',
  'utc',
  'h',
  'uhr',
  'ч',
  'st',
  'nd',
  'rd',
  'th',
  'er',
  'de',
  'of',
  'the',
  'at',
])

/** Whether a title is a date or a time and nothing else, as those of hourly bulletins are: it tells of no event. */
export const isDate = (title: string, language: string): boolean => {
  if (!/\d/.test(title) || title.length > 60) return false
  return splitText(title, language).every(
    word => /^\d+\p{L}{0,2}$/u.test(word) || CLOCK.has(word) || calendarOf(language).has(word),
  )
}

/** What is read of an article. */
export interface ArticleTexts {
  readonly title: string
  readonly summary: string
  /** The headline that its address carries. */
  readonly slug: string
}

const NONE: ArticleTexts = { title: '', summary: '', slug: '' }

/**
 * @param url      empty if unknown
 * @param language primary subtag, or empty
 * @returns nothing for an article whose title is a date, so that it is compared with nothing
 */
export const textsToCompare = (title: string, summary: string, url: string, language: string): ArticleTexts =>
  isDate(title, language) ? NONE : { title, summary: summary.slice(0, SUMMARY_CHARACTERS), slug: slugOf(url) }
