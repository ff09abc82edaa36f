/**
 * Computes the canonical URL of an article, which is shown and stored, and its identity key, which is lossy and equal
 * for all URLs of the article. The article id is a hash of the key. It is pure and has few dependencies, since services
 * that report events by URL import it too.
 */

import { createHash } from 'node:crypto'
import type { ArticleId } from './article.ts'
import { type ParameterKind, parameterKind } from './tracking-parameters.ts'

/** Redirectors that have their target in a parameter: their hosts, and names of the parameter. */
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

/** Maximum number of redirectors in one URL, since they may lead to one another. */
const MOST_UNWRAPPED = 10

const parse = (text: string): URL | null => {
  try {
    const url = new URL(text)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
  } catch {
    return null
  }
}

/** Decodes the URL of the page from an article id of Google News, which has it in base64, with lengths around it. */
const inGoogleNews = (url: URL): URL | null => {
  const coded = /^\/(?:__i\/)?(?:rss\/)?(?:articles|read)\/(CBM[\w-]{10,2000})/.exec(url.pathname)?.[1]
  if (coded === undefined) return null
  return parse(/https?:\/\/[\x21-\x7e]{4,}/.exec(Buffer.from(coded, 'base64url').toString('latin1'))?.[0] ?? '')
}

/** Returns the page that a redirector, AMP cache or AMP viewer leads to, if the URL itself contains it. */
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

/** Normalises percent-escapes: decodes those of unreserved characters, and writes the others in upper case. */
const normalEscapes = (part: string): string =>
  part.replace(/%[0-9a-f]{2}/gi, escaped => {
    const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return /[A-Za-z0-9\-._~]/.test(char) ? char : escaped.toUpperCase()
  })

/** Whether a fragment is part of the page's address. All others only name a place in the page. */
const keepsFragment = (hash: string): boolean => /^#!/.test(hash) || /^#\//.test(hash)

/**
 * Whether a parameter is known to identify articles on a site (src/articles/parameters/ learns them).
 * @param site as `stripSubdomain` returns it
 * @param name in lower case
 */
export type Keeps = (site: string, name: string) => boolean
const KEEPS_NONE: Keeps = () => false

/** Strips subdomains such as www, m or amp, which only say for which device a host is. */
export const stripSubdomain = (host: string): string => host.replace(/^(?:www\d?|m|mobile|amp|touch)\.(?=.+\.)/, '')

/** Splits a parameter into name and value, as written. */
const nameAndValue = (pair: string): readonly [name: string, value: string] => {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}

/** Whether a parameter of this kind is kept in URLs of a site. */
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
  // Cleaning may uncover a redirector, and unwrapping new parameters. Repeat until nothing changes, so that the result
  // is idempotent.
  for (let times = 0; url && times < MOST_UNWRAPPED; times += 1) {
    const before: string = url.href
    url = unwrap(url)
    cleanOnce(url, stays)
    if (url.href === before) return before
  }
  return null
}

/**
 * Returns the URL to show and to store: absolute, unwrapped, without tracking and session parameters, credentials,
 * fragments and default port; host in lower case (IDN as punycode), escapes normalised. Parameters keep their order.
 * Idempotent.
 * @param keeps parameters that are known to identify articles on their site
 * @returns null if it is not an http(s) URL
 */
export const canonicalUrl = (written: string, keeps: Keeps = KEEPS_NONE): string | null =>
  canonicalBy(written, staysBy(keeps))

/**
 * As `canonicalUrl`, but without any parameter with a doubtful name, whatever its value. Articles may be stored under
 * this URL, by earlier versions or before the parameters of their site were learnt.
 */
export const bareUrl = (written: string): string | null => canonicalBy(written, staysInBare)

/** @returns the article id of the bare URL; null if the bare URL is the canonical one */
export const bareId = (canonical: string): ArticleId | null => {
  if (!canonical.includes('?')) return null
  const bare = bareUrl(canonical)
  return bare === null || bare === canonical ? null : articleId(bare)
}

/**
 * Returns the doubtful parameters that are removed from the canonical URL of a link, although they might identify
 * articles: values by name in lower case.
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
  // Read the values from the page that the link leads to.
  const page = canonicalBy(written, kind => kind !== 'tracking')
  for (const pair of page === null ? [] : new URL(page).search.slice(1).split('&')) {
    const [name, value] = nameAndValue(pair)
    if (dropped.has(name.toLowerCase())) dropped.set(name.toLowerCase(), value)
  }
  return dropped
}

/**
 * Computes a key that is equal for all URLs of one article. It is not a URL that can be opened. It ignores scheme,
 * www., mobile and AMP hosts and paths, trailing slash, index pages, case of the host and order of parameters.
 * @param canonical as canonicalUrl returns it
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
 * @param canonical as canonicalUrl returns it
 * @returns the id of its article: the first 16 hex digits of SHA-256 of its identity key
 */
export const articleId = (canonical: string): ArticleId =>
  createHash('sha256').update(identityKey(canonical)).digest('hex').slice(0, 16) as ArticleId
