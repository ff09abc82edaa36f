/**
 * A second attempt for answers that undici's parser refuses and browsers read: the same request over a connection of
 * its own, made by the same guarded connector, its answer read leniently (answer.ts).
 */

import type { Socket } from 'node:net'
import type { Connect } from '../connect.ts'
import type { Headers } from '../headers.ts'
import { readLenientAnswer } from './answer.ts'

export interface LenientRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Aborted with the reason that reading then throws. */
  readonly signal: AbortSignal
}

/** As much of undici's answer as is used. */
export interface LenientResponse {
  readonly statusCode: number
  readonly headers: Headers
  readonly body: AsyncIterable<Uint8Array> & { dump(): Promise<void> }
}

/** The connection, or the reason of the signal if that comes first. */
const openSocket = (connect: Connect, { url, signal }: LenientRequest): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    const { protocol, host, port } = url
    const hostname = url.hostname.replace(/^\[|\]$/g, '')
    connect({ hostname, host, protocol, port }, (error, socket) => {
      signal.removeEventListener('abort', giveUp)
      if (error !== null) reject(error)
      else if (signal.aborted) socket.destroy()
      else resolve(socket)
    })
  })

/** No value can begin a line of its own, wherever it came from. */
const formatRequest = ({ url, headers }: LenientRequest): string =>
  [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    ...Object.entries({ host: url.host, connection: 'close', ...headers }).map(
      ([name, value]) => `${name}: ${value.replace(/[\r\n\0]/g, ' ')}`,
    ),
    '\r\n',
  ].join('\r\n')

/**
 * @param maxHead bytes
 * @throws Failure if the answer is none even so, the reason of the signal, and whatever connecting throws
 */
export const requestLeniently = async (
  connect: Connect,
  request: LenientRequest,
  maxHead: number,
): Promise<LenientResponse> => {
  const { signal } = request
  const socket = await openSocket(connect, request)
  const abort = () => socket.destroy(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', abort))
  socket.on('error', () => undefined) // Whoever reads gets it.
  try {
    socket.write(formatRequest(request), 'latin1')
    const { status, headers, body } = await readLenientAnswer(socket, maxHead)
    return { statusCode: status, headers, body: closing(socket, body) }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** A body whose connection ends with it, whether it was read to its end, left or not wanted. */
const closing = (socket: Socket, body: AsyncIterable<Uint8Array>): LenientResponse['body'] => ({
  async *[Symbol.asyncIterator]() {
    try {
      yield* body
    } finally {
      socket.destroy()
    }
  },
  async dump() {
    socket.destroy()
  },
})
