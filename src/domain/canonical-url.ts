/**
 * Two URLs of an article: the one to show, and the lossy key that tells whether two are the same article. Light and
 * pure: services that report events by URL import it too.
 */

import { createHash } from 'node:crypto'
import type { ArticleId } from './article.ts'
import { type ParameterKind, parameterKind } from './tracking-parameters.ts'

/** Redirectors that carry their target in a parameter, by host, with the parameter's names. */
const WRAPPERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:www\.)?google\.[a-z.]{2,6}$/, ['url', 'q']],
  [/^lm?\.(?:facebook|instagram|messenger)\.com$/, ['u']],
  [/^(?:www\.|m\.)?youtube\.com$/, ['q']],
  [/(?:^|\.)safelinks\.protection\.outlook\.com$/, ['url']],
  [/^slack-redir\.net$/, ['url']],
  [/^(?:www\.|m\.)?vk\.com$/, ['to']],
  [/^feedproxy\.google\.com$/, ['url', 'u']],
  [/^(?:www\.)?bing\.com$/, ['url']],
  [/^(?:r|rd|rss)\.search\.yahoo\.com$/, ['u', 'url']],
  [/^(?:out|redirect|go|click|link|away|exit)\./, ['url', 'u', 'to', 'target', 'dest', 'destination']],
  [/^t\.umblr\.com$/, ['z']],
]

/** Redirectors may lead to one another; more than this many in one address is nobody's link. */
const MOST_UNWRAPPED = 10

const parse = (text: string): URL | null => {
  try {
    const url = new URL(text)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
  } catch {
    return null
  }
}

/** Google News writes the page's address into the article's id, in base64, with lengths around it. */
const inGoogleNews = (url: URL): URL | null => {
  const coded = /^\/(?:__i\/)?(?:rss\/)?(?:articles|read)\/(CBM[\w-]{10,2000})/.exec(url.pathname)?.[1]
  if (coded === undefined) return null
  return parse(/https?:\/\/[\x21-\x7e]{4,}/.exec(Buffer.from(coded, 'base64url').toString('latin1'))?.[0] ?? '')
}

/** The page a redirector, an AMP cache or an AMP viewer leads to, where the URL itself says so. */
const unwrap = (url: URL): URL => {
  const host = url.hostname
  if (host === 'news.google.com') return inGoogleNews(url) ?? url
  const wrapper = WRAPPERS.find(([pattern]) => pattern.test(host))
  for (const name of wrapper?.[1] ?? []) {
    const inner = parse(url.searchParams.get(name) ?? '')
    if (inner) return inner
  }
  const amp = /^\/amp\/(?:s\/)?(?=[\w-]+(?:\.[\w-]+)+)/.exec(url.pathname)
  if (amp && /(?:^|\.)google\./.test(host))
    return parse(`https://${url.pathname.slice(amp[0].length)}${url.search}`) ?? url
  const cached = /^\/(?:c|v|wp)\/(?:s\/)?(?=[\w-]+(?:\.[\w-]+)+)/.exec(url.pathname)
  if (cached && host.endsWith('.cdn.ampproject.org'))
    return parse(`https://${url.pathname.slice(cached[0].length)}${url.search}`) ?? url
  return url
}

/** Percent-escapes in upper case, those of unreserved characters undone, what must be escaped escaped. */
const normalEscapes = (part: string): string =>
  part.replace(/%[0-9a-f]{2}/gi, escaped => {
    const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return /[A-Za-z0-9\-._~]/.test(char) ? char : escaped.toUpperCase()
  })

/** Fragments only ever name a place in the page, except where they are the page's address. */
const keepsFragment = (hash: string): boolean => /^#!/.test(hash) || /^#\//.test(hash)

/**
 * Parameters that hosts were seen to tell articles apart by: the name in lower case, the host as `stripSubdomain`
 * returns it.
 */
export type Keeps = (site: string, name: string) => boolean
const KEEPS_NONE: Keeps = () => false

/** A host without what says for which device it is. */
export const stripSubdomain = (host: string): string => host.replace(/^(?:www\d?|m|mobile|amp|touch)\.(?=.+\.)/, '')

/** Name and value of a parameter, as written. */
const nameAndValue = (pair: string): readonly [name: string, value: string] => {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}

/** Whether a parameter of that kind stays, in the URL of a site. */
type Stays = (kind: ParameterKind, site: string, name: string) => boolean

const staysBy =
  (keeps: Keeps): Stays =>
  (kind, site, name) =>
    kind === 'content' || kind === 'doubtful-content' || (kind === 'doubtful' && keeps(site, name.toLowerCase()))
