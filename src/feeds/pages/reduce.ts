/**
 * Reduces the page of an article, in one linear pass, to what its text may be in, and collects where it says something of itself.
 * Gives up on pages that a parser of documents would take long for. (pure)
 */

import { Parser } from 'htmlparser2'

/** What a page says of itself, as it is written. */
export interface PageMarks {
  /** Values of `meta` elements by lower-case name or property, the first of each. */
  readonly meta: ReadonlyMap<string, string>
  /** Target of `<link rel="canonical">`. */
  readonly canonical: string | null
  /** Texts of `<script type="application/ld+json">`. */
  readonly linkedData: readonly string[]
  /** Texts of `title` and of the first `h1`. */
  readonly titles: readonly string[]
}

export type ReducedPage =
  | { readonly kind: 'page'; readonly markup: string; readonly marks: PageMarks }
  /** Too large or too deep to be read in the time that a page gets. */
  | { readonly kind: 'too-large'; readonly detail: string }

/** What is read of a page, by measure (`npm run bench:extraction`): more takes longer than 200 ms. */
const MAX_PAGE = 5_000_000
const MAX_MARKUP = 300_000
const MAX_ELEMENTS = 3_000
const MAX_DEPTH = 100
const MAX_LINKED_DATA = 500_000

/** Elements without text of the article. What is in a form goes, the form itself marks a box that asks for something. */
const DROPPED = new Set(
  'head script style template noscript svg canvas math nav dialog menu button select option textarea input label datalist'.split(
    ' ',
  ),
)
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))
const KEPT_ATTRIBUTES = new Set(
  'class id itemprop itemtype role rel href src srcset data-src data-srcset alt title width height colspan rowspan start datetime lang dir'.split(
    ' ',
  ),
)
/** Elements of which only the content is written. */
const UNWRAPPED = new Set(['html', 'body', 'meta', 'link', 'base'])
/** Elements that some pages hide until a script has run. */
const NEVER_HIDDEN = new Set(['html', 'body', 'main', 'article'])

const isHidden = (name: string, attributes: Readonly<Record<string, string>>): boolean =>
  !NEVER_HIDDEN.has(name) &&
  ('hidden' in attributes ||
    attributes['aria-hidden'] === 'true' ||
    /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(attributes.style ?? ''))

/** References that a parser decodes once whatever it does first: JSDOMParser decodes `&amp;#65;` twice. */
const escapeText = (text: string): string => text.replace(/[&<>"]/g, char => `&#${char.charCodeAt(0)};`)

const writeTag = (name: string, attributes: Readonly<Record<string, string>>): string => {
  const kept = Object.entries(attributes)
    .filter(([attribute, value]) => KEPT_ATTRIBUTES.has(attribute) && value.length <= 4_000)
    .map(([attribute, value]) => ` ${attribute}="${escapeText(value)}"`)
  // JSDOMParser takes what follows a `<br>` without the slash for its content.
  return `<${name}${kept.join('')}${VOID.has(name) ? ' /' : ''}>`
}

/** Takes what the page says of itself from its elements. */
const createCollector = () => {
  const meta = new Map<string, string>()
  const linkedData: string[] = []
  const titles: string[] = []
  let canonical: string | null = null
  let collecting: 'title' | 'h1' | 'data' | null = null
  let text = ''
  const done = new Set<string>()
  return {
    marks: (): PageMarks => ({ meta, canonical, linkedData, titles }),
    open(name: string, attributes: Readonly<Record<string, string>>) {
      if (name === 'meta') {
        const key = (attributes.property ?? attributes.name ?? attributes.itemprop ?? '').toLowerCase()
        if (key !== '' && attributes.content && !meta.has(key)) meta.set(key, attributes.content)
      } else if (name === 'link' && /(?:^|\s)canonical(?:\s|$)/i.test(attributes.rel ?? '')) {
        canonical ??= attributes.href ?? null
      } else if ((name === 'title' || name === 'h1') && !done.has(name)) {
        done.add(name)
        collecting = name
        text = ''
      } else if (name === 'script' && /^application\/ld\+json\b/i.test(attributes.type ?? '')) {
        collecting = 'data'
        text = ''
      }
    },
    text(more: string) {
      if (collecting !== null && text.length < MAX_LINKED_DATA) text += more
    },
    close(name: string) {
      if (collecting === null || name !== (collecting === 'data' ? 'script' : collecting)) return
      if (collecting === 'data') linkedData.push(text)
      else titles.push(text.replace(/\s+/g, ' ').trim())
      collecting = null
    },
  }
}

/** Characters that are parsed before the limits are looked at again. */
const CHUNK = 32_768

/** @param html a whole page */
export const reducePage = (html: string): ReducedPage => {
  if (html.length > MAX_PAGE) return { kind: 'too-large', detail: `${html.length} characters` }
  const parts: string[] = []
  const collector = createCollector()
  let [size, elements, depth, deepest] = [0, 0, 0, 0]
  /** Names of open elements that are dropped with what is in them; nothing is written while there are any. */
  const dropping: string[] = []
  const write = (text: string): void => {
    parts.push(text)
    size += text.length
  }
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1
        deepest = Math.max(deepest, depth)
        collector.open(name, attributes)
        const isDropped = DROPPED.has(name) || isHidden(name, attributes) || dropping.length > 0
        if (isDropped) {
          if (!VOID.has(name)) dropping.push(name)
          return
        }
        if (UNWRAPPED.has(name)) return
        elements += 1
        write(writeTag(name, attributes))
        if (name === 'form') dropping.push(name)
      },
      ontext(text) {
        collector.text(text)
        if (dropping.length === 0) write(escapeText(text))
      },
      onclosetag(name) {
        depth -= 1
        collector.close(name)
        if (dropping.length > 0) {
          if (!VOID.has(name)) dropping.pop()
          if (name !== 'form' || dropping.length > 0) return
        }
        if (!VOID.has(name) && !UNWRAPPED.has(name)) write(`</${name}>`)
      },
    },
    { decodeEntities: true },
  )
  for (let at = 0; at < html.length; at += CHUNK) {
    parser.write(html.slice(at, at + CHUNK))
    if (deepest > MAX_DEPTH) return { kind: 'too-large', detail: `elements nested more than ${MAX_DEPTH} deep` }
    if (elements > MAX_ELEMENTS || size > MAX_MARKUP)
      return { kind: 'too-large', detail: `more than ${MAX_ELEMENTS} elements or ${MAX_MARKUP} characters of markup` }
  }
  parser.end()
  return { kind: 'page', markup: parts.join(''), marks: collector.marks() }
}
