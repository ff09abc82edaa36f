/**
 * Connections of the fetcher. The addresses of a name are checked before anything connects, and the address of the
 * socket is checked again before a byte is sent. A name is resolved once per connection, so a resolver that answers
 * differently the next time gains nothing.
 */

import { Resolver, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { Agent, buildConnector } from 'undici'
import type { Guard } from './address-guard.ts'
import { Failure } from './failure.ts'

export interface Address {
  readonly address: string
  readonly family: number
}

/** All addresses of a name; rejects with a DNS error code where it has none. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>

const DNS_TIMEOUT = 3_000
const DNS_TRIES = 2

const lookupAll = promisify(systemLookup)

/**
 * Queries DNS directly, not through the system's resolver: that one runs on Node's four threads, which zlib needs too,
 * so that a few names whose servers never answer would hold up every other source. Names that DNS does not know (hosts
 * files, search domains) are left to the system.
 */
export const createResolve = (): Resolve => {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT, tries: DNS_TRIES })
  const ask = (family: 4 | 6, hostname: string) =>
    new Promise<Address[]>((resolve, reject) => {
      const done = (error: Error | null, found: string[] = []) =>
        error ? reject(error) : resolve(found.map(address => ({ address, family })))
      if (family === 4) resolver.resolve4(hostname, done)
      else resolver.resolve6(hostname, done)
    })
  return async hostname => {
    // RFC 6761: these names mean this machine, whatever a DNS server says.
    if (/(?:^|\.)localhost\.?$/i.test(hostname))
      return [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]
    const answers = await Promise.allSettled([ask(4, hostname), ask(6, hostname)])
    const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
    if (found.length > 0) return found
    const late = answers.find(answer => answer.status === 'rejected' && answer.reason.code === 'ETIMEOUT')
    if (late?.status === 'rejected') throw late.reason
    return lookupAll(hostname, { all: true })
  }
}

/** One private address among several refuses the name, since the connection may use any of them. */
const guardedLookup =
  (guard: () => Guard, resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname).then(
      addresses => {
        // *.localhost means both loopback addresses by definition; if only one of them is allowed, that one is used.
        const isLocal = /(?:^|\.)localhost\.?$/i.test(hostname)
        const refusals = addresses.map(({ address }) => guard().refuses(address))
        const usable = isLocal ? addresses.filter((_, index) => refusals[index] === null) : [...addresses]
        const refusal = isLocal && usable.length > 0 ? null : refusals.find(each => each !== null)
        const wanted = usable.filter(({ family }) => !options.family || Number(options.family) === family)
        const [first] = wanted
        if (refusal) callback(blocked(`${hostname}: ${refusal}`), '', 0)
        else if (!first) callback(Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' }), '', 0)
        else if (options.all) callback(null, [...wanted])
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }

const blocked = (detail: string): Failure & { code: string } =>
  Object.assign(new Failure('blocked', detail), { code: 'BLOCKED' })

export interface ConnectionLimits {
  /** Current time limit for connecting, TLS included, ms. */
  readonly connectTimeout: () => number
  readonly maxHeaderSize: number
}

/** An undici agent that connects to nothing the guard refuses. HTTP/1.1 with keep-alive, few connections per host. */
export const createAgent = (
  guard: () => Guard,
  resolve: Resolve,
  { connectTimeout, maxHeaderSize }: ConnectionLimits,
): Agent => {
  const lookup = guardedLookup(guard, resolve)
  const connectorFor = (timeout: number) => ({ timeout, connect: buildConnector({ lookup, timeout }) })
  let connector = connectorFor(connectTimeout())
  return new Agent({
    connect: (options, callback) => {
      if (connector.timeout !== connectTimeout()) connector = connectorFor(connectTimeout())
      connector.connect(options, (...answer) => {
        const [error, socket] = answer
        if (error !== null) return callback(error, null)
        const refusal = socket.remoteAddress === undefined ? 'it is gone' : guard().refuses(socket.remoteAddress)
        if (refusal === null) return callback(null, socket)
        socket.destroy()
        callback(blocked(`${options.hostname}: ${refusal}`), null)
      })
    },
    maxHeaderSize,
    connections: 2,
    keepAliveTimeout: 4_000,
    pipelining: 1,
  })
}

/**
 * Checks a URL before it is requested, including an IP address written in it, which is never resolved.
 * @throws Failure blocked
 */
export const checkUrl = (url: URL, guard: Guard, ports: readonly number[]): void => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Failure('blocked', `${url.protocol} is neither http nor https`)
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  if (ports.length > 0 && !ports.includes(port)) throw new Failure('blocked', `port ${port} is not among crawl.ports`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const refusal = isIP(host) ? guard.refuses(host) : null
  if (refusal) throw new Failure('blocked', refusal)
}
