/**
 * Tolerant tokenizer of an XML-like document: finds where each tag, piece of text, CDATA section and comment begins and
 * ends. Copies nothing, never throws, and takes one forward pass: linear for any document. The scanner and the lenient
 * reader use it.
 */

export interface TokenHandler {
  /** Character data between tags, references not decoded. */
  text?(start: number, end: number): void
  /** Content of a `<![CDATA[...]]>` section. */
  cdata?(start: number, end: number): void
  /**
   * A start tag. Its attributes are at `attributesAt` to `attributesEnd`; parse them with `attributesIn` if needed.
   * @returns false to stop
   */
  open(name: string, tag: OpenTag): boolean | undefined
  /**
   * An end tag.
   * @returns false to stop
   */
  close(name: string, start: number, end: number): boolean | undefined
  /** A whole document type declaration. */
  doctype?(start: number, end: number): void
}

export interface OpenTag {
  readonly start: number
  readonly end: number
  readonly attributesAt: number
  readonly attributesEnd: number
  readonly selfClosing: boolean
}

const LT = 60
const GT = 62
const SLASH = 47
const BANG = 33
const QUESTION = 63
const DOUBLE = 34
const SINGLE = 39
const EQUALS = 61

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
const startsName = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 58 || code > 127
const endsName = (code: number): boolean =>
  isSpace(code) || code === GT || code === SLASH || code === LT || code === EQUALS

/**
 * End of a start tag's content, at its `>`; quoted values may contain one. An unclosed quote ends at the tag's first
 * `>`, since no value contains `<`.
 */
const tagEnd = (xml: string, from: number): number => {
  let firstGt = -1
  let quote = 0
  for (let at = from; at < xml.length; at += 1) {
    const code = xml.charCodeAt(at)
    if (quote !== 0) {
      if (code === quote) quote = 0
      else if (code === GT && firstGt < 0) firstGt = at
      else if (code === LT) return firstGt < 0 ? at : firstGt
    } else if (code === GT) return at
    else if (code === LT) return at
    else if ((code === DOUBLE || code === SINGLE) && isAfterEquals(xml, at, from)) {
      quote = code
      firstGt = -1
    }
  }
  return firstGt < 0 ? xml.length : firstGt
}

const isAfterEquals = (xml: string, quoteAt: number, from: number): boolean => {
  let at = quoteAt - 1
  // White space between `=` and the quote is rare and short; after a long run it is not an attribute.
  for (let left = 16; at >= from && left > 0 && isSpace(xml.charCodeAt(at)); left -= 1) at -= 1
  return at >= from && xml.charCodeAt(at) === EQUALS
}

const declarationEnd = (xml: string, from: number, mayHoldSubset: boolean): number => {
  const gt = xml.indexOf('>', from)
  if (gt < 0) return xml.length
  const bracket = mayHoldSubset ? xml.slice(from, gt).indexOf('[') : -1
  if (bracket < 0) return gt + 1
  const end = xml.indexOf(']', from + bracket)
  const after = end < 0 ? -1 : xml.indexOf('>', end)
  return after < 0 ? gt + 1 : after + 1
}

/**
 * @param from  where to begin: 0, or where an earlier call stopped
 * @param until where to stop; by default the end of the document
 * @returns where it stopped: `until`, or the end of the tag at which the handler returned false
 */
