/** A listener on a port, as every server of newsdesk has one: where it is reached, and how it is closed. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listening {
  readonly url: string
  /** Lets answers in hand be sent for a moment, then ends open connections, too: whoever holds one does not hold up the stop. */
  close(): Promise<void>
}

export interface Place {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
}

/** A port that cannot be listened on, and how to mend it. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program holds it; end that, or choose another port',
  EACCES: 'this user may not; choose a port from 1024 on',
  EADDRNOTAVAIL: 'this machine has no such address; choose another host',
}

const whyNot = ({ host, port }: Place, error: NodeJS.ErrnoException): Error => {
  const why = WHY[error.code ?? '']
  if (why === undefined) return error
  return new ListenError(
    `${host}:${port} cannot be listened on: ${why} (admin, http and metrics each have a host and a port)`,
    {
      cause: error,
    },
  )
}

/** ms in which a request's headers are there, and all of it; who sends slower is let go. */
const HEADERS_WITHIN = 15_000
const REQUEST_WITHIN = 120_000
/** Connections at a time: far below what a process may have open, so that others of its files can still be. */
const MOST_CONNECTIONS = 8_000
/** ms that answers in hand may take when it is closed. */
const LETTING_GO = 1_000
const LOOK = 20

/** What goes wrong with one request ends that request, never the process: an error nobody hears would. */
const guarded =
  (answer: RequestListener, onError: (error: unknown, request: IncomingMessage) => void): RequestListener =>
  (request, response) => {
    const failed = (error: unknown): void => {
      onError(error, request)
      refuse(response)
    }
    request.on('error', error => onError(error, request))
    response.on('error', failed)
    try {
      answer(request, response)
    } catch (error) {
      failed(error)
    }
  }

const refuse = (response: ServerResponse): void => {
  if (response.headersSent || response.destroyed) response.destroy()
  else response.writeHead(500, { connection: 'close' }).end()
}

/**
 * @param onError told what went wrong with a request, or its connection, and nobody else heard
 * @throws ListenError where the port is taken or the host is none of ours
 */
export const listenAt = async (
  { host, port: wanted }: Place,
  answer: RequestListener,
  onError: (error: unknown, request: IncomingMessage) => void = () => undefined,
): Promise<Listening> => {
  const server = createServer(
    { headersTimeout: HEADERS_WITHIN, requestTimeout: REQUEST_WITHIN, connectionsCheckingInterval: 5_000 },
    guarded(answer, onError),
  )
  server.maxConnections = MOST_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(whyNot({ host, port: wanted }, error)))
    server.listen(wanted, host, resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server has one
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${shown}:${port}`,
    close: () =>
      new Promise(resolve => {
        // Those that have been answered meanwhile are idle.
        const looking = setInterval(() => server.closeIdleConnections(), LOOK)
        const late = setTimeout(() => server.closeAllConnections(), LETTING_GO)
        server.close(() => {
          clearInterval(looking)
          clearTimeout(late)
          resolve()
        })
      }),
  }
}
