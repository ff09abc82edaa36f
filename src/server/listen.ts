/** The HTTP listener of every server in newsdesk: its URL, and how it is closed. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RunningServer {
  readonly url: string
  /**
   * Lets running responses finish for a moment, then closes open connections, so that no client can hold up the
   * shutdown.
   */
  close(): Promise<void>
}

export interface Place {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
}

/** A port that cannot be listened on, and how to fix it. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses it; stop that program, or choose another port',
  EACCES: 'this user has no permission; choose a port from 1024 on',
  EADDRNOTAVAIL: 'this machine has no such address; choose another host',
}

const whyNot = ({ host, port }: Place, error: NodeJS.ErrnoException): Error => {
  const why = WHY[error.code ?? '']
  if (why === undefined) return error
  return new ListenError(
    `cannot listen on ${host}:${port}: ${why} (admin, http and metrics each have a host and a port)`,
    {
      cause: error,
    },
  )
}

/** ms within which a request's headers, and all of it, must arrive; slower connections are closed. */
const HEADERS_WITHIN = 15_000
const REQUEST_WITHIN = 120_000
/** Maximum connections: far below the process's limit of open files, so that others can still be opened. */
const MAX_CONNECTIONS = 8_000
/** ms that running responses may take when the server is closed. */
const CLOSE_WITHIN = 1_000
const IDLE_CHECK_INTERVAL = 20

/** An error in one request ends that request, not the process, as an unhandled error would. */
const guardErrors =
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
 * @param onError called with errors of a request or connection that nobody else handles
 * @throws ListenError if the port is taken or the host is not an address of this machine
 */
export const listenAt = async (
  { host, port: wanted }: Place,
  answer: RequestListener,
  onError: (error: unknown, request: IncomingMessage) => void = () => undefined,
): Promise<RunningServer> => {
  const server = createServer(
    { headersTimeout: HEADERS_WITHIN, requestTimeout: REQUEST_WITHIN, connectionsCheckingInterval: 5_000 },
    guardErrors(answer, onError),
  )
  server.maxConnections = MAX_CONNECTIONS
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
        // Connections become idle as their responses finish.
        const idleTimer = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL)
        const late = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN)
        server.close(() => {
          clearInterval(idleTimer)
          clearTimeout(late)
          resolve()
        })
      }),
  }
}