export const tokenize = (xml: string, handler: TokenHandler, from = 0, until = xml.length): number => {
  let at = from
  let textFrom = from
  let seenDoctype = false
  const text = (end: number): void => {
    if (end > textFrom) handler.text?.(textFrom, end)
  }
  // Once an end mark was not found, it is not searched for again: a million unclosed openings still take one pass.
  const missing = new Set<string>()
  const find = (mark: string, start: number): number => {
    if (missing.size > 0 && missing.has(mark)) return -1
    const found = xml.indexOf(mark, start)
    if (found < 0 || found > until) {
      missing.add(mark)
      return -1
    }
    return found
  }
  while (at < until) {
    const lt = xml.indexOf('<', at)
    if (lt < 0 || lt >= until) break
    const next = xml.charCodeAt(lt + 1)
    if (startsName(next)) {
      text(lt)
      let nameEnd = lt + 2
      while (nameEnd < until && !endsName(xml.charCodeAt(nameEnd))) nameEnd += 1
      const inside = tagEnd(xml, nameEnd)
      const closed = xml.charCodeAt(inside) === GT
      const selfClosing = closed && inside > nameEnd - 1 && xml.charCodeAt(inside - 1) === SLASH
      const end = closed ? inside + 1 : inside
      at = end
      textFrom = end
      const tag: OpenTag = {
        start: lt,
        end,
        attributesAt: nameEnd,
        attributesEnd: Math.max(nameEnd, selfClosing ? inside - 1 : inside),
        selfClosing,
      }
      if (handler.open(xml.slice(lt + 1, nameEnd), tag) === false) return at
    } else if (next === SLASH && startsName(xml.charCodeAt(lt + 2))) {
      text(lt)
      let nameEnd = lt + 3
      while (nameEnd < until && !endsName(xml.charCodeAt(nameEnd))) nameEnd += 1
      const gt = xml.charCodeAt(nameEnd) === GT ? nameEnd : tagEnd(xml, nameEnd)
      at = xml.charCodeAt(gt) === GT ? gt + 1 : gt
      textFrom = at
      if (handler.close(xml.slice(lt + 2, nameEnd), lt, at) === false) return at
    } else if (next === BANG && xml.startsWith('[CDATA[', lt + 2)) {
      text(lt)
      const end = find(']]>', lt + 9)
      const to = end < 0 ? unendedCdata(xml, lt + 9, until) : end
      handler.cdata?.(lt + 9, to)
      at = end < 0 ? to : end + 3
      textFrom = at
    } else if (next === BANG && xml.startsWith('--', lt + 2)) {
      text(lt)
      const end = find('-->', lt + 4)
      // A comment that never ends hides the rest, as in a browser.
      at = end < 0 ? until : end + 3
      textFrom = at
    } else if (next === BANG) {
      text(lt)
      const end = declarationEnd(xml, lt + 2, !seenDoctype)
      seenDoctype = true
      handler.doctype?.(lt, end)
      at = end
      textFrom = at
    } else if (next === QUESTION) {
      text(lt)
      const end = find('?>', lt + 2)
      const gt = end < 0 ? find('>', lt + 2) : end + 1
      at = gt < 0 ? until : gt + 1
      textFrom = at
    } else {
      // A bare `<` is text.
      at = lt + 1
    }
  }
  text(until)
  return until
}

/**
 * An unclosed CDATA section is taken to stop at the next end tag of a text element: the rest of the feed is not its
 * content.
 */
const unendedCdata = (xml: string, from: number, until: number): number => {
  const end = /<\/(?:description|summary|content|title|link|guid|content:encoded|item|entry)\s*>/i.exec(
    xml.slice(from, Math.min(until, from + 200_000)),
  )
  return end ? from + end.index : until
}

/** No element of any feed has as many attributes. */
const MAX_ATTRIBUTES = 200

/**
 * Attributes of a start tag as written, references not decoded. Values may be unquoted or missing.
 * @returns an object without prototype; the first of duplicate names wins
 */
export const attributesIn = (xml: string, tag: OpenTag): Record<string, string> => {
  const attributes: Record<string, string> = Object.create(null)
  let at = tag.attributesAt
  const end = tag.attributesEnd
  for (let count = 0; count < MAX_ATTRIBUTES; count += 1) {
    while (at < end && (isSpace(xml.charCodeAt(at)) || xml.charCodeAt(at) === SLASH)) at += 1
    if (at >= end) break
    const nameAt = at
    while (at < end && !isSpace(xml.charCodeAt(at)) && xml.charCodeAt(at) !== EQUALS) at += 1
    const name = xml.slice(nameAt, at)
    while (at < end && isSpace(xml.charCodeAt(at))) at += 1
    let value = ''
    if (xml.charCodeAt(at) === EQUALS && at < end) {
      at += 1
      while (at < end && isSpace(xml.charCodeAt(at))) at += 1
      const quote = xml.charCodeAt(at)
      if (at < end && (quote === DOUBLE || quote === SINGLE)) {
        const found = xml.indexOf(quote === DOUBLE ? '"' : "'", at + 1)
        const to = found < 0 || found > end ? end : found
        value = xml.slice(at + 1, to)
        at = to + 1
      } else {
        const valueAt = at
        while (at < end && !isSpace(xml.charCodeAt(at))) at += 1
        value = xml.slice(valueAt, at)
      }
    }
    if (name !== '' && !(name in attributes)) attributes[name] = value
  }
  return attributes
}
