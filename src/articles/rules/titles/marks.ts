/**
 * Separates a headline from the marks around it: `UPDATE 3-`, `EXCLUSIVE:`, `(video)`, `- AP`, dots where it was cut
 * off. Marks are left out of what pages show and of the texts by which stories and sections are decided; the stored
 * article keeps its title unchanged. A mark stays if too few words for a headline would be left. (pure)
 */

import { findAgency, findLabel } from './labels.ts'

/** What was left out of a title, and why. */
export interface Mark {
  readonly text: string
  readonly why: string
}

export interface TitleRead {
  /** The headline without marks; the title itself where nothing was left out. */
  readonly headline: string
  /** In the order in which they were found. */
  readonly marks: readonly Mark[]
}

/** Characters; a longer title is returned unchanged. */
const MAX_LENGTH = 1_000
/** Maximum number of marks that are removed from one title; several may follow each other, as `UPDATE 1-EXCLUSIVE-`. */
const MAX_MARKS = 6
const MAX_LABEL = 40

const WIRE = 'a wire slug: which version of a dispatch, or of which service, it is'
const CUT_OFF = 'dots where the publisher cut the title off'
const TICKER = 'signs of a news ticker'

/** Slugs that agencies write before a headline, upper case, followed by a hyphen without blanks. */
const WIRE_WORDS = new Set([
  ...['UPDATE', 'WRAPUP', 'RPT', 'REPEAT', 'REFILE', 'CORRECTED', 'CORRECTION', 'BRIEF', 'EXCLUSIVE', 'INSIGHT'],
  ...['ANALYSIS', 'FACTBOX', 'TIMELINE', 'HIGHLIGHTS', 'PREVIEW', 'FEATURE', 'INTERVIEW', 'TABLE', 'TEXT', 'POLL'],
  ...['NEWSMAKER', 'BREAKINGVIEWS', 'COLUMN', 'ADVISORY', 'DIARY', 'SNAPSHOT', 'GRAPHIC', 'EXPLAINER', 'SCENARIOS'],
  ...['INSTANT VIEW', 'PROFILE', 'QUOTES', 'SPECIAL REPORT', 'WITNESS', 'FOREX', 'PRECIOUS', 'METALS', 'TREASURIES'],
])
/** The same in mixed case, as agencies write them today; no headline hyphenates these words. */
const NEWER_WIRE_WORDS = new Set(['Update', 'Wrapup', 'Exclusive', 'Analysis', 'Factbox', 'Explainer', 'Insight'])
/**
 * A slug of two or more words in capitals before a headline in mixed case: `GLOBAL MARKETS-Shares rise`. Its last word
 * is long, since a short one is mostly half of a hyphenated word, as in `US GOP-Led House` and `NEW US-China Talks`.
 */
const CAPITALS = /^[A-Z][A-Z.&]*(?: [A-Z.&]+){0,3} [A-Z]{5,}$/
/** Second half of a hyphenated word, so that what precedes it is no slug: `UN UNESCO-Listed Harbour`. */
const OTHER_HALF = /^(?!Fed |United )(?:\p{Lu}\p{Ll}*ed|Style|Era|Free|Made|Born|Run)(?: |$)/u
const BEGINS_HEADLINE = /^["'“‘]?(?:\d|\p{Lu})/u
const HAS_LOWER_CASE = /\p{Ll}/u

const BRACKETS = new Map([
  ...['()', '[]', '（）', '【】', '［］', '〔〕', '＜＞', '<>'].map(([open = '', close = '']): [string, string] => [
    open,
    close,
  ]),
])
const CLOSING = new Map([...BRACKETS].map(([open, close]) => [close, open]))
const DASHES = [' - ', ' – ', ' — ', ' | ', ' ‐ ', ' ― ']
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’]*/gu
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]/u
const MIN_WORDS = 3
const MIN_UNSPACED = 6

const isHeadline = (text: string): boolean =>
  UNSPACED.test(text) ? text.length >= MIN_UNSPACED : (text.match(WORD)?.length ?? 0) >= MIN_WORDS

const JOINED = /[,/&+;]| and | und | et | y | e | и | en /u

