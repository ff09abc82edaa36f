/**
 * Connections of the fetcher. The addresses of a name are checked before anything connects, and the address of the
 * socket is checked again before a byte is sent. A name is resolved once per connection, so a resolver that answers
 * differently the next time gains nothing.
 */

import { Resolver, lookup as systemLookup } from 'node:dns'
import { isIP, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Agent, buildConnector } from 'undici'
import type { Guard } from './address-guard.ts'
import { type Address, connectFirst } from './connect-first.ts'
import { Failure } from './failure.ts'

/** All addresses of a name; rejects with a DNS error code where it has none. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>

const DNS_TIMEOUT = 3_000
const DNS_TRIES = 2
/** How long the addresses of the other family are waited for once one has answered, ms (RFC 8305, 3, says 50). */
const RESOLUTION_DELAY = 250
/** Delay of the first TCP keep-alive probe, ms. */
const KEEP_ALIVE = 60_000

const lookupAll = promisify(systemLookup)

/**
 * Queries DNS directly, not through the system's resolver: that one runs on Node's four threads, which zlib needs too,
 * so that a few names whose servers never answer would hold up every other source. Names that DNS does not know (hosts
 * files, search domains) are left to the system. A server of names that never answers about one family holds up nothing:
 * addresses that come too late are not connected to.
 */
export const createResolve = (resolver = new Resolver({ timeout: DNS_TIMEOUT, tries: DNS_TRIES })): Resolve => {
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
    const found: Address[] = []
    const answers = ([4, 6] as const).map(family => ask(family, hostname).then(some => found.push(...some)))
    const all = Promise.allSettled(answers)
    // The first family that has addresses begins the wait for the other; one that has none does not.
    const first = Promise.any(answers).then(() => delay(RESOLUTION_DELAY, undefined, { ref: false }))
    await Promise.race([all, first.catch(() => all)])
    if (found.length > 0) return found.toSorted((one, other) => one.family - other.family)
    const late = (await all).find(answer => answer.status === 'rejected' && answer.reason.code === 'ETIMEOUT')
    if (late?.status === 'rejected') throw late.reason
    return lookupAll(hostname, { all: true })
  }
}

/**
 * The addresses of a host that may be connected to. One private address among several refuses the name, since the
 * connection may use any of them.
 * @throws Failure blocked; and whatever `resolve` rejects with
 */
const findAddresses = async (hostname: string, guard: Guard, resolve: Resolve): Promise<readonly Address[]> => {
  // The guard has checked a literal with its URL (checkUrl), and checks the socket's own address once more.
  const literal = isIP(hostname)
  if (literal) return [{ address: hostname, family: literal }]
  const addresses = await resolve(hostname)
  const refusals = addresses.map(({ address }) => guard.refuses(address))
  // *.localhost means both loopback addresses by definition; if only one of them is allowed, that one is used.
  const isLocal = /(?:^|\.)localhost\.?$/i.test(hostname)
  const usable = isLocal ? addresses.filter((_, index) => refusals[index] === null) : addresses
  const refusal = isLocal && usable.length > 0 ? null : refusals.find(each => each !== null)
  if (refusal) throw blocked(`${hostname}: ${refusal}`)
  if (usable.length === 0) throw Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' })
  return usable
}

const blocked = (detail: string): Failure & { code: string } =>
  Object.assign(new Failure('blocked', detail), { code: 'BLOCKED' })

/** Opens connections: TCP, and TLS where the URL says https. */
export type Connect = buildConnector.connector

/**
 * Connects to nothing the guard refuses.
 * @param connectTimeout current time limit for connecting, TLS included, ms
 */
export const createConnect = (guard: () => Guard, resolve: Resolve, connectTimeout: () => number): Connect => {
  const secureFor = (timeout: number) => ({ timeout, connect: buildConnector({ timeout }) })
  let secure = secureFor(connectTimeout())
  const open = async ({ hostname, protocol, port }: buildConnector.Options): Promise<Socket> => {
    const timeout = connectTimeout()
    const addresses = await findAddresses(hostname, guard(), resolve)
    const socket = await connectFirst(addresses, Number(port || (protocol === 'https:' ? 443 : 80)), timeout)
    const refusal = socket.remoteAddress === undefined ? 'it is gone' : guard().refuses(socket.remoteAddress)
    if (refusal === null) return socket.setKeepAlive(true, KEEP_ALIVE).setNoDelay(true)
    socket.destroy()
    throw blocked(`${hostname}: ${refusal}`)
  }
  return (options, callback) => {
    open(options).then(
      socket => {
        if (options.protocol !== 'https:') return callback(null, socket)
        if (secure.timeout !== connectTimeout()) secure = secureFor(connectTimeout())
        secure.connect({ ...options, httpSocket: socket }, (...answer) => {
          if (answer[0] !== null) socket.destroy()
          callback(...answer)
        })
      },
      (error: Error) => callback(error, null),
    )
  }
}

/** An undici agent over these connections. HTTP/1.1 with keep-alive, few connections per host. */
export const createAgent = (connect: Connect, maxHeaderSize: number): Agent =>
  new Agent({ connect, maxHeaderSize, connections: 2, keepAliveTimeout: 4_000, pipelining: 1 })

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
