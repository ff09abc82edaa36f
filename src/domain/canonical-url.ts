/**
 * The two URLs of an article: the one to show, and the lossy key that decides whether two URLs are the same article.
 * Few dependencies: services that report events by URL import it too.
 */

import { createHash } from 'node:crypto'
import type { ArticleId } from './article.ts'
import { mayIdentify, type ParameterKind, parameterKind } from './tracking-parameters.ts'

/** Redirectors that carry the target URL in a parameter: host pattern and parameter names. */
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
  [
    /^(?:out|redirect|redir|go|click|clk|link|links|away|exit|r|rd|trk|track|tracking)\./,
    ['url', 'u', 'to', 'target', 'dest', 'destination', 'redirect'],
  ],
  [/^t\.umblr\.com$/, ['z']],
  [/^(?:www\.)?medium\.com$/, ['redirectUrl']],
  [/^(?:www\.)?linkedin\.com$/, ['url']],
  [/^(?:www\.)?duckduckgo\.com$/, ['uddg']],
  [/^(?:www\.)?getpocket\.com$/, ['url']],
]

/** Redirectors may be nested; no real link nests more than this many. */
const MAX_UNWRAPPED = 10

const parse = (text: string): URL | null => {
  try {
    const url = new URL(text)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
  } catch {
    return null
  }
}

/** Google News encodes the page's address in the article's id: base64, with length prefixes. */
const inGoogleNews = (url: URL): URL | null => {
  const coded = /^\/(?:__i\/)?(?:rss\/)?(?:articles|read)\/(CBM[\w-]{10,2000})/.exec(url.pathname)?.[1]
  if (coded === undefined) return null
  return parse(/https?:\/\/[\x21-\x7e]{4,}/.exec(Buffer.from(coded, 'base64url').toString('latin1'))?.[0] ?? '')
}

/** Hosts whose pages are about other addresses, and are not in their place. */
const ABOUT_OTHERS =
  /(?:^|\.)(?:archive\.org|archive\.(?:today|ph|is|md|li|vn|fo)|perma\.cc|webcache\.googleusercontent\.com|validator\.w3\.org)$/

/** As written (`/r/https://...`, `*https://...`), also where another program made one slash of two. */
const PLAIN_TARGET = /[/=*](https?)(?::|%3a)\/{1,2}/i
/** Escaped, one part of the path (`/RU=https%3a%2f%2f.../RK=2`). */
const ESCAPED_TARGET = /[/=*](https?%3a%2f%2f[^/]{4,4000})/i
/** As Proofpoint writes it: `/v3/__https://...__;`. */
const DEFENDED_START = /\/v3\/__(https?):\/{1,2}/i
const DEFENDED_END = '__;'
/** All of the query. */
const QUERY_TARGET = /^\?(https?(?::|%3a)(?:\/|%2f){2}.{4,4000})$/i
/** In base64, a part of the path: `aHR0c` is `http`. */
const CODED_TARGET = /^aHR0c[\w+-]{12,4000}={0,2}$/
/** Yandex shows pages under their host and path. */
const TURBO = /^\/(?:turbo\/)?(?:s\/)?([\w-]+(?:\.[\w-]+)+)(?:\/s)?(\/.*)$/

/** An address whose host is a name with a dot, so that no word of a path is taken for a host. */
const parseTarget = (text: string): URL | null => {
  const url = /^https?:\/\//i.test(text) ? parse(text) : null
  const labels = url?.hostname.split('.') ?? []
  return labels.length > 1 && /^[a-z]/.test(labels.at(-1) ?? '') ? url : null
}

/** @returns an empty text if an escape is malformed: it is not an address after all */
const decodeEscaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** The target of a redirector that has it in its path, or as its query. */
const inPath = ({ hostname, pathname, search, hash }: URL): URL | null => {
  if (ABOUT_OTHERS.test(hostname)) return null
  const defended = DEFENDED_START.exec(pathname)
  if (defended) {
    const rest = pathname.slice(defended.index + defended[0].length)
    const end = rest.indexOf(DEFENDED_END)
    if (end >= 0) return parseTarget(`${defended[1]}://${rest.slice(0, end)}`)
  }
  const query = QUERY_TARGET.exec(search)?.[1]
  if (query !== undefined) return parseTarget(query.includes('://') ? `${query}${hash}` : decodeEscaped(query))
  const plain = PLAIN_TARGET.exec(pathname)
  if (plain) {
    const rest = pathname.slice(plain.index + plain[0].length)
    return parseTarget(`${plain[1]}://${rest}${search}${hash}`)
  }
  const escaped = ESCAPED_TARGET.exec(pathname)?.[1]
  if (escaped !== undefined) return parseTarget(decodeEscaped(escaped))
  const coded = pathname.split('/').find(part => CODED_TARGET.test(part))
  if (coded !== undefined) return parseTarget(Buffer.from(coded, 'base64url').toString('latin1'))
  const isTurbo = hostname.endsWith('.turbopages.org') || (/^yandex\./.test(hostname) && pathname.startsWith('/turbo/'))
  const turbo = isTurbo ? TURBO.exec(pathname) : null
  return turbo && parse(`https://${turbo[1]}${turbo[2]}${search}`)
}

