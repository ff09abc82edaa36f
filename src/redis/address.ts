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

const SCHEME = /^(rediss?)-(cluster|sentinel):\/\/(?:([^@/]*)@)?([^/?#]*)(?:\/([^?#]*))?$/
const PORTS = { cluster: 6379, sentinel: 26_379 } as const

const hostOf = (text: string, port: number): Host | string => {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/.exec(text.trim())
  const found = match?.[2] === undefined ? port : Number(match[2])
  if (!match?.[1] || found < 1 || found > 65_535) return `${JSON.stringify(text)} is no host:port`
  return { host: match[1].replace(/^\[|\]$/g, ''), port: found }
}

/** @returns what is wrong, where something is; never with a password in it */
export const severalOf = (url: string): RedisAddress | string => {
  const [, scheme = '', kind = '', credentials = '', hostsText = '', path = ''] = SCHEME.exec(url) ?? []
  if (kind !== 'cluster' && kind !== 'sentinel') return `must be one of: ${URL_FORMS.join('; ')}`
  const hosts = hostsText.split(',').map(text => hostOf(text, PORTS[kind]))
  const wrong = hosts.find(each => typeof each === 'string')
  if (wrong !== undefined) return String(wrong)
  const at = credentials.indexOf(':')
  let username = ''
  let password = ''
  try {
    username = decodeURIComponent(at < 0 ? credentials : credentials.slice(0, at))
    password = at < 0 ? '' : decodeURIComponent(credentials.slice(at + 1))
  } catch {
    return 'has a user or password with a % that encodes nothing: write % as %25'
  }
  const several: Several = {
    hosts: hosts as Host[], // none is a complaint
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    isTls: scheme === 'rediss',
  }
  if (kind === 'cluster')
    return path === '' ? { cluster: several } : 'a cluster has no databases: nothing may follow the hosts'
  const [name = '', db = '0'] = path.split('/')
  if (name === '') return 'names no master: write what sentinels call it after the hosts, as in /mymaster'
  if (!/^\d+$/.test(db)) return `${JSON.stringify(db)} is no number of a database`
  return { sentinel: { ...several, name: decodeURIComponent(name), db: Number(db) } }
}

/** Why a URL cannot be used; undefined where it can. Empty is none. */
export const urlTrouble = (url: string): string | undefined => {
  if (url === '' || /^unix:\/.+/.test(url)) return undefined
  if (/^rediss?:\/\/.+/.test(url))
    return URL.canParse(url) ? undefined : 'is no URL: encode what is special in its password'
  const several = severalOf(url)
  return typeof several === 'string' ? several : undefined
}

/**
 * @param url in one of `URL_FORMS`
 * @throws RangeError where it has none of them
 */
export const addressOf = (url: string, access?: Access): RedisAddress => {
  const more = access ? { access } : {}
  if (url.startsWith('unix:')) return { socket: url.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') }
  if (/^rediss?:\/\//.test(url)) return { url, ...more }
  const several = severalOf(url)
  if (typeof several === 'string') throw new RangeError(`redis.url ${several}`)
  return { ...several, ...more }
}

/** The address for people to read: without its password. */
export const showAddress = (address: RedisAddress): string => {
  if ('socket' in address) return `unix:${address.socket}`
  if ('url' in address) {
    const url = new URL(address.url)
    if (url.password) url.password = '***'
    return url.href
  }
  const isCluster = 'cluster' in address
  const { hosts, username, password, isTls } = isCluster ? address.cluster : address.sentinel
  const who = username || password ? `${username ?? ''}${password ? ':***' : ''}@` : ''
  const shown = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')
  const name = isCluster ? '' : `/${address.sentinel.name}`
  return `redis${isTls ? 's' : ''}-${isCluster ? 'cluster' : 'sentinel'}://${who}${shown}${name}`
}
