/** Reads well-formed HTML, as sanitize-html returns it, token by token. (pure) */

export interface Token {
  /** As written: a tag, or text up to the next tag. */
  readonly written: string
  readonly kind: 'open' | 'close' | 'void' | 'text'
  /** Empty for text. */
  readonly name: string
}

const TOKEN = /<(\/?)([a-z][a-z0-9]*)(?: [^<>]*)?>|[^<]+/g
const VOID = new Set(['br', 'hr', 'img', 'wbr'])

/** @param html well-formed, with neither `<` nor `>` in attributes */
export function* readTokens(html: string): Generator<Token> {
  for (const [written, slash, name = ''] of html.matchAll(TOKEN))
    yield { written, name, kind: name === '' ? 'text' : VOID.has(name) ? 'void' : slash === '/' ? 'close' : 'open' }
}

/** Maximum depth of elements; of deeper ones only the content stays. */
const MAX_DEPTH = 40

/** Elements that mean something without content. */
const KEPT_EMPTY = new Set(['td', 'th', 'tr', 'tbody', 'thead', 'tfoot'])

/** Whether it is a picture or link without an address. */
const isBare = ({ written }: Token): boolean => written === '<a>' || written === '<img />'

const isBlankFrom = (parts: readonly string[], from: number): boolean => {
  for (let at = from; at < parts.length; at += 1) if (parts[at]?.trim() !== '') return false
  return true
}

interface Open {
  readonly isKept: boolean
  /** Number of parts before it. */
  readonly from: number
}

/** Removes links and pictures without an address, elements without content, and those that are too deep. */
export const tidy = (html: string): string => {
  const parts: string[] = []
  const open: Open[] = []
  let depth = 0
  for (const token of readTokens(html)) {
    if (token.kind === 'open') {
      const isKept = !isBare(token) && depth < MAX_DEPTH
      open.push({ isKept, from: parts.length })
      if (isKept) {
        parts.push(token.written)
        depth += 1
      }
    } else if (token.kind === 'close') {
      const { isKept, from } = open.pop() ?? { isKept: false, from: parts.length }
      if (!isKept) continue
      depth -= 1
      const isEmpty = !KEPT_EMPTY.has(token.name) && isBlankFrom(parts, from + 1)
      if (isEmpty) parts.length = from
      else parts.push(token.written)
    } else if (token.kind === 'void') {
      if (!isBare(token)) parts.push(token.written)
    } else if (token.written.trim() !== '' || parts.at(-1)?.endsWith('>') === false) parts.push(token.written)
    else parts.push(' ')
  }
  return parts.join('').trim()
}
