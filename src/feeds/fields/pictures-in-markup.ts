/**
 * Pictures in the text of an item: `img` with its lazy and responsive attributes, `picture`, the poster of a `video`.
 * (pure)
 */

import { decodeHTML, decodeHTMLAttribute } from 'entities'
import { webAddress } from './links.ts'
import { type Candidate, parsePixels } from './picture-candidate.ts'
import { findWidest, parseSrcset, type SourceInSet } from './srcset.ts'

/** Characters of markup that are searched: a data: URL in front may be long. */
const MAX_MARKUP = 1_000_000
/** Pictures of one item that are looked at; no more are kept in the end. */
const MAX_FOUND = 20

/** Attributes in which scripts that load pictures late have the address, the most common first. */
const LAZY = [
  'data-src',
  'data-lazy-src',
  'data-original',
  'data-lazy',
  'data-cfsrc',
  'data-actualsrc',
  'nitro-lazy-src',
  'data-url',
  'data-image',
  'data-full-url',
  'data-orig-file',
  'data-hi-res-src',
]
const SETS = ['srcset', 'data-srcset', 'data-lazy-srcset', 'data-original-set', 'nitro-lazy-srcset']

/** A picture in `src` of at least this width stays, though `srcset` may have wider ones. */
const WIDE_ENOUGH = 600

