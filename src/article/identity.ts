/**
 * Two URLs of an article: the one to show, and the lossy key that tells whether two are the same article. Light and pure: services
 * that report events by URL import it too.
 */

import { createHash } from 'node:crypto'
import type { ArticleId } from './article.ts'
import { isSession, isTracking } from './tracking.ts'

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

const cleanOnce = (url: URL): void => {
  url.username = ''
  url.password = ''
  url.hostname = url.hostname.replace(/\.$/, '')
  url.pathname = normalEscapes(url.pathname.replace(/;jsessionid=[^/?#]*/gi, '')).replace(/\/{2,}/g, '/')
  const kept = url.search
    .slice(1)
    .split('&')
    .filter(pair => {
      if (pair === '') return false
      const [name = '', value = ''] = pair.split('=', 2)
      return !isTracking(name) && !isSession(name, value)
    })
  url.search = kept.length > 0 ? `?${kept.map(normalEscapes).join('&')}` : ''
  if (!keepsFragment(url.hash)) url.hash = ''
}

/**
 * The URL to show and to keep: absolute, unwrapped, without tracking and session parameters, credentials and page fragments; host in
 * lower case (IDN as punycode), default port gone, escapes normalised. Idempotent. Order of parameters stays.
 * @returns null where it is no http(s) URL
 */
export const canonicalUrl = (written: string): string | null => {
  let url = parse(written.trim())
  // Cleaning may bring a redirector to light and the other way round: until nothing changes, so that doing it again changes nothing.
  for (let times = 0; url && times < MOST_UNWRAPPED; times += 1) {
    const before: string = url.href
    url = unwrap(url)
    cleanOnce(url)
    if (url.href === before) return before
  }
  return null
}

/**
 * What two URLs of one article have in common; not an address to open. Scheme, www., mobile and AMP hosts and paths, a trailing slash,
 * index pages, case of the host and order of the parameters do not count.
 * @param canonical as canonicalUrl gives it
 */
export const identityKey = (canonical: string): string => {
  const url = new URL(canonical)
  const host = url.host.replace(/^(?:www\d?|m|mobile|amp|touch)\.(?=.+\.)/, '')
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

/** @returns id of the article at a URL as canonicalUrl gives it: the first 16 hex digits of SHA-256 of its identity key */
export const articleId = (canonical: string): ArticleId =>
  createHash('sha256').update(identityKey(canonical)).digest('hex').slice(0, 16) as ArticleId
