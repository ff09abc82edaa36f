/** Who wrote an item, and under which labels its publisher files it. Orders of preference: docs/feeds.md. */

import type { Author, FeedItem } from '../../domain/feed-item.ts'
import { cutTo } from '../../util/plain-text.ts'
import { attribute, findChildren, own, type Raw, type RawFields, readText } from '../xml/raw.ts'
import { headlineText } from './headline.ts'
import { type LinkContext, webAddress } from './links.ts'

/** Maximum number of characters read of a name: the patterns below take quadratic time on longer ones. */
const MAX_NAME_LENGTH = 1_000

/** What software writes where there is no name. */
const NOBODY = /^(?:null|undefined|none|nil|n\/a|nan|\(null\)|-+)$/i

/**
 * A name without the email address beside it: `jo@example.org (Jo Reed)`, `Jo Reed (jo@example.org)` and
 * `Jo Reed <jo@example.org>` give `Jo Reed`; an address alone gives nothing.
 */
export const bareName = (written: string): string => {
  const text = headlineText(written.slice(0, MAX_NAME_LENGTH), 'unknown').replace(WEB_ADDRESS, '')
  const name = text.includes('@') ? withoutMail(text) : text
  return NOBODY.test(name) || !/[\p{L}\p{N}]/u.test(name) ? '' : name
}

/** Beside a name, or in place of one. */
const WEB_ADDRESS = /(?:^|\s)[<(]?https?:\/\/\S{1,1000}/gi

/** RSS 2.0: an address and a name in brackets, once or several times. */
const MAIL_WITH_NAME = /[^\s,;<>()]{1,64}@[^\s,;<>()]{1,255}\s{0,3}\(([^()]{1,200})\)/g

const withoutMail = (written: string): string => {
  const text = written.replace(/^mailto:\s?/i, '')
  const inBrackets = /^\S+@\S+\s*\((.{1,200})\)$/.exec(text)?.[1]
  return (inBrackets?.includes('@') === false ? inBrackets : text)
    .replace(MAIL_WITH_NAME, '$1')
    .replace(/\s*[<([]?(?:mailto:)?\b[\w.+-]{1,64}@[\w.-]{1,255}\b[>)\]]?\s*/gi, ' ')
    .replace(/\s+(?=[,;])/g, '')
    .trim()
}

/** A personal name: two to four words, the first with a capital, as far as its script has any. */
const PERSON = /^\p{L}[\p{L}\p{M}'’.-]{0,40}(?:\s[\p{L}\p{M}'’.-]{1,40}){1,3}$/u
/** A name in scripts that write it in one word: 山田太郎, 김민준, ジョン・スミス. */
const ONE_WORD_PERSON = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー・]{2,20}$/u
const CONJUNCTION = /\s*[,&،、，|/]\s*|\s(?:and|und|et|y|e|en|och|og)\s/u

/** What stands behind a name: an office, or who employs it. */
const NO_PERSON =
  /(?:^|\s)(?:editor|correspondent|reporter|writer|columnist|producer|analyst|critic|contributor|staff|news|press|times|post|agency|bureau|network|radio|tv)$/i

const isPerson = (name: string): boolean =>
  (PERSON.test(name) && !/^\p{Ll}/u.test(name) && !NO_PERSON.test(name)) || ONE_WORD_PERSON.test(name)

/** Several people in one name: `Jo Reed and Al Wu`, `Jo Reed, Al Wu; Bo Li`. Anything else stays one name. */
const splitNames = (name: string): readonly string[] =>
  name
    .split(/\s*;\s*/)
    .map(each => each.replace(/^by\s/i, '').trim())
    .filter(Boolean)
    .flatMap(each => {
      const parts = each.split(CONJUNCTION).map(part => part.trim())
      return parts.length > 1 && parts.every(isPerson) ? parts : [each]
    })

/** Most authors that are kept of an item, and most that are named in one text. */
const MAX_AUTHORS = 10
export const MAX_NAMED = 5

export interface Person {
  readonly name: string
  readonly url: string | null
}

/** @param people as the feed names them, each with one name or several */
export const listAuthors = (people: readonly Person[]): Pick<FeedItem, 'author' | 'authors'> => {
  const names = [...new Set(people.map(({ name }) => name))]
  if (names.length === 0) return { author: null }
  const authors = new Map<string, Author>()
  for (const { name, url } of people) {
    const split = splitNames(name)
    for (const each of split) {
      const shown = cutTo(each, 200)
      const known = authors.get(shown)
      if (known?.url === undefined)
        authors.set(shown, { name: shown, ...(url !== null && split.length === 1 ? { url } : {}) })
    }
  }
  return {
    author: cutTo(names.slice(0, MAX_NAMED).join(', '), 300),
    authors: [...authors.values()].slice(0, MAX_AUTHORS),
  }
}

