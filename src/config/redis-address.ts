/** Parses redis.url: one server, a server found through sentinels, or a cluster. (pure) */

/** TLS files and sentinel credentials for a connection, as configured. */
export interface Access {
  /** PEM files for TLS; empty: none. */
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  /** Name on the certificate of the server, if it differs from the host. */
  readonly tlsServerName?: string
  /** Credentials of the sentinels, if they differ from those of Redis. */
  readonly sentinelUser?: string
  readonly sentinelPassword?: string
}

export interface Host {
  readonly host: string
  readonly port: number
}

/** Several hosts; the first that replies names the others. */
interface Several {
  readonly hosts: readonly Host[]
  readonly username?: string
  readonly password?: string
  readonly isTls: boolean
}

/** One server. */
export type OneAddress = { readonly socket: string } | { readonly url: string }

export type RedisAddress = (
  | OneAddress
  | { readonly cluster: Several }
  | { readonly sentinel: Several & { readonly name: string; readonly db: number } }
) & { readonly access?: Access }

/** The accepted forms of `redis.url`. */
export const URL_FORMS = [
  'redis://user:secret@host:6379/0 (rediss:// with TLS)',
  'unix:/run/redis.sock',
  'redis-cluster://user:secret@host:6379,host:6379 (rediss-cluster:// with TLS)',
  'redis-sentinel://user:secret@host:26379,host:26379/name (rediss-sentinel:// with TLS)',
] as const

/** User and password by RFC 3986: delimiters are percent-encoded. */
const USERINFO = '(?:([^@/?#\\s]*)@)?'
const SINGLE = new RegExp(
  `^(rediss?)://${USERINFO}((?:\\[[0-9a-fA-F:.]+\\]|[^\\s:@/?#[\\]]+)?(?::\\d{1,5})?)(?:/([^@?#\\s]*))?(?:\\?([^@#\\s]*))?$`,
)
const SCHEME = new RegExp(`^(rediss?)-(cluster|sentinel)://${USERINFO}([^@/?#\\s]*)(?:/([^@?#\\s]*))?$`)
const PORTS = { cluster: 6379, sentinel: 26_379 } as const

/** An invalid URL is never quoted, because any part of it may be the password. */
const NO_FORM = `must be one of: ${URL_FORMS.join('; ')}`
const NOT_ENCODED =
  'has a user or password with a character that must be percent-encoded (/ as %2F, @ as %40, : as %3A, # as %23, ? as %3F, % as %25, space as %20), or lacks the @ before the host'
const STRAY_PERCENT = 'has a user or password with an invalid % escape: write % as %25'

const malformed = (url: string): string =>
  /^redis(s?|s?-(cluster|sentinel)):\/\//.test(url) && /[@\s]/.test(url) ? NOT_ENCODED : NO_FORM

const isEncoded = (text: string): boolean => !/%(?![0-9a-fA-F]{2})/.test(text) && decodes(text)
const decodes = (text: string): boolean => {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    // The bytes are not UTF-8.
    return false
  }
}

const parseHost = (text: string, port: number): Host | null => {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/.exec(text.trim())
  const found = match?.[2] === undefined ? port : Number(match[2])
  if (!match?.[1] || found < 1 || found > 65_535) return null
  return { host: match[1].replace(/^\[|\]$/g, ''), port: found }
}

/** Says why the URL of a single server is invalid; undefined if it is valid. */
const findSingleUrlError = (url: string): string | undefined => {
  const match = SINGLE.exec(url)
  if (!match) return malformed(url)
  const [, , credentials = '', host = '', db = '', query = ''] = match
  if (!isEncoded(credentials)) return STRAY_PERCENT
  if (!URL.canParse(url) || host === '')
    return credentials === '' ? NO_FORM : 'has no host:port after its user and password'
  if (!/^\d{0,9}$/.test(db)) return 'has no valid database number after the host; write it as in /0'
  if (query !== '' && !/^family=[046]$/.test(query))
    return 'must not have parameters after ? other than family=4 or family=6'
  return undefined
}