/** The target of a redirector, an AMP cache or an AMP viewer, if the URL itself contains it. */
const unwrap = (url: URL): URL => {
  const host = url.hostname
  if (host === 'news.google.com') return inGoogleNews(url) ?? url
  const wrapper = WRAPPERS.find(([pattern]) => pattern.test(host))
  for (const name of wrapper?.[1] ?? []) {
    const inner = parse(url.searchParams.get(name) ?? '')
    if (inner) return inner
  }
  const amp = /^\/amp\/(?:s\/)?(?=[\w-]+(?:\.[\w-]+)+)/.exec(url.pathname)
  if (amp && /(?:^|\.)(?:google|bing)\./.test(host))
    return parse(`https://${url.pathname.slice(amp[0].length)}${url.search}`) ?? url
  const cached = /^\/(?:c|v|wp)\/(?:s\/)?(?=[\w-]+(?:\.[\w-]+)+)/.exec(url.pathname)
  if (cached && host.endsWith('.cdn.ampproject.org'))
    return parse(`https://${url.pathname.slice(cached[0].length)}${url.search}`) ?? url
  return inPath(url) ?? url
}

/** Normalises percent-escapes: upper case, unreserved characters decoded, characters that need it escaped. */
const normalEscapes = (part: string): string =>
  part.replace(/%[0-9a-f]{2}/gi, escaped => {
    const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return /[A-Za-z0-9\-._~]/.test(char) ? char : escaped.toUpperCase()
  })

/** A fragment names a place in the page, except where it is the page's address (`#!` or `#/`). */
const keepsFragment = (hash: string): boolean => /^#!/.test(hash) || /^#\//.test(hash)

/** In place of a parameter's name: the fragment. No parameter has this name. */
export const FRAGMENT = '#'

/**
 * Whether a host is known to tell articles apart by a parameter, or by `FRAGMENT`: the name in lower case, the host as
 * `stripSubdomain` returns it.
 */
export type Keeps = (site: string, name: string) => boolean
const KEEPS_NONE: Keeps = () => false

/** Removes the part of a host that only selects a device (www, m, mobile, ...). */
export const stripSubdomain = (host: string): string => host.replace(/^(?:www\d?|m|mobile|amp|touch)\.(?=.+\.)/, '')

/** Name and value of a parameter, as written in the URL. */
const nameAndValue = (pair: string): readonly [name: string, value: string] => {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}

/** Whether a parameter of that kind is kept in the URLs of a site. */
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
  const pairs = url.search
    .slice(1)
    .split('&')
    .filter(pair => {
      if (pair === '') return false
      const [name, value] = nameAndValue(pair)
      return stays(parameterKind(name, value), stripSubdomain(url.host), name)
    })
  url.search = pairs.length > 0 ? `?${pairs.map(normalEscapes).join('&')}` : ''
  if (keepsFragment(url.hash)) return
  if (!mayIdentify(url.hash) || !stays('doubtful', stripSubdomain(url.host), FRAGMENT)) url.hash = ''
}

const canonicalBy = (written: string, stays: Stays): string | null => {
  let url = parse(written.trim())
  // Cleaning may reveal a redirector and unwrapping may need cleaning: repeat until nothing changes, so that the
  // function is idempotent.
  for (let times = 0; url && times < MAX_UNWRAPPED; times += 1) {
    const before: string = url.href
    url = unwrap(url)
    cleanOnce(url, stays)
    if (url.href === before) return before
  }
  return null
}

/**
 * The URL to show and to store: absolute, unwrapped, without tracking and session parameters, credentials and (unless
 * `keeps` says that the host tells articles apart by them) fragments; host in lower case (IDN as punycode), no default port, escapes normalised. Idempotent. Keeps the order of
 * parameters.
 * @param keeps parameters by which hosts are known to tell articles apart
 * @returns null if it is not an http(s) URL
 */
export const canonicalUrl = (written: string, keeps: Keeps = KEEPS_NONE): string | null =>
  canonicalBy(written, staysBy(keeps))

/**
 * Like `canonicalUrl`, without any doubtful parameter, whatever its value: the canonical URL of earlier versions, and
 * of this one before it knew the host.
 */
export const bareUrl = (written: string): string | null => canonicalBy(written, staysInBare)

/** @returns id of the bare URL, if it differs from that of the canonical URL; null if it is the same */
export const bareId = (canonical: string): ArticleId | null => {
  if (!/[?#]/.test(canonical)) return null
  const bare = bareUrl(canonical)
  return bare === null || bare === canonical ? null : articleId(bare)
}

/**
 * Doubtful parameters that `canonicalUrl` removes from a link although they might tell articles apart; names in lower
 * case, and `FRAGMENT`.
 */
export const droppedFrom = (written: string, keeps: Keeps): ReadonlyMap<string, string> => {
  const dropped = new Map<string, string>()
  if (!/[?#]|%3f|%23/i.test(written)) return dropped
  canonicalBy(written, (kind, site, name) => {
    const stays = staysBy(keeps)(kind, site, name)
    if (kind === 'doubtful' && !stays) dropped.set(name.toLowerCase(), '')
    return stays
  })
  if (dropped.size === 0) return dropped
  // Reads values from the unwrapped target of the link.
  const page = canonicalBy(written, kind => kind !== 'tracking')
  const target = page === null ? null : new URL(page)
  if (target !== null && dropped.has(FRAGMENT)) dropped.set(FRAGMENT, target.hash)
  for (const pair of target?.search.slice(1).split('&') ?? []) {
    const [name, value] = nameAndValue(pair)
    if (dropped.has(name.toLowerCase())) dropped.set(name.toLowerCase(), value)
  }
  return dropped
}

/**
 * Key that two URLs of one article share; not an address to open. Ignores scheme, www., mobile and AMP hosts and paths,
 * a trailing slash, index pages, case of the host and order of the parameters.
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

/** @returns id of the article at a URL from canonicalUrl: the first 16 hex digits of SHA-256 of its identity key */
export const articleId = (canonical: string): ArticleId =>
  createHash('sha256').update(identityKey(canonical)).digest('hex').slice(0, 16) as ArticleId