/** The text of the first child of a local name, whatever its prefix: `name`, `a10:name`, `atom:name`. */
const childText = (raw: Raw, local: string): string | null => {
  if (typeof raw === 'string') return null
  for (const key of Object.keys(raw)) {
    if (key !== local && !key.endsWith(`:${local}`)) continue
    const text = findChildren(raw, key).map(readText).find(Boolean)
    if (text) return text
  }
  return null
}

const readPerson = (raw: Raw, base: string | undefined): Person | null => {
  const name = bareName(childText(raw, 'name') ?? readText(raw) ?? '')
  if (name === '') return null
  return { name, url: webAddress(childText(raw, 'uri') ?? childText(raw, 'url'), base) }
}

const PEOPLE = [
  'dc:creator',
  'author',
  'atom:author',
  'a10:author',
  'itunes:author',
  'dc:author',
  'dcterms:creator',
  'media:credit',
] as const

/** Whether a credit of Media RSS is that of an author; other elements have no role. */
const isAuthor = (raw: Raw): boolean => /^(?:author|writer|reporter|creator)$/i.test(attribute(raw, 'role') ?? 'author')

const readPeople = (raws: readonly Raw[], base: string | undefined): readonly Person[] =>
  raws.flatMap(raw => readPerson(raw, base) ?? [])

/** The people that a feed names as the authors of all entries that name none (RFC 4287, 4.2.1): in Atom only. */
export const feedAuthors = (
  channel: RawFields,
  { format, base }: Pick<LinkContext, 'format' | 'base'>,
): readonly Person[] => (format === 'atom' ? readPeople(own(channel, 'author'), base) : [])

/**
 * Reads the authors of an item: its own; in Atom else those of its source, else those of its feed.
 * @param ofFeed as `feedAuthors` returns them
 */
export const findAuthors = (
  fields: RawFields,
  { format, base }: Pick<LinkContext, 'format' | 'base'>,
  ofFeed: readonly Person[],
): Pick<FeedItem, 'author' | 'authors' | 'authorFrom'> => {
  for (const element of PEOPLE) {
    const people = readPeople(own(fields, element).filter(isAuthor), base)
    if (people.length > 0) return listAuthors(people)
  }
  if (format !== 'atom') return { author: null }
  const ofSource = readPeople(
    own(fields, 'source').flatMap(raw => findChildren(raw, 'author')),
    base,
  )
  if (ofSource.length > 0) return { ...listAuthors(ofSource), authorFrom: 'source' }
  return ofFeed.length > 0 ? { ...listAuthors(ofFeed), authorFrom: 'feed' } : { author: null }
}

const MAX_CATEGORIES = 20
const MAX_LABEL = 100

/** Marks of what software an entry comes from, such as Blogger's `kind#post`, are no labels. */
const MACHINE = /^https?:\/\/schemas\.google\.com\//i

/** What an address says of a label: the end of it. */
const labelIn = (address: string): string => {
  const last = address.split(/[/#?=]/).findLast(part => part !== '') ?? ''
  try {
    return decodeURIComponent(last).replace(/[-_+]+/g, ' ')
  } catch {
    // A malformed escape: as written.
    return last
  }
}

/** A label as readers see it; empty if it says nothing. */
const readLabel = (written: string): string => {
  if (MACHINE.test(written)) return ''
  const text = headlineText(/^https?:\/\/\S+$/i.test(written) ? labelIn(written) : written, 'unknown')
  return NOBODY.test(text) ? '' : cutTo(text, MAX_LABEL)
}

export const findCategories = (fields: RawFields): string[] => {
  const found = new Set<string>()
  for (const element of ['category', 'dc:subject', 'media:category', 'atom:category', 'dcterms:subject']) {
    for (const raw of own(fields, element)) {
      if (MACHINE.test(attribute(raw, 'scheme') ?? '')) continue
      const written = attribute(raw, 'label') ?? attribute(raw, 'term') ?? readText(raw)
      if (written !== null) found.add(readLabel(written))
    }
  }
  for (const raw of own(fields, 'itunes:category')) found.add(readLabel(attribute(raw, 'text') ?? ''))
  for (const element of ['keywords', 'media:keywords', 'itunes:keywords']) {
    for (const raw of own(fields, element))
      for (const word of (readText(raw) ?? '').split(',')) found.add(readLabel(word))
  }
  found.delete('')
  return [...found].slice(0, MAX_CATEGORIES)
}
