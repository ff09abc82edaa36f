/** Where Redis listens and how it is spoken to: one server, the sentinels that watch one, or a cluster. (pure) */

/** What a connection shows and asks for beside its address: files, as configured. */
export interface Access {
  /** PEM files of TLS; empty for none. */
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  /** Name the server's certificate must bear where it is not the host's. */
  readonly tlsServerName?: string
  /** Where sentinels ask for others than their Redis. */
  readonly sentinelUser?: string
  readonly sentinelPassword?: string
}

export interface Host {
  readonly host: string
  readonly port: number
}

/** Several hosts, of which one that answers tells the rest. */
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

/** What `redis.url` may look like. */
export const URL_FORMS = [
  'redis://user:secret@host:6379/0 (rediss:// with TLS)',
  'unix:/run/redis.sock',
  'redis-cluster://user:secret@host:6379,host:6379 (rediss-cluster:// with TLS)',
  'redis-sentinel://user:secret@host:26379,host:26379/name (rediss-sentinel:// with TLS)',
] as const

/** User and password as RFC 3986 has them: what would end them is percent-encoded. */
const USERINFO = '(?:([^@/?#\\s]*)@)?'
const SINGLE = new RegExp(
  `^(rediss?)://${USERINFO}((?:\\[[0-9a-fA-F:.]+\\]|[^\\s:@/?#[\\]]+)?(?::\\d{1,5})?)(?:/([^@?#\\s]*))?(?:\\?([^@#\\s]*))?$`,
)
const SCHEME = new RegExp(`^(rediss?)-(cluster|sentinel)://${USERINFO}([^@/?#\\s]*)(?:/([^@?#\\s]*))?$`)
const PORTS = { cluster: 6379, sentinel: 26_379 } as const

/** A URL is never quoted where it is wrong: nobody knows then which part of it is the password. */
const NO_FORM = `must be one of: ${URL_FORMS.join('; ')}`
const NOT_ENCODED =
  'has a user or password with a character that must be percent-encoded: / is %2F, @ %40, : %3A, # %23, ? %3F, % %25, a space %20; and one @ stands before the host'
const STRAY_PERCENT = 'has a user or password with a % that encodes nothing: write % as %25'

const malformed = (url: string): string =>
  /^redis(s?|s?-(cluster|sentinel)):\/\//.test(url) && /[@\s]/.test(url) ? NOT_ENCODED : NO_FORM

const isEncoded = (text: string): boolean => !/%(?![0-9a-fA-F]{2})/.test(text) && decodes(text)
const decodes = (text: string): boolean => {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    // Bytes that are no UTF-8.
    return false
  }
}

const hostOf = (text: string, port: number): Host | null => {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/.exec(text.trim())
  const found = match?.[2] === undefined ? port : Number(match[2])
  if (!match?.[1] || found < 1 || found > 65_535) return null
  return { host: match[1].replace(/^\[|\]$/g, ''), port: found }
}

/** Why the URL of one server cannot be used; undefined where it can. */
const singleTrouble = (url: string): string | undefined => {
  const match = SINGLE.exec(url)
  if (!match) return malformed(url)
  const [, , credentials = '', host = '', db = '', query = ''] = match
  if (!isEncoded(credentials)) return STRAY_PERCENT
  if (!URL.canParse(url) || host === '')
    return credentials === '' ? NO_FORM : 'has no host:port after its user and password'
  if (!/^\d{0,9}$/.test(db)) return 'names no database: after the host stands its number, as in /0'
  if (query !== '' && !/^family=[046]$/.test(query)) return 'may have no parameters after a ? but family=4 or family=6'
  return undefined
}