/** @returns the address, or a message that never contains the password */
export const parseMultiHostUrl = (url: string): RedisAddress | string => {
  const [, scheme = '', kind = '', credentials = '', hostsText = '', path = ''] = SCHEME.exec(url) ?? []
  if (kind !== 'cluster' && kind !== 'sentinel') return malformed(url)
  if (!isEncoded(credentials)) return STRAY_PERCENT
  const hosts = hostsText.split(',').map(text => parseHost(text, PORTS[kind]))
  const wrong = hosts.indexOf(null)
  if (wrong >= 0) return `has an invalid host:port as host number ${wrong + 1}`
  const at = credentials.indexOf(':')
  const username = decodeURIComponent(at < 0 ? credentials : credentials.slice(0, at))
  const password = at < 0 ? '' : decodeURIComponent(credentials.slice(at + 1))
  const several: Several = {
    hosts: hosts as Host[], // none is null
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    isTls: scheme === 'rediss',
  }
  if (kind === 'cluster')
    return path === '' ? { cluster: several } : 'must end after the hosts: a cluster has no databases'
  const [name = '', db = '0', ...more] = path.split('/')
  if (name === '') return 'has no master name: write the name that the sentinels use after the hosts, as in /mymaster'
  if (!/^\d{1,9}$/.test(db) || more.length > 0) return 'has an invalid database number after the name of the master'
  if (!isEncoded(name)) return 'has a master name with an invalid % escape: write % as %25'
  return { sentinel: { ...several, name: decodeURIComponent(name), db: Number(db) } }
}

/** Anything after ? or # would become part of the file name, and would be shown with it. */
const NO_SOCKET =
  'must be only a path after unix:, without user, password or parameters; if the Redis needs a password, use redis://user:secret@host:port/db'

/** Says why a URL is invalid; undefined if it is valid or empty. */
export const findUrlError = (url: string): string | undefined => {
  if (url === '') return undefined
  if (url.startsWith('unix:')) {
    if (/[?#@]/.test(url)) return NO_SOCKET
    return /^unix:\/.+/.test(url) ? undefined : NO_FORM
  }
  if (/^rediss?:\/\//.test(url)) return findSingleUrlError(url)
  const several = parseMultiHostUrl(url)
  return typeof several === 'string' ? several : undefined
}

/**
 * @param url in one of `URL_FORMS`
 * @throws RangeError if it has another form
 */
export const addressOf = (url: string, access?: Access): RedisAddress => {
  const more = access ? { access } : {}
  if (url.startsWith('unix:') && /[?#@]/.test(url)) throw new RangeError(`redis.url ${NO_SOCKET}`)
  if (url.startsWith('unix:')) return { socket: url.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') }
  if (/^rediss?:\/\//.test(url)) {
    const error = findSingleUrlError(url)
    if (error !== undefined) throw new RangeError(`redis.url ${error}`)
    return { url, ...more }
  }
  const several = parseMultiHostUrl(url)
  if (typeof several === 'string') throw new RangeError(`redis.url ${several}`)
  return { ...several, ...more }
}

/** Shows the user only next to a password: a lone user may be a password in the wrong place. */
const formatUser = (username: string, password: string): string =>
  password !== '' ? `${username}:***@` : username !== '' ? '***@' : ''

/** Formats the address for people, without the password. */
export const showAddress = (address: RedisAddress): string => {
  if ('socket' in address) return `unix:${address.socket}`
  if ('url' in address) {
    const { protocol, username, password, host, pathname } = new URL(address.url)
    return `${protocol}//${formatUser(username, password)}${host}${pathname}`
  }
  const isCluster = 'cluster' in address
  const { hosts, username, password, isTls } = isCluster ? address.cluster : address.sentinel
  const who = formatUser(username ?? '', password ?? '')
  const shown = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')
  const { name, db } = isCluster ? { name: '', db: 0 } : address.sentinel
  const behind = isCluster ? '' : `/${name}${db === 0 ? '' : `/${db}`}`
  return `redis${isTls ? 's' : ''}-${isCluster ? 'cluster' : 'sentinel'}://${who}${shown}${behind}`
}
