/**
 * Parses a JSON Feed that is not well-formed: control characters in strings, commas too many or too few, text that ends
 * early. An item whose end never came is left out, and so is one that is damaged itself.
 */

import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'

/** Within strings they are blanks to a reader; elsewhere they are white space. */
const CONTROLS = /[\u0000-\u001f]/g

/** Escapes as JSON has them, and others, which stand for the character itself. */
const ESCAPES = /\\(?:["\\/bfnrt]|u[0-9a-f]{4}|([\s\S]))/gi

export interface LenientJson {
  readonly value: unknown
  /** Whether the text ends before the document does. */
  readonly isCutOff: boolean
  /** Number of items that were left out because they are damaged. */
  readonly damaged: number
}

/** Values that other languages write in place of null. */
const NO_VALUE = /^(?:undefined|NaN|-?Infinity|None|True|False)$/

/** Where something is that is no JSON, such as text behind a quotation mark that was not escaped; ascending. */
const findDamage = (text: string, errors: readonly ParseError[]): number[] =>
  errors
    .filter(
      ({ error, offset, length }) =>
        printParseErrorCode(error) === 'InvalidSymbol' && !NO_VALUE.test(text.slice(offset, offset + length)),
    )
    .map(({ offset }) => offset)
    .sort((a, b) => a - b)

/** Number of objects and lists that are open where the text ends. */
const countOpen = (text: string, errors: readonly ParseError[]): number =>
  errors.filter(
    ({ error, offset }) => offset >= text.length && /^Close(?:Brace|Bracket)Expected$/.test(printParseErrorCode(error)),
  ).length

/** The document and its list of items: what is open at the end of a text that was cut off between two items. */
const OPEN_AROUND_ITEMS = 2

/** @throws SyntaxError if nothing can be read; RangeError if it nests too deep */
export const parseLeniently = (written: string): LenientJson => {
  const text = written
    .replace(CONTROLS, ' ')
    .replace(ESCAPES, (sequence, other?: string) => other ?? sequence)
    .trimEnd()
  try {
    return { value: JSON.parse(text), isCutOff: false, damaged: 0 }
  } catch (error) {
    const errors: ParseError[] = []
    const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: true })
    if (root === undefined) throw error
    const open = countOpen(text, errors)
    const damage = findDamage(text, errors)
    let next = 0
    let damaged = 0
    const isWhole = ({ offset, length }: Node): boolean => {
      while ((damage[next] ?? Number.POSITIVE_INFINITY) < offset) next += 1
      const isDamaged = (damage[next] ?? Number.POSITIVE_INFINITY) < offset + length
      if (isDamaged) damaged += 1
      return !isDamaged
    }
    const value: Record<string, unknown> = Object.create(null)
    for (const { children: [key, held] = [] } of root.children ?? []) {
      if (key === undefined || held === undefined) continue
      const isLast = held.offset + held.length >= text.length
      const items = held.type === 'array' && key.value === 'items' ? (held.children ?? []) : null
      if (items === null) value[String(key.value)] = getNodeValue(held)
      else {
        const ended = isLast && open > OPEN_AROUND_ITEMS ? items.slice(0, -1) : items
        value.items = ended.filter(isWhole).map(item => getNodeValue(item))
      }
    }
    return { value, isCutOff: open > 0, damaged }
  }
}
