/** Addresses of an item: made absolute, never one that runs, and which of several is the item's page. */

import { attribute, firstText, own, type Raw, type RawFields, readText } from '../xml/raw.ts'

/** An address with one of these runs, or shows, what a stranger wrote: it is none. */
const RUNS = /^(?:javascript|data|vbscript|about|blob|file|filesystem|view-source):/i

/** No browser or server takes a longer one. */
const LONGEST = 8_192

/**
 * Absolute where a base is known; as written where none is; null for nothing, for what is no address at all and for
 * what would run.
 */
export const absolute = (href: string | null, base: string | undefined): string | null => {
  if (href === null || href.length > LONGEST) return null
  const written = href
    .replace(/[\u0000-\u001f\u007f-\u009f\ufeff]+/g, '')
    .trim()
    .toWellFormed()
    // Three slashes and more after the scheme are a slip of the publisher's.
    .replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)\/+/i, '$1')
  if (written === '' || RUNS.test(written)) return null
  // An absolute address is shown as the publisher wrote it; the parser's own spelling only where it had to resolve.
  if (/^[a-z][a-z0-9+.-]*:/i.test(written)) return written
  try {
    const { href: resolved } = new URL(written, base)
    return RUNS.test(resolved) ? null : resolved
  } catch {
    return written
  }
}

/** The same, or null where it does not lead to the web. */
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

/** `?a=1&amp;b=2` as it stands after all decoding: escaped once too often. */
const unescaped = (href: string): string => href.replaceAll('&amp;', '&')

export interface LinkContext {
  readonly format: 'rss' | 'rdf' | 'atom'
  /** What relative links are resolved against. */
  readonly base: string | undefined
}

/** How well an element serves as the item's link; null where it does not. Lower is better. */
const rankLink = (raw: Raw): number | null => {
  const rel = (attribute(raw, 'rel') ?? 'alternate').toLowerCase().replace(/^.*\//, '')
  if (rel === 'canonical') return 2
  if (rel !== 'alternate') return null
  return /html/i.test(attribute(raw, 'type') ?? 'text/html') ? 0 : 3
}

/**
 * The item's page: an alternate that is HTML (the last of them, as the reference reads it), a link's text, the
 * canonical; else a guid that is no less than a permalink, or an Atom id; else an alternate of another type.
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
 * The identifier where it may serve as a link: `isPermaLink` not denied, any Atom id. As written: only xml:base makes
 * it absolute.
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

/** Made absolute by xml:base alone, which an identifier is subject to; never by where the document came from. */
export const resolvedByDocument = (id: string, raw: Raw): string => {
  const base = attribute(raw, 'xml:base')
  if (base === null || /^[a-z][a-z0-9+.-]*:/i.test(id)) return id
  return absolute(id, base) ?? id
}

/** Hosts that lead elsewhere without saying where in the address itself. */
const REDIRECTORS =
  /^https?:\/\/(?:feedproxy\.google\.com|feeds\d?\.feedburner\.com|feedproxy\.feedburner\.com|rss\.feedsportal\.com)\//i

/** The page behind a redirector, where the feed names it beside the link. */
export const findOriginal = (fields: RawFields, link: string | null): string | null => {
  if (link === null || !REDIRECTORS.test(link)) return null
  const named = [firstText(fields, 'feedburner:origLink'), firstText(fields, 'guid', 'id')]
  return named.map(each => webAddress(each, undefined)).find(each => each !== null && !REDIRECTORS.test(each)) ?? null
}