const staysInBare: Stays = kind => kind === 'content'

const cleanOnce = (url: URL, stays: Stays): void => {
  url.username = ''
  url.password = ''
  url.hostname = url.hostname.replace(/\.$/, '')
  url.pathname = normalEscapes(url.pathname.replace(/;jsessionid=[^/?#]*/gi, '')).replace(/\/{2,}/g, '/')
  const kept = url.search
    .slice(1)
    .split('&')
    .filter(pair => {
      if (pair === '') return false
      const [name, value] = nameAndValue(pair)
      return stays(parameterKind(name, value), stripSubdomain(url.host), name)
    })
  url.search = kept.length > 0 ? `?${kept.map(normalEscapes).join('&')}` : ''
  if (!keepsFragment(url.hash)) url.hash = ''
}

const canonicalBy = (written: string, stays: Stays): string | null => {
  let url = parse(written.trim())
  // Cleaning may bring a redirector to light and the other way round: until nothing changes, so that doing it again
  // changes nothing.
  for (let times = 0; url && times < MOST_UNWRAPPED; times += 1) {
    const before: string = url.href
    url = unwrap(url)
    cleanOnce(url, stays)
    if (url.href === before) return before
  }
  return null
}

/**
 * The URL to show and to keep: absolute, unwrapped, without tracking and session parameters, credentials and page
 * fragments; host in lower case (IDN as punycode), default port gone, escapes normalised. Idempotent. Order of
 * parameters stays.
 * @param keeps what hosts were seen to tell articles apart by
 * @returns null where it is no http(s) URL
 */
export const canonicalUrl = (written: string, keeps: Keeps = KEEPS_NONE): string | null =>
  canonicalBy(written, staysBy(keeps))

/**
 * The same without any parameter of a doubtful name, whatever its value: what versions before, or this one before it
 * knew a host, took for it.
 */
export const bareUrl = (written: string): string | null => canonicalBy(written, staysInBare)

/** @returns id of the bare URL, where that is another than that of the canonical one; null where it is the same */
export const bareId = (canonical: string): ArticleId | null => {
  if (!canonical.includes('?')) return null
  const bare = bareUrl(canonical)
  return bare === null || bare === canonical ? null : articleId(bare)
}

/**
 * Doubtful parameters that the canonical URL of a link goes without, though they might tell articles apart: names in
 * lower case.
 */
export const droppedFrom = (written: string, keeps: Keeps): ReadonlyMap<string, string> => {
  const dropped = new Map<string, string>()
  if (!written.includes('?') && !written.includes('%3F') && !written.includes('%3f')) return dropped
  canonicalBy(written, (kind, site, name) => {
    const stays = staysBy(keeps)(kind, site, name)
    if (kind === 'doubtful' && !stays) dropped.set(name.toLowerCase(), '')
    return stays
  })
  if (dropped.size === 0) return dropped
  // The values, from where the link leads to.
  const page = canonicalBy(written, kind => kind !== 'tracking')
  for (const pair of page === null ? [] : new URL(page).search.slice(1).split('&')) {
    const [name, value] = nameAndValue(pair)
    if (dropped.has(name.toLowerCase())) dropped.set(name.toLowerCase(), value)
  }
  return dropped
}

/**
 * What two URLs of one article have in common; not an address to open. Scheme, www., mobile and AMP hosts and paths, a
 * trailing slash, index pages, case of the host and order of the parameters do not count.
 * @param canonical as canonicalUrl gives it
 */
export const identityKey = (canonical: string): string => {
  const url = new URL(canonical)
  const host = stripSubdomain(url.host)
  const path = url.pathname
    .replace(/\/(?:amp|amp\.html)\/?$/i, '/')
    .replace(/^\/amp(?=\/)/i, '')
    .replace(/\.amp(?:\.html)?$/i, '')
    .replace(/\/(?:index|default)\.(?:html?|php|aspx?)$/i, '/')
    .replace(/(?<!\/)\/+$/, '')
  const parameters = url.search
    .slice(1)
    .split('&')
    .filter(pair => pair !== '' && !/^(?:amp|outputType=amp|output=amp)(?:=1|=true)?$/i.test(pair))
    .sort()
    .join('&')
  return `${host}${path}${parameters === '' ? '' : `?${parameters}`}${url.hash}`
}

/**
 * @returns id of the article at a URL as canonicalUrl gives it: the first 16 hex digits of SHA-256 of its identity key
 */
export const articleId = (canonical: string): ArticleId =>
  createHash('sha256').update(identityKey(canonical)).digest('hex').slice(0, 16) as ArticleId
