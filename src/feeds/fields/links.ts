/** Resolves the URLs of an item, refuses those with a scheme that runs code, and finds the URL of the item's page. */

import { attribute, firstText, own, type Raw, type RawFields, readText } from '../xml/raw.ts'

/** Schemes that run or show content from the URL itself. Such a URL is ignored. */
const RUNS = /^(?:javascript|data|vbscript|about|blob|file|filesystem|view-source):/i

/** Maximum length of a URL; browsers and servers accept none that is longer. */
const MAX_LENGTH = 8_192

/**
 * Resolves a URL against a base. Without a base, or if it cannot be resolved, it is returned as written.
 * @returns null if there is none, if it is too long, or if its scheme runs code
 */
export const absolute = (href: string | null, base: string | undefined): string | null => {
  if (href === null || href.length > MAX_LENGTH) return null
  const written = href
    .replace(/[\u0000-\u001f\u007f-\u009f\ufeff]+/g, '')
    .trim()
    .toWellFormed()
    // Three or more slashes after the scheme are a publisher's mistake.
    .replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)\/+/i, '$1')
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
}

/** Ranks an element as the item's link: the lowest is best; null if it cannot be the link. */
const rankLink = (raw: Raw): number | null => {
  const rel = (attribute(raw, 'rel') ?? 'alternate').toLowerCase().replace(/^.*\//, '')
  if (rel === 'canonical') return 2
  if (rel !== 'alternate') return null
  return /html/i.test(attribute(raw, 'type') ?? 'text/html') ? 0 : 3
}

/**
 * Finds the URL of the item's page. In order of preference: an alternate link to HTML or the text of a link (the last
 * of them, as Python's feedparser takes it), a canonical link, a guid that is a permalink or an Atom id, an alternate
 * link to another type.
 */
export const findLink = (fields: RawFields, { format, base }: LinkContext): string | null => {
  let best: { href: string; rank: number; raw: Raw } | null = null
  for (const name of ['atom:link', 'link']) {
    for (const raw of own(fields, name)) {
      const href = attribute(raw, 'href') ?? attribute(raw, 'url') ?? attribute(raw, 'uri')
      const written = href ?? readText(raw)
      const rank = href === null ? (attribute(raw, 'rel') === null ? 0 : rankLink(raw)) : rankLink(raw)
      if (written !== null && rank !== null && rank <= (best?.rank ?? 9)) best = { href: written, rank, raw }
    }
  }
  if (best && best.rank < 3) return absolute(unescaped(best.href), resolveBase(best.raw, base))
  const id = findPermalink(fields, format)
  if (id !== null && (best === null || /^https?:/i.test(id))) return id
  if (best) return absolute(unescaped(best.href), resolveBase(best.raw, base))
  const about = attribute(fields.$?.[0], 'rdf:about')
  if (about !== null && /^https?:/i.test(about)) return absolute(about, undefined)
  const given = firstText(fields, 'feedburner:origLink', 'url') ?? attribute(fields.$?.[0], 'href')
  return absolute(
    given ??
      own(fields, 'A')
        .map(raw => attribute(raw, 'HREF') ?? attribute(raw, 'href'))
        .find(Boolean) ??
      null,
    base,
  )
}

/**
 * Returns the identifier if it may serve as a link: a guid unless `isPermaLink` is false, or any Atom id. It is
 * resolved against xml:base only.
 */
const findPermalink = (fields: RawFields, format: LinkContext['format']): string | null => {
  for (const name of format === 'atom' ? ['id', 'guid'] : ['guid', 'id', 'atom:id']) {
    const raw = own(fields, name).findLast(each => readText(each) !== null)
    if (raw !== undefined && (attribute(raw, 'isPermaLink') ?? 'true').toLowerCase() === 'true') {
      const link = absolute(readText(raw), undefined)
      return link === null ? null : resolvedByDocument(link, raw)
    }
  }
  return null
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
