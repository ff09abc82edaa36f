/**
 * The plain text of headlines, names and labels. What type a text has is asked of its format; where the format leaves
 * it open, only well-formed pairs of inline tags are markup. A tag that is unknown or never closed is text, since
 * headlines are also about `<iframe>` and `Vector<String>`, and no element hides what comes after it. Linear in its
 * input.
 */

import { decodeHTML, decodeHTMLStrict } from 'entities'
import { cutTo, fold, INLINE, SILENT, sentenceEnds } from '../../util/plain-text.ts'

/**
 * `text`: nothing in it is markup (Atom's type text, JSON Feed). `html`: escaped HTML. `xml`: elements of the document
 * itself, as in Atom's type xhtml. `unknown`: RSS, where titles are text to some publishers and HTML to others.
 */
export type TextKind = 'text' | 'html' | 'xml' | 'unknown'

/** No headline, name or label is longer; the rest is ignored. */
const MAX_LENGTH = 20_000

const BLOCK = new Set(
  `address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4
  h5 h6 head header hgroup html li main nav ol p pre section summary table tbody td tfoot th thead title tr ul`.split(
    /\s+/,
  ),
)
/** Elements of HTML that are neither blocks nor inline, and show nothing of what is in them. */
const EMBEDDED = new Set('applet button canvas frameset map math object select svg textarea'.split(' '))
const VOID = new Set('area base br col embed frame hr img input link meta param source track wbr'.split(' '))

interface Tag {
  readonly name: string
  /** As written, from `<` to `>`. */
  readonly written: string
  readonly form: 'open' | 'close' | 'self-closing'
  readonly hasAttributes: boolean
  /** Index of the tag that it makes a pair with. */
  partner?: number
}
/** Text that was decoded already, or a tag. */
type Piece = string | Tag

