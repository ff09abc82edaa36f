/**
 * Connects to whichever address of a name answers first (Happy Eyeballs, RFC 8305, section 5). Node's own
 * (autoSelectFamily) ends every attempt but the last after 250 ms, so that a name whose IPv6 is unreachable and whose
 * IPv4 is far away is never reached. Here an attempt goes on while the next begins, until the time for all is up.
 */

import { connect, type Socket } from 'node:net'

export interface Address {
  readonly address: string
  readonly family: number
}

/** The Connection Attempt Delay that RFC 8305 recommends, ms. */
const ATTEMPT_DELAY = 250
/** Maximum number of addresses tried, so that a name with hundreds of them opens no hundreds of sockets. */
const MAX_ATTEMPTS = 8

/** Alternates between the families, each in its own order, beginning with that of the first address. (pure) */
export const interleaveFamilies = (addresses: readonly Address[]): Address[] => {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family)
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family)
  const longer = Math.max(first.length, second.length)
  return Array.from({ length: longer }, (_, at) => [first[at], second[at]])
    .flat()
    .filter(address => address !== undefined)
}

const timedOut = (ms: number): Error =>
  Object.assign(new Error(`no connection within ${ms} ms`), { code: 'UND_ERR_CONNECT_TIMEOUT' })

/**
 * @param addresses already checked by the address guard; at least one
 * @param timeout for all attempts together, ms
 * @returns the first socket that connected; all others are destroyed
 * @throws AggregateError of all failures, in the order they happened; or an error UND_ERR_CONNECT_TIMEOUT
 */
export const connectFirst = (addresses: readonly Address[], port: number, timeout: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const waiting = interleaveFamilies(addresses).slice(0, MAX_ATTEMPTS)
    const running = new Set<Socket>()
    const errors: Error[] = []
    let next: NodeJS.Timeout | undefined

    const finish = () => {
      clearTimeout(next)
      clearTimeout(total)
      waiting.length = 0
      for (const socket of running) socket.destroy()
      running.clear()
    }
    const total = setTimeout(() => {
      finish()
      reject(timedOut(timeout))
    }, timeout)

    const attempt = () => {
      clearTimeout(next)
      const address = waiting.shift()
      if (!address) return
      // Node's types do not know highWaterMark here; undici sets the same.
      const options = { host: address.address, port, autoSelectFamily: false, highWaterMark: 65_536 }
      const socket = connect(options)
      running.add(socket)
      socket.once('connect', () => {
        running.delete(socket)
        finish()
        resolve(socket)
      })
      // It stays: an error between here and the socket's next owner must not end the process.
      socket.on('error', error => {
        if (!running.delete(socket)) return
        errors.push(error)
        if (waiting.length > 0) return attempt()
        if (running.size > 0) return
        finish()
        reject(errors.length === 1 ? error : new AggregateError(errors, error.message))
      })
      if (waiting.length > 0) next = setTimeout(attempt, ATTEMPT_DELAY)
    }
    attempt()
  })
