/** The texts of an article that tell what it is about: its title, its summary, and the headline in its address. (pure) */

import { findItemKind } from '../../articles/rules/titles/item-kind.ts'
import { type Mark, readTitle, withoutCredit } from '../../articles/rules/titles/marks.ts'
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

/** What is read of an article. */
export interface ArticleTexts {
  readonly title: string
  readonly summary: string
  /** The headline that its address carries. */
  readonly slug: string
}

const NONE: ArticleTexts = { title: '', summary: '', slug: '' }

/** @returns the headline of an address without labels before it, as `update 2` and `exclusive` are */
const withoutLabels = (slug: string, marks: readonly Mark[], language: string): string => {
  if (marks.length === 0) return slug
  const labels = new Set(marks.flatMap(({ text }) => splitText(text, language)))
  const words = slug.split(' ')
  return words.slice(words.findIndex(word => !labels.has(word.toLowerCase()))).join(' ')
}

/**
 * @param url      empty if unknown
 * @param language primary subtag, or empty
 * @returns what tells of the event: no labels and credits; nothing for what is no report on one event, such as a bulletin
 *   or a round-up, so that it is compared with nothing
 */
export const textsToCompare = (title: string, summary: string, url: string, language: string): ArticleTexts => {
  const { headline, marks } = readTitle(title, language)
  if (findItemKind({ title, language, url }, headline) !== null) return NONE
  return {
    title: headline,
    summary: withoutCredit(summary.slice(0, SUMMARY_CHARACTERS)),
    slug: withoutLabels(slugOf(url), marks, language),
  }
}
