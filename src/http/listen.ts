/** A listener on a port, as every server of newsdesk has one: where it is reached, and how it is closed. */

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listening {
  readonly url: string
  /** Ends open connections, too: whoever holds one does not hold up the stop. */
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

/** @throws ListenError where the port is taken or the host is none of ours */
export const listenAt = async ({ host, port: wanted }: Place, answer: RequestListener): Promise<Listening> => {
  const server = createServer(answer)
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
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