/** What stands in until the picture is loaded. */
const PLACEHOLDER =
  /(?:^|[/_.-])(?:placeholder|lazy(?:-?load(?:ing)?)?|blank|spacer|transparent|trans|loading|grey|gray|empty|1x1|pixel)(?:[_-][a-z0-9]{1,20}){0,2}(?:\.min)?\.(?:gif|png|svg|jpe?g|webp)(?:[?#]|$)/i

/** Links of buttons that share a text. */
const SHARING =
  /^(?:mailto:|https?:\/\/(?:[\w-]{1,40}\.){0,4}(?:(?:twitter|x)\.com\/(?:intent|share|home\?status)|facebook\.com\/(?:sharer|share|dialog)|linkedin\.com\/(?:share|cws)|pinterest\.com\/pin\/create|reddit\.com\/submit|(?:api\.)?whatsapp\.com\/send|wa\.me\/|t\.me\/share|telegram\.me\/share|getpocket\.com\/(?:save|edit)|addtoany\.com|addthis\.com|sharethis\.com|feedburner\.com\/~ff|feeds\.wordpress\.com|news\.ycombinator\.com\/submit|tumblr\.com\/share|flipboard\.com\/bookmarklet|bsky\.app\/intent|mastodon(?:share)?\.\w{2,10}\/share))/i

/** Tags that matter here, and what hides tags. */
const TAGS = /<(!--|(?:img|amp-img|source|picture|video|script|style|template)(?=[\s/>]))/gi

/** Addresses that `webAddress` returns as they are, which most are, told at a tenth of its cost. */
const PLAIN_ADDRESS = /^https?:\/\/[a-z0-9][!-~]{0,2000}$/i

const resolveAddress = (written: string | null, base: string | undefined): string | null =>
  written !== null && PLAIN_ADDRESS.test(written) ? written : webAddress(written, base)

type Attributes = Readonly<Record<string, string>>

const read = (attributes: Attributes, name: string): string | null => {
  const written = attributes[name]
  if (!written) return null
  return (written.includes('&') ? decodeHTMLAttribute(written) : written).trim() || null
}

/** One attribute of a tag, with whatever stands before it by mistake. */
const ATTRIBUTE = /[\s/"']*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/y
/** No tag has more. */
const MAX_ATTRIBUTES = 60

/** Attributes of a tag by name in small letters, as written; the first of one name counts. */
const readAttributes = (markup: string, from: number): Attributes => {
  const attributes: Record<string, string> = Object.create(null)
  ATTRIBUTE.lastIndex = from
  for (let count = 0; count < MAX_ATTRIBUTES; count += 1) {
    const found = ATTRIBUTE.exec(markup)
    if (found === null) break
    attributes[(found[1] ?? '').toLowerCase()] ??= found[2] ?? found[3] ?? found[4] ?? ''
  }
  return attributes
}

const addSets = (sources: SourceInSet[], attributes: Attributes): SourceInSet[] => {
  for (const name of SETS) {
    const written = attributes[name] ? read(attributes, name) : null
    if (written !== null && !written.startsWith('data:')) sources.push(...parseSrcset(written))
  }
  return sources
}

const STYLED = {
  width: /(?:^|[;\s])width\s{0,9}:\s{0,9}(\d{1,6}(?:\.\d{1,6})?)px/i,
  height: /(?:^|[;\s])height\s{0,9}:\s{0,9}(\d{1,6}(?:\.\d{1,6})?)px/i,
}

/** A side from its attribute, or in pixels from its style. */
const readSide = (attributes: Attributes, side: 'width' | 'height'): number | null => {
  const pixels = parsePixels(attributes[side])
  return pixels === null && attributes.style ? parsePixels(STYLED[side].exec(attributes.style)?.[1]) : pixels
}

const isHidden = ({ hidden, style }: Attributes): boolean =>
  hidden !== undefined ||
  (style !== undefined && /(?:^|[;\s])(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden)/i.test(style))

type Source = Pick<Candidate, 'width' | 'height'> & { readonly url: string | null }

const findLazy = (attributes: Attributes, base: string | undefined): string | null => {
  for (const name of LAZY) {
    const written = attributes[name] ? read(attributes, name) : null
    if (resolveAddress(written, base) !== null) return written
  }
  return null
}

/**
 * Chooses which address of an `img` to use, and says its size.
 * @param around what the `picture` around it offers
 */
export const chooseSource = (
  attributes: Attributes,
  around: readonly SourceInSet[],
  base: string | undefined,
): Source => {
  const width = readSide(attributes, 'width')
  const height = readSide(attributes, 'height')
  const written = read(attributes, 'src')
  const lazy = findLazy(attributes, base)
  const src = lazy ?? (written !== null && PLACEHOLDER.test(written) ? null : written)
  const url = resolveAddress(src, base)
  if (url !== null && width !== null && width >= WIDE_ENOUGH) return { url, width, height }
  const sets = addSets([], attributes)
  const widest = findWidest(sets.length > 0 ? sets : around)
  const own = sets.find(each => each.url === src)?.width ?? width
  if (url !== null && (!widest?.width || (own ?? 0) >= Math.min(WIDE_ENOUGH, widest.width)))
    return { url, width, height }
  const scaled = widest?.width && width && height ? Math.round((height * widest.width) / width) : null
  return {
    url: resolveAddress(widest?.url ?? null, base),
    width: widest?.width ?? width,
    height: widest?.width ? scaled : height,
  }
}

/** No link is written at greater length before its picture. */
const MAX_LINK = 4_000

/** Whether what begins at `at` is within a link that shares the text. */
const isInSharing = (text: string, at: number): boolean => {
  const before = text.slice(Math.max(0, at - MAX_LINK), at)
  const link = Math.max(before.lastIndexOf('<a '), before.lastIndexOf('<A '))
  if (link < 0 || /<\/a/i.test(before.slice(link))) return false
  return SHARING.test(read(readAttributes(before, link + 2), 'href') ?? '')
}

/** Where what is hidden ends: a comment, or an element whose content is no markup. */
const findHiddenEnd = (text: string, kind: string, from: number): number => {
  const mark = kind === '!--' ? '-->' : `</${kind}`
  const end = text.indexOf(mark, from)
  return end < 0 ? text.length : end + mark.length
}

const add = (found: Candidate[], text: string, at: number, attributes: Attributes, source: Source): void => {
  const { url, width, height } = source
  if (url === null) return
  found.push({
    url,
    role: 'content',
    width,
    height,
    alt: read(attributes, 'alt'),
    type: null,
    classes: attributes.class ?? '',
    isApart: isHidden(attributes) || ((width ?? 0) < WIDE_ENOUGH && isInSharing(text, at)),
  })
}

/**
 * Adds the pictures of a text, in order.
 * @param base against which relative addresses are resolved
 */
export const addFromMarkup = (found: Candidate[], markup: string, base: string | undefined): void => {
  // Escaped twice, and nothing in it that was not.
  const isEscaped = !markup.includes('<') && markup.includes('&lt;img')
  const text = (isEscaped ? decodeHTML(markup) : markup).slice(0, MAX_MARKUP)
  let around: SourceInSet[] = []
  TAGS.lastIndex = 0
  for (let tag = TAGS.exec(text); tag !== null && found.length < MAX_FOUND; tag = TAGS.exec(text)) {
    const kind = (tag[1] ?? '').toLowerCase()
    const end = tag.index + tag[0].length
    if (kind === 'img' || kind === 'amp-img') {
      const attributes = readAttributes(text, end)
      add(found, text, tag.index, attributes, chooseSource(attributes, around, base))
      around = []
    } else if (kind === 'source') addSets(around, readAttributes(text, end))
    else if (kind === 'picture') around = []
    else if (kind === 'video') {
      const attributes = readAttributes(text, end)
      const url = resolveAddress(read(attributes, 'poster'), base)
      add(found, text, tag.index, attributes, { url, width: null, height: null })
    } else TAGS.lastIndex = findHiddenEnd(text, kind, end)
  }
}
