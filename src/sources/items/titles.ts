/**
 * Learns the publisher's name at the end or beginning of a source's titles (` - The Times`, ` | Reuters`,
 * `BBC News – `, `_新浪网`), and removes it from the titles that are shown. Items are still identified by their titles
 * as written, so that none comes twice when a name has been learnt. (pure)
 */

import { z } from 'zod'

export const TitleHabits = z.object({
  /** What separators set off at the end and the beginning of the latest titles, oldest first; empty if nothing was. */
  ends: z.array(z.string()),
  starts: z.array(z.string()),
  /** The learnt name with its separator; null if none was learnt. */
  end: z.string().nullable(),
  start: z.string().nullable(),
})
export type TitleHabits = z.infer<typeof TitleHabits>

export const NO_HABITS: TitleHabits = { ends: [], starts: [], end: null, start: null }

/** Number of a source's latest titles from which names are learnt. */
const JUDGED = 40
/** Minimum number of titles with the same ending, or beginning, before it is learnt. */
const MIN_ALIKE = 5
/**
 * Share of the titles that must have an ending before it counts as the publisher's name, and share below which it no
 * longer does. They are far apart, so that the result does not flap.
 */
const LEARNT_AT = 0.6
const KEPT_AT = 0.3
const MAX_AFFIX_LENGTH = 60
/** Longer titles are ignored. */
const MAX_TITLE_LENGTH = 1_000

/**
 * What sets a name off: a dash, dot or arrow between blanks, a bar anywhere; in scripts without blanks also a dash or
 * underscore right after a character of theirs.
 */
const SEPARATOR =
  /\s+(?:[-–—―·•~]|::|»|›|\/\/)\s+|\s*[|｜丨︱]\s*|(?<=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}」』）])\s*[-–—―_＿]\s*/gu
/** A name in brackets at the end, removed only if it is one of the source's own names. */
const BRACKETED = /\s*[([（【［「]([^()[\]（）【】［］「」]{2,40})[)\]）】］」]$/u
/** A name with a colon, or in brackets, at the beginning, removed under the same condition. */
const ANNOUNCED = /^(?:([^:：]{2,40})[:：]\s*|[([（【［「]([^()[\]（）【】［］「」]{2,40})[)\]）】］」]\s*)/u

const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '')

/** Whether there is anything that could set a name off; most titles have nothing of it. */
const MAY_BE_SET_OFF = /[-–—―·•~»›/:|｜丨︱_＿]/

/** The names of a source that may occur in its titles, and their parts; folded by `fold`. */
export const collectNames = (names: readonly (string | null)[]): ReadonlySet<string> =>
  new Set(
    names
      .flatMap(name => (name === null ? [] : [name, ...name.split(SEPARATOR), ...name.split(/\s*[:：,]\s*/u)]))
      .map(fold)
      .filter(name => name.length >= 2),
  )

/** The last separator of a title and what follows it; empty if there is none. */
const findEnd = (title: string): string => {
  if (!MAY_BE_SET_OFF.test(title)) return ''
  const last = [...title.matchAll(SEPARATOR)].at(-1)
  const end = last ? title.slice(last.index) : ''
  return end.length <= MAX_AFFIX_LENGTH ? end : ''
}
const findStart = (title: string): string => {
  if (!MAY_BE_SET_OFF.test(title)) return ''
  const [first] = title.matchAll(SEPARATOR)
  const start = first ? title.slice(0, first.index + first[0].length) : ''
  return start.length <= MAX_AFFIX_LENGTH ? start : ''
}

/** Lower case is prose ("- live updates", "– video"): a name has a capital, or no cases at all. */
const looksLikeName = (affix: string): boolean => {
  const [first = ''] = /[\p{L}\p{N}]/u.exec(affix) ?? []
  return first !== '' && (first !== first.toLowerCase() || first === first.toUpperCase())
}

const learn = (affixes: readonly string[], before: string | null): string | null => {
  const counts = new Map<string, number>()
  for (const affix of affixes) if (affix !== '') counts.set(affix, (counts.get(affix) ?? 0) + 1)
  if (before !== null && (counts.get(before) ?? 0) >= affixes.length * KEPT_AT) return before
  const [best] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  if (!best || !looksLikeName(best[0])) return null
  return best[1] >= MIN_ALIKE && best[1] >= affixes.length * LEARNT_AT ? best[0] : null
}

/** @param titles new ones of a source, as written, newest first */
export const learnTitles = (before: TitleHabits, titles: readonly string[]): TitleHabits => {
  if (titles.length === 0) return before
  const latest = (known: readonly string[], of: (title: string) => string) =>
    [
      ...known,
      ...titles
        .filter(({ length }) => length <= MAX_TITLE_LENGTH)
        .map(of)
        .reverse(),
    ].slice(-JUDGED)
  const ends = latest(before.ends, findEnd)
  const starts = latest(before.starts, findStart)
  return { ends, starts, end: learn(ends, before.end), start: learn(starts, before.start) }
}

/** Whether what is left of a title is long enough for a headline. */
const isHeadline = (text: string): boolean =>
  fold(text).length >= (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(text) ? 4 : 8)

/**
 * The title without the publisher's name: the one learnt from the source's titles, or one of the source's own names.
 * @param own names of the source, its feed and its host, from `collectNames`
 */
export const withoutName = (title: string, habits: TitleHabits, own: ReadonlySet<string>): string => {
  if (title.length > MAX_TITLE_LENGTH) return title
  const isOwn = (text: string | undefined) => text !== undefined && own.has(fold(text))
  const end = findEnd(title)
  const bracketed = BRACKETED.exec(title)
  const tail =
    end !== '' && (end === habits.end || isOwn(end)) ? end : isOwn(bracketed?.[1]) ? (bracketed?.[0] ?? '') : ''
  const headless = tail === '' ? title : title.slice(0, -tail.length).trimEnd()
  const shortened = isHeadline(headless) ? headless : title

  const start = findStart(shortened)
  const announced = ANNOUNCED.exec(shortened)
  const isAnnounced = isOwn(announced?.[1] ?? announced?.[2])
  const head =
    start !== '' && (start === habits.start || isOwn(start)) ? start : isAnnounced ? (announced?.[0] ?? '') : ''
  if (head === '') return shortened
  const rest = shortened.slice(head.length).trimStart()
  return isHeadline(rest) ? rest : shortened
}