/** Why a text is a label or a list of labels (`photos, video`, `+video`, `UPDATE 2`); undefined if it is neither. */
const meaningOf = (text: string, language: string): string | undefined => {
  const label = text
    .trim()
    .toLowerCase()
    .replace(/^(?:\+ ?|w\/ ?|with |mit |avec |con |com |met )/, '')
    .replace(/ ?#?\d{1,2}$/, '')
  if (label === '' || label.length > MAX_LABEL) return undefined
  const whole = findLabel(label, language)
  if (whole !== undefined) return whole
  const [first, ...others] = label.split(JOINED).map(part => findLabel(part.trim(), language))
  return first !== undefined && others.every(other => other !== undefined) ? first : undefined
}

/** A mark that a rule found, and the title without it. */
interface Cut extends Mark {
  readonly rest: string
}

/** Finds one mark at one end of a title; null if there is none. */
type Rule = (title: string, language: string) => Cut | null

/** The slug of an agency, which says which version, service or form it is, never which event. */
const wireSlug: Rule = title => {
  const at = title.indexOf('-')
  if (at < 2 || at > MAX_LABEL) return null
  const [slug, rest] = [title.slice(0, at), title.slice(at + 1).trimStart()]
  if (!BEGINS_HEADLINE.test(rest)) return null
  const word = slug.replace(/ \d{1,2}$/, '')
  const isWire =
    WIRE_WORDS.has(word) ||
    (title[at + 1] !== ' ' && NEWER_WIRE_WORDS.has(word)) ||
    (title[at + 1] !== ' ' && CAPITALS.test(word) && HAS_LOWER_CASE.test(rest) && !OTHER_HALF.test(rest))
  return isWire ? { rest, text: title.slice(0, at + 1), why: WIRE } : null
}

/** A label before a colon or a bar; in capitals also before a full stop, a slash or a dash: `EN DIRECT. `, `WDH/`. */
const labelBefore: Rule = (title, language) => {
  const found = /[:：|]|[./] ?| [-–—] /u.exec(title.slice(0, MAX_LABEL))
  if (!found || found.index === 0) return null
  const label = title.slice(0, found.index)
  const isPlain = found[0] === ':' || found[0] === '：' || found[0] === '|'
  if (!isPlain && (HAS_LOWER_CASE.test(label) || label === label.toLowerCase())) return null
  const why = meaningOf(label, language)
  const end = found.index + found[0].length
  return why === undefined ? null : { rest: title.slice(end).trimStart(), text: title.slice(0, end).trim(), why }
}

const bracketBefore: Rule = (title, language) => {
  const close = BRACKETS.get(title[0] ?? '')
  const end = close === undefined ? -1 : title.indexOf(close, 1)
  if (end < 0 || end > MAX_LABEL) return null
  const inner = title.slice(1, end)
  const why = meaningOf(inner, language) ?? findAgency(inner.trim().toLowerCase())
  return why === undefined
    ? null
    : { rest: title.slice(end + 1).replace(/^[\s:–—-]+/, ''), text: title.slice(0, end + 1), why }
}

const bracketAfter: Rule = (title, language) => {
  const open = CLOSING.get(title.at(-1) ?? '')
  const start = open === undefined ? -1 : title.lastIndexOf(open)
  if (start < 1 || title.length - start > MAX_LABEL) return null
  const inner = title.slice(start + 1, -1)
  const why = meaningOf(inner, language) ?? findAgency(inner.trim().toLowerCase())
  return why === undefined ? null : { rest: title.slice(0, start).trimEnd(), text: title.slice(start), why }
}

const labelAfter: Rule = (title, language) => {
  const start = Math.max(...DASHES.map(dash => title.lastIndexOf(dash)))
  if (start < 1 || title.length - start > MAX_LABEL) return null
  const label = title.slice(start + 3)
  const why = meaningOf(label, language) ?? findAgency(label.trim().toLowerCase())
  return why === undefined ? null : { rest: title.slice(0, start).trimEnd(), text: title.slice(start).trim(), why }
}

const cutOff: Rule = title => {
  let end = title.length
  let dots = 0
  for (; end > 0; end -= 1) {
    const sign = title[end - 1]
    if (sign === '.') dots += 1
    else if (sign === '…') dots += 3
    else if (sign !== ' ') break
  }
  if (dots < 3 || end === 0) return null
  return { rest: title.slice(0, end), text: '…', why: CUT_OFF }
}

/** German tickers: `+++ Brücke gesperrt +++`. */
const ticker: Rule = title => {
  if (!title.startsWith('++')) return null
  const rest = title.replace(/^\++ ?/, '')
  const end = rest.indexOf('++')
  if (end < 0) return { rest, text: '+++', why: TICKER }
  // If a headline follows the closing signs, the text between them is its origin, so nothing is removed.
  return /^[+\s]*$/.test(rest.slice(end)) ? { rest: rest.slice(0, end).trimEnd(), text: '+++', why: TICKER } : null
}

const RULES: readonly Rule[] = [
  ...[cutOff, wireSlug, bracketBefore, labelBefore, ticker],
  ...[bracketAfter, labelAfter],
]

/**
 * Removes marks until none is found or the rest would be no headline.
 * @param language BCP 47; empty if it is unknown: then the labels of all languages apply
 */
export const readTitle = (title: string, language: string): TitleRead => {
  const [primary = ''] = language.toLowerCase().split('-')
  const marks: Mark[] = []
  let headline = title
  for (let more = title.length <= MAX_LENGTH; more && marks.length < MAX_MARKS; ) {
    more = false
    for (const rule of RULES) {
      const cut = rule(headline, primary)
      if (!cut || !isHeadline(cut.rest)) continue
      headline = cut.rest
      marks.push({ text: cut.text, why: cut.why })
      more = true
    }
  }
  return { headline, marks }
}

const PLACE_AND_CREDIT = /^([^()]{0,60})\(([^()]{2,30})\)\s{0,3}(?:[-–—:]{1,2}\s)?/
const CREDIT = /^([\p{L}\p{N}. -]{2,30}?)\s?[-–—]{1,2}\s/u

const cutCredit = (summary: string): string => {
  const placed = PLACE_AND_CREDIT.exec(summary)
  if (placed && findAgency((placed[2] ?? '').trim().toLowerCase()) !== undefined)
    return `${placed[1]}${summary.slice(placed[0].length)}`
  const credit = CREDIT.exec(summary)
  const isCredit = credit && findAgency((credit[1] ?? '').trim().toLowerCase()) !== undefined
  return isCredit ? summary.slice(credit[0].length) : summary
}

/**
 * @returns the summary without agency credits at its start, `(Reuters) -` or `AP -`: up to two, since one agency may
 *   carry another's dispatch. The place before a credit in brackets stays.
 */
export const withoutCredit = (summary: string): string => cutCredit(cutCredit(summary))

/** The text by which stories and sections are decided: the title without marks, the summary without credits. */
export const withoutMarks = <
  T extends { readonly title: string; readonly summary: string; readonly language: string | null },
>(
  text: T,
): T => ({
  ...text,
  title: readTitle(text.title, text.language ?? '').headline,
  summary: withoutCredit(text.summary),
})