/** Attributes may be quoted; a quote that never ends, and what is no attribute, make the tag text. */
const TAG = /<(\/?)([a-z][a-z0-9]{0,30}(?:[:-][a-z0-9]{1,30}){0,3})((?:[\s/](?:[^<>"']|"[^"<]*"|'[^'<]*')*)?)>/iy

const readTag = (markup: string, at: number): Tag | null => {
  TAG.lastIndex = at
  const match = TAG.exec(markup)
  if (match === null) return null
  const [written, slash, name = '', rest = ''] = match
  const form = slash === '/' ? 'close' : rest.endsWith('/') ? 'self-closing' : 'open'
  return { name: name.toLowerCase(), written, form, hasAttributes: rest.includes('=') }
}

/** Splits markup into text and what has the form of a tag. Comments are left out. */
const readPieces = (markup: string): Piece[] => {
  const pieces: Piece[] = []
  let from = 0
  let at = markup.indexOf('<')
  // Once there is no end of a comment or section any more, it is not searched for again.
  const ends = { '-->': true, ']]>': true }
  const skip = (start: number, mark: keyof typeof ends): number => {
    const end = ends[mark] ? markup.indexOf(mark, start) : -1
    ends[mark] = end >= 0
    return end
  }
  const text = (end: number): void => {
    if (end > from) pieces.push(decodeHTML(markup.slice(from, end)))
  }
  while (at >= 0) {
    const isComment = markup.startsWith('<!--', at)
    const isSection = markup.startsWith('<![CDATA[', at)
    const end = isComment ? skip(at + 4, '-->') : isSection ? skip(at + 9, ']]>') : -1
    const tag = isComment || isSection ? null : readTag(markup, at)
    if (end >= 0 || tag !== null) {
      text(at)
      if (tag !== null) pieces.push(tag)
      else if (isSection) pieces.push(markup.slice(at + 9, end))
      from = tag === null ? end + 3 : at + tag.written.length
    }
    at = markup.indexOf('<', Math.max(at + 1, from))
  }
  text(markup.length)
  return pieces
}

/** Pairs each end tag with the last open tag of its name, whatever else is open: publishers cross them. */
const pair = (pieces: readonly Piece[]): void => {
  const open = new Map<string, number[]>()
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') continue
    if (piece.form === 'open') {
      const places = open.get(piece.name)
      if (places) places.push(index)
      else open.set(piece.name, [index])
    } else if (piece.form === 'close') {
      const start = open.get(piece.name)?.pop()
      const partner = start === undefined ? undefined : pieces[start]
      if (start === undefined || partner === undefined || typeof partner === 'string') continue
      piece.partner = start
      partner.partner = index
    }
  }
}

/** Whether the text is in blocks from its beginning to its end, as in `<p>Title</p>`. */
const isInBlocks = (pieces: readonly Piece[]): boolean => {
  let depth = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      if (depth === 0 && piece.trim() !== '') return false
    } else if (BLOCK.has(piece.name) && piece.partner !== undefined) depth += piece.form === 'open' ? 1 : -1
    else if (depth === 0) return false
  }
  return true
}

const isScript = (name: string): boolean => name === 'script' || name === 'style'

/** Whether a tag is markup; if not, it is text. */
const createJudge = (pieces: readonly Piece[], kind: Exclude<TextKind, 'text'>): ((tag: Tag) => boolean) => {
  const blocks = kind !== 'unknown' || isInBlocks(pieces)
  return tag => {
    const { name, form, partner } = tag
    if (name === 'br' || name === 'wbr') return true
    const start = form === 'close' && partner !== undefined ? pieces[partner] : tag
    const hasAttributes = typeof start === 'object' && start.hasAttributes
    if (kind === 'xml') {
      // An inline element that is never closed was still one, since nothing in it was escaped.
      return partner !== undefined || form === 'self-closing' || VOID.has(name) || (form === 'open' && INLINE.has(name))
    }
    if (VOID.has(name)) return hasAttributes && (kind === 'html' || name === 'img' || name === 'embed')
    if (form === 'self-closing') return INLINE.has(name) || (kind === 'html' && hasAttributes)
    if (partner === undefined) return false
    if (INLINE.has(name) || isScript(name)) return true
    if (BLOCK.has(name)) return blocks || hasAttributes
    const isKnown = SILENT.has(name) || EMBEDDED.has(name) || name.includes(':')
    return isKnown && (kind === 'html' || hasAttributes)
  }
}

/** Entities that were escaped twice, except those of angle brackets: tags that were escaped twice are to be seen. */
const ESCAPED_AGAIN = /&(?!(?:lt|gt);)(?:[a-z][a-z0-9]{1,30}|#\d{2,7}|#x[0-9a-f]{2,6});/i

/** Decodes entities that were escaped twice: `It&rsquo;s`, as left by the first decoding. */
export const decodeAgain = (text: string): string =>
  text.includes('&') && ESCAPED_AGAIN.test(text) ? fold(decodeHTMLStrict(text)) : text

const withoutMarkup = (markup: string, kind: Exclude<TextKind, 'text'>): string => {
  const pieces = readPieces(markup)
  pair(pieces)
  const isMarkup = createJudge(pieces, kind)
  const parts: string[] = []
  let hiddenUntil = -1
  for (const [index, piece] of pieces.entries()) {
    if (index <= hiddenUntil) continue
    if (typeof piece === 'string') parts.push(piece)
    else if (!isMarkup(piece)) parts.push(piece.written)
    else if (SILENT.has(piece.name) && piece.form === 'open') hiddenUntil = piece.partner ?? index
    else if (!INLINE.has(piece.name) && !SILENT.has(piece.name) && piece.name !== 'wbr') parts.push(' ')
  }
  return parts.join('')
}

/** @returns text with white space folded; empty if there is none */
export const headlineText = (written: string, kind: TextKind): string => {
  const cut = written.slice(0, MAX_LENGTH)
  if (kind !== 'text' && cut.includes('<')) return decodeAgain(fold(withoutMarkup(cut, kind)))
  return decodeAgain(fold(kind !== 'text' && cut.includes('&') ? decodeHTML(cut) : cut))
}

/** What software writes in place of a title that is missing. */
const PLACEHOLDER =
  /^[([<{"'\s]*(?:null|undefined|nan|none|n\/a|nil|no[ _-](?:title|headline|subject)|untitled(?: (?:post|article|document|entry|page|item|story))?|kein titel|ohne titel|sans titre|sin t[ií]tulo|senza titolo|sem t[ií]tulo|geen titel|zonder titel|bez (?:tytułu|názvu|naslova)|без (?:названия|назви|заголовка)|utan titel|uten tittel|uden titel|başlıksız|无标题|無標題|無題|タイトルなし|제목 ?없음|بدون عنوان|ללא כותרת)[)\]>}"'.\s]*$/iu

/** Variables of templates that nobody filled in. */
const UNFILLED = /^(?:\{\{.*\}\}|\$\{.*\}|<%.*%>|%+title%+|\[?object object\]?)$/iu

/** Nothing that can be read: dashes, dots, characters without width. */
const MARKS_ONLY = /^[\p{Pd}\p{Cf}\s._…?*•·]+$/u

const MAX_PLACEHOLDER = 30

/** Whether a title says nothing: it is a placeholder, or consists of marks. */
export const isPlaceholder = (title: string): boolean =>
  title.length <= MAX_PLACEHOLDER && (PLACEHOLDER.test(title) || UNFILLED.test(title) || MARKS_ONLY.test(title))

/** Characters of a title that is made of an item's text, and of a first sentence that may be one by itself. */
const MADE_LENGTH = 100
const MIN_SENTENCE = 20

/**
 * A title for an item that has none: the first sentence of its text, or its first words.
 * @param text plain text
 */
export const titleFromText = (text: string): string | null => {
  if (!/[\p{L}\p{N}]/u.test(text)) return null
  const end = sentenceEnds(text.slice(0, MADE_LENGTH + 20)).find(each => each >= MIN_SENTENCE) ?? text.length
  const first = text.slice(0, end).trim()
  if (first.length <= MADE_LENGTH) return first.replace(/(?<=[^.])\.$/, '')
  const cut = cutTo(first, MADE_LENGTH)
  const blank = cut.lastIndexOf(' ')
  return `${(blank > MADE_LENGTH / 2 ? cut.slice(0, blank) : cut).replace(/[\s,;:–—-]+$/u, '')}…`
}
