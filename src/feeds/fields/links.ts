/** Resolves the URLs of an item, refuses those with a scheme that runs code, and finds the URL of the item's page. */

import { attribute, firstText, own, type Raw, type RawFields, readText } from '../xml/raw.ts'

/** Schemes that run or show content from the URL itself. Such a URL is ignored. */
const RUNS = /^(?:javascript|data|vbscript|about|blob|file|filesystem|view-source):/i

/** Maximum length of a URL; browsers and servers accept none that is longer. */
const MAX_LENGTH = 8_192

/** A host in place of a path: `www.news.example/1`, as nobody names a folder. */
const BARE_HOST = /^www\d?(?:\.[a-z0-9-]{1,63}){1,9}$/i

const beginsWithBareHost = (written: string): boolean => {
  const [host = ''] = written.slice(0, 254).split(/[/:?#]/, 1)
  return BARE_HOST.test(host) && host.split('.').length > 2 && /\.[a-z]{2,24}$/i.test(host)
}

/** Repairs what publishers get wrong about schemes: `http//`, `htttp://`, `http://https://`, none before a host. */
const withScheme = (written: string, base: string | undefined): string => {
  if (/^https?:\/\/(?!https?:)/i.test(written)) return written
  const scheme = written
    .replace(/^(https?)\/\/(?=[\w-])/i, '$1://')
    .replace(/^h{0,3}t{1,3}p(s?):\/\/(?=.)/i, 'http$1://')
    .replace(/^https?:\/\/(?=https?:\/\/)/i, '')
  if (scheme !== written) return scheme
  const host = base === undefined ? null : /^https?:\/\/([^/?#]+)/i.exec(base)?.[1]
  const beginsWithHost = host?.includes('.') && written.toLowerCase().startsWith(`${host.toLowerCase()}/`)
  if (!beginsWithHost && !beginsWithBareHost(written)) return written
  return `${/^http:/i.test(base ?? '') ? 'http' : 'https'}://${written}`
}

/**
 * Resolves a URL against a base. Without a base, or if it cannot be resolved, it is returned as written.
 * @returns null if there is none, if it is too long, or if its scheme runs code
 */
export const absolute = (href: string | null, base: string | undefined): string | null => {
  if (href === null || href.length > MAX_LENGTH) return null
  const trimmed = href
    .replace(/[\u0000-\u001f\u007f-\u009f\ufeff]+/g, '')
    .trim()
    .toWellFormed()
    // Three or more slashes after the scheme are a publisher's mistake.
    .replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)\/+/i, '$1')
  const written = withScheme(trimmed, base)
  if (written === '' || RUNS.test(written)) return null
  // An absolute URL is kept as the publisher wrote it. Only a relative one gets the spelling of the URL parser.
  if (/^[a-z][a-z0-9+.-]*:/i.test(written)) return written
  try {
    const { href: resolved } = new URL(written, base)
    return RUNS.test(resolved) ? null : resolved
  } catch {
    return written
  }
}

/** As `absolute`, but returns null if the result is not an http(s) URL. */
export const webAddress = (href: string | null, base: string | undefined): string | null => {
  const url = absolute(href, base)
  return url !== null && /^https?:\/\//i.test(url) ? url : null
}

export const resolveBase = (raw: Raw | undefined, fallback: string | undefined): string | undefined => {
  const own = attribute(raw, 'xml:base')
  if (own === null) return fallback
  try {
    return new URL(own, fallback).href
  } catch {
    return fallback
  }
}

/** Decodes ampersands that were escaped twice: `?a=1&amp;b=2`, as left by the first decoding, becomes `?a=1&b=2`. */
const unescaped = (href: string): string => href.replaceAll('&amp;', '&')

export interface LinkContext {
  readonly format: 'rss' | 'rdf' | 'atom'
  /** URL against which relative links are resolved. */
  readonly base: string | undefined
  /** BCP 47: of several alternates the one in this language is preferred. */
  readonly language: string | null
}

const WEB = /^https?:\/\//i

/** The relation of a link, without the address of its registry; of several, as HTML has them, the alternate. */
const relOf = (raw: Raw): string => {
  const rels = (attribute(raw, 'rel') ?? 'alternate').toLowerCase().split(/\s+/)
  return (rels.includes('alternate') ? 'alternate' : (rels[0] ?? '')).replace(/^.*\//, '')
}

const hrefOf = (raw: Raw): string | null => attribute(raw, 'href') ?? attribute(raw, 'url') ?? attribute(raw, 'uri')

const primary = (tag: string | null): string => tag?.toLowerCase().split(/[-_]/)[0] ?? ''

/** How far the language of a link is from the wanted one: 0 the same, 1 none is given, 2 another. */
const languageRank = (raw: Raw, wanted: string | null): number => {
  const given = attribute(raw, 'hreflang')
  if (given === null || wanted === null) return 1
  return primary(given) === primary(wanted) ? 0 : 2
}

/** Ranks of links: below this one they are pages, from it on other documents, such as the entry in JSON. */
const NO_PAGE = 10

/** Ranks an element as the item's link: the lowest is best; null if it cannot be the link. */
const rankLink = (raw: Raw, language: string | null): number | null => {
  const rel = relOf(raw)
  if (rel === 'canonical' || rel === 'bookmark' || rel === 'permalink') return 3
  if (rel !== 'alternate') return null
  return (/html/i.test(attribute(raw, 'type') ?? 'text/html') ? 0 : NO_PAGE) + languageRank(raw, language)
}

interface Ranked {
  readonly href: string
  readonly rank: number
  readonly raw: Raw
}

/** Elements whose text is their address count as pages without a language. */
const TEXT_RANK = 1

const rankLinks = (fields: RawFields, { format, language }: LinkContext): Ranked | null => {
  let best: Ranked | null = null
  for (const name of ['link', 'atom:link']) {
    // In RSS its own element is the link, and Atom's are what goes with it.
    if (best !== null && best.rank < NO_PAGE) break
    // RSS has one link: of several, the last counts, as other readers take it. Atom's first alternate is the main one.
    const prefersLast = name === 'link' && format !== 'atom'
    for (const raw of own(fields, name)) {
      const href = hrefOf(raw)
      const written = href ?? readText(raw)
      const rank = href === null && attribute(raw, 'rel') === null ? TEXT_RANK : rankLink(raw, language)
      if (written === null || rank === null) continue
      if (best === null || rank < best.rank || (prefersLast && rank === best.rank)) best = { href: written, rank, raw }
    }
  }
  return best
}

/** The address of the first link of a relation, if it is one of the web. */
const linkOf = (fields: RawFields, rel: string, base: string | undefined): string | null => {
  for (const raw of [...own(fields, 'link'), ...own(fields, 'atom:link')]) {
    const address = relOf(raw) === rel ? webAddress(hrefOf(raw), resolveBase(raw, base)) : null
    if (address !== null) return address
  }
  return null
}

/** An element that holds the address of the page, where a feed has neither link nor permalink. */
const namedAddress = (fields: RawFields, base: string | undefined): string | null => {
  const named =
    firstText(fields, 'feedburner:origLink', 'url') ??
    attribute(fields.$?.[0], 'href') ??
    own(fields, 'A')
      .map(raw => attribute(raw, 'HREF') ?? attribute(raw, 'href'))
      .find(Boolean) ??
    null
  return absolute(named, base)
}

/** The page that is the content, where Atom has it by reference (RFC 4287, 4.1.3.2). */
const contentAddress = (fields: RawFields, base: string | undefined): string | null => {
  const raw = own(fields, 'content').find(each => /html/i.test(attribute(each, 'type') ?? 'text/html'))
  return webAddress(attribute(raw, 'src'), resolveBase(raw, base))
}

/**
 * Finds the URL of the item's page. In order of preference: an alternate link to HTML, in the feed's language if there
 * are several, or the text of a link; a canonical link; a guid that is a permalink or an Atom id; an alternate link to
 * another type; an address named elsewhere. Where nothing else is known, a guid that is an address though it denies to
 * be a permalink, a link to the entry itself, content by reference, and a related page.
 */
export const findLink = (fields: RawFields, context: LinkContext): string | null => {
  const { format, base } = context
  const best = rankLinks(fields, context)
  const linked = best && absolute(unescaped(best.href), resolveBase(best.raw, base))
  if (best !== null && best.rank < NO_PAGE && linked !== null) return linked
  const id = findIdentifier(fields, format)
  if (id?.isPermalink && WEB.test(id.address)) return id.address
  if (linked !== null) return linked
  const about = attribute(fields.$?.[0], 'rdf:about')
  if (about !== null && WEB.test(about)) return absolute(about, undefined)
  const named = namedAddress(fields, base)
  if (named !== null) return named
  if (id !== null && WEB.test(id.address)) return id.address
  const ownLink =
    linkOf(fields, 'self', base) ??
    linkOf(fields, 'via', base) ??
    contentAddress(fields, base) ??
    linkOf(fields, 'related', base)
  if (ownLink !== null || !id?.isPermalink) return ownLink
  return id.address.startsWith('/') ? absolute(id.address, base) : id.address
}

/**
 * The identifier of an item: a guid, a permalink unless `isPermaLink` is false, or an Atom id, which always is one. It
 * is resolved against xml:base only.
 */
const findIdentifier = (
  fields: RawFields,
  format: LinkContext['format'],
): { readonly address: string; readonly isPermalink: boolean } | null => {
  let denied: string | null = null
  for (const name of format === 'atom' ? ['id', 'guid', 'atom:id'] : ['guid', 'id', 'atom:id']) {
    const raw = own(fields, name).findLast(each => readText(each) !== null)
    const written = raw === undefined ? null : absolute(readText(raw), undefined)
    if (raw === undefined || written === null) continue
    const address = resolvedByDocument(written, raw)
    if ((attribute(raw, 'isPermaLink') ?? 'true').toLowerCase() === 'true') return { address, isPermalink: true }
    denied ??= address
  }
  return denied === null ? null : { address: denied, isPermalink: false }
}

/** Resolves an identifier against xml:base, which applies to identifiers, but never against the URL of the document. */
export const resolvedByDocument = (id: string, raw: Raw): string => {
  const base = attribute(raw, 'xml:base')
  if (base === null || /^[a-z][a-z0-9+.-]*:/i.test(id)) return id
  return absolute(id, base) ?? id
}

/** Hosts that redirect to pages, with URLs that do not contain the target. */
const REDIRECTORS =
  /^https?:\/\/(?:feedproxy\.google\.com|feeds\d?\.feedburner\.com|feedproxy\.feedburner\.com|rss\.feedsportal\.com)\//i

/** Finds the page behind a redirector, if the feed names it in another element. */
export const findOriginal = (fields: RawFields, link: string | null): string | null => {
  if (link === null || !REDIRECTORS.test(link)) return null
  const named = [firstText(fields, 'feedburner:origLink'), firstText(fields, 'guid', 'id')]
  return named.map(each => webAddress(each, undefined)).find(each => each !== null && !REDIRECTORS.test(each)) ?? null
}