/** @returns what is wrong, where something is; never with a password in it */
export const severalOf = (url: string): RedisAddress | string => {
  const [, scheme = '', kind = '', credentials = '', hostsText = '', path = ''] = SCHEME.exec(url) ?? []
  if (kind !== 'cluster' && kind !== 'sentinel') return malformed(url)
  if (!isEncoded(credentials)) return STRAY_PERCENT
  const hosts = hostsText.split(',').map(text => hostOf(text, PORTS[kind]))
  const wrong = hosts.indexOf(null)
  if (wrong >= 0) return `has as number ${wrong + 1} of its hosts what is no host:port`
  const at = credentials.indexOf(':')
  const username = decodeURIComponent(at < 0 ? credentials : credentials.slice(0, at))
  const password = at < 0 ? '' : decodeURIComponent(credentials.slice(at + 1))
  const several: Several = {
    hosts: hosts as Host[], // none is a complaint
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    isTls: scheme === 'rediss',
  }
  if (kind === 'cluster')
    return path === '' ? { cluster: several } : 'a cluster has no databases: nothing may follow the hosts'
  const [name = '', db = '0', ...more] = path.split('/')
  if (name === '') return 'names no master: write what sentinels call it after the hosts, as in /mymaster'
  if (!/^\d{1,9}$/.test(db) || more.length > 0)
    return 'has after the name of its master what is no number of a database'
  if (!isEncoded(name)) return 'has a name of its master with a % that encodes nothing: write % as %25'
  return { sentinel: { ...several, name: decodeURIComponent(name), db: Number(db) } }
}

/** What stands behind ? or # would be taken for a part of the file's name, and be shown with it. */
const NO_SOCKET =
  'is a path alone after unix:, with no user, password or parameters: where the socket needs a password, name the Redis by redis://user:secret@host:port/db'

/** Why a URL cannot be used; undefined where it can. Empty is none. */
export const urlTrouble = (url: string): string | undefined => {
  if (url === '') return undefined
  if (url.startsWith('unix:')) {
    if (/[?#@]/.test(url)) return NO_SOCKET
    return /^unix:\/.+/.test(url) ? undefined : NO_FORM
  }
  if (/^rediss?:\/\//.test(url)) return singleTrouble(url)
  const several = severalOf(url)
  return typeof several === 'string' ? several : undefined
}

/**
 * @param url in one of `URL_FORMS`
 * @throws RangeError where it has none of them
 */
export const addressOf = (url: string, access?: Access): RedisAddress => {
  const more = access ? { access } : {}
  if (url.startsWith('unix:') && /[?#@]/.test(url)) throw new RangeError(`redis.url ${NO_SOCKET}`)
  if (url.startsWith('unix:')) return { socket: url.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') }
  if (/^rediss?:\/\//.test(url)) {
    const trouble = singleTrouble(url)
    if (trouble !== undefined) throw new RangeError(`redis.url ${trouble}`)
    return { url, ...more }
  }
  const several = severalOf(url)
  if (typeof several === 'string') throw new RangeError(`redis.url ${several}`)
  return { ...several, ...more }
}

/** A user, where a password stands beside it: alone it may be a password that was written in its place. */
const shownUser = (username: string, password: string): string =>
  password !== '' ? `${username}:***@` : username !== '' ? '***@' : ''

/** The address for people to read: without its password. */
export const showAddress = (address: RedisAddress): string => {
  if ('socket' in address) return `unix:${address.socket}`
  if ('url' in address) {
    const { protocol, username, password, host, pathname } = new URL(address.url)
    return `${protocol}//${shownUser(username, password)}${host}${pathname}`
  }
  const isCluster = 'cluster' in address
  const { hosts, username, password, isTls } = isCluster ? address.cluster : address.sentinel
  const who = shownUser(username ?? '', password ?? '')
  const shown = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')
  const { name, db } = isCluster ? { name: '', db: 0 } : address.sentinel
  const behind = isCluster ? '' : `/${name}${db === 0 ? '' : `/${db}`}`
  return `redis${isTls ? 's' : ''}-${isCluster ? 'cluster' : 'sentinel'}://${who}${shown}${behind}`
}
