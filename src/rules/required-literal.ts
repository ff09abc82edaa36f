/**
 * Finds texts of which one must occur wherever a regular expression of RE2's syntax matches, so that it is run only
 * there. It reads no more of the syntax than it has to: where it is in doubt, nothing is required. (pure)
 */

import { fold } from './fold.ts'

/** One of these must occur, folded; null: nothing is required. */
export type Required = readonly string[] | null

/** Shorter texts occur nearly everywhere, except in scripts of many characters. */
const isSelective = (text: string): boolean => text.length >= 3 || /[^\p{ASCII}]/u.test(text)

/** More than this would fill the automaton with what one pattern asks for. */
const MAX_ALTERNATIVES = 200

interface Reader {
  at: number
  readonly source: string
}

/** What a part of an expression requires: it is this text, or one of these must occur in it, or nothing is known. */
type Part = { readonly is: string } | { readonly needs: Required }

const UNKNOWN: Part = { needs: null }

const shortest = (texts: readonly string[]): number => Math.min(...texts.map(text => text.length))

/** Of two requirements, which both hold, the one that is rarer: longer texts, then fewer. */
const rarer = (one: Required, other: Required): Required => {
  if (one === null || other === null) return one ?? other
  return shortest(other) > shortest(one) ? other : one
}

const requiredOf = (part: Part): Required => {
  if ('needs' in part) return part.needs
  const folded = fold(part.is)
  return isSelective(folded) ? [folded] : null
}

/** Skips a class, `[` being read. */
const skipClass = (reader: Reader): void => {
  if (reader.source[reader.at] === '^') reader.at += 1
  // A bracket that comes first stands for itself.
  if (reader.source[reader.at] === ']') reader.at += 1
  while (reader.at < reader.source.length && reader.source[reader.at] !== ']') {
    if (reader.source.startsWith('[:', reader.at)) {
      const end = reader.source.indexOf(':]', reader.at)
      reader.at = end < 0 ? reader.at + 1 : end + 2
    } else reader.at += reader.source[reader.at] === '\\' ? 2 : 1
  }
  reader.at += 1
}

/** Reads what follows a backslash: a mark stands for itself, everything else is left open. */
const readEscape = (reader: Reader): Part => {
  const character = reader.source[reader.at] ?? ''
  reader.at += 1
  if (/[pP]/.test(character)) {
    const end = reader.source[reader.at] === '{' ? reader.source.indexOf('}', reader.at) : reader.at
    reader.at = end < 0 ? reader.source.length : end + 1
  }
  if (character === 'x') {
    const [hex = ''] = /^(\{[\da-f]*\}|[\da-f]{2})/i.exec(reader.source.slice(reader.at)) ?? []
    reader.at += hex.length
  }
  if (/\d/.test(character)) reader.at += /^[0-7]{0,2}/.exec(reader.source.slice(reader.at))?.[0].length ?? 0
  return /[^\p{L}\p{N}\s]/u.test(character) ? { is: character } : UNKNOWN
}

/** Reads the beginning of a group, `(` being read. @returns false if it holds flags alone */
const readGroupStart = (reader: Reader): boolean => {
  const [start = ''] = /^\?(P?<[^>]*>|[a-zA-Z-]*:|[a-zA-Z-]*\))/.exec(reader.source.slice(reader.at)) ?? []
  reader.at += start.length
  return !start.endsWith(')')
}

/** Reads one atom, without what repeats it. */
const readAtom = (reader: Reader): Part => {
  const character = String.fromCodePoint(reader.source.codePointAt(reader.at) ?? 0)
  reader.at += character.length
  switch (character) {
    case '\\':
      return readEscape(reader)
    case '[':
      skipClass(reader)
      return UNKNOWN
    case '(': {
      if (!readGroupStart(reader)) return UNKNOWN
      const needs = readAlternatives(reader)
      reader.at += 1
      return { needs }
    }
    case '.':
    case '^':
    case '$':
      return UNKNOWN
    default:
      return { is: character }
  }
}

/** Reads what repeats an atom. @returns the least number of times; undefined if nothing does */
const readRepeat = (reader: Reader): number | undefined => {
  const [repeat, least] = /^(?:[?*+]|\{(\d+)(?:,\d*)?\})/.exec(reader.source.slice(reader.at)) ?? []
  if (repeat === undefined) return undefined
  reader.at += repeat.length
  // Lazy or not: as often.
  if (reader.source[reader.at] === '?') reader.at += 1
  return repeat === '+' ? 1 : least === undefined ? 0 : Number(least)
}

const readSequence = (reader: Reader): Required => {
  let best: Required = null
  let run = ''
  const endRun = (): void => {
    best = rarer(best, requiredOf({ is: run }))
    run = ''
  }
  while (reader.at < reader.source.length && !/[|)]/.test(reader.source[reader.at] ?? '')) {
    const part = readAtom(reader)
    const least = readRepeat(reader)
    if ('is' in part && least === undefined) {
      run += part.is
      continue
    }
    endRun()
    if (least === undefined || least > 0) best = rarer(best, requiredOf(part))
  }
  endRun()
  return best
}

const readAlternatives = (reader: Reader): Required => {
  const all: Required[] = [readSequence(reader)]
  while (reader.source[reader.at] === '|') {
    reader.at += 1
    all.push(readSequence(reader))
  }
  const texts = all.flatMap(each => each ?? [])
  return all.includes(null) || texts.length > MAX_ALTERNATIVES ? null : [...new Set(texts)]
}

/** @param source a valid expression */
export const findRequired = (source: string): Required => {
  // Quoted parts would have to be read by rules of their own.
  if (source.includes('\\Q')) return null
  const reader = { at: 0, source }
  const required = readAlternatives(reader)
  return reader.at === source.length ? required : null
}
