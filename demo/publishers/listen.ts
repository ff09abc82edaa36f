/** HTTP for both kinds of newsstand: listen on loopback, send bytes, escape text for pages. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { listenAt, type RunningServer } from '../../src/server/listen.ts'

/**
 * @param answer if it fails, the response is a 500
 * @param port 0 for any free port
 */
export const listen = (
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port: number,
): Promise<RunningServer> =>
  listenAt({ host: '127.0.0.1', port }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, 'text/plain', String(error))
    })
  })

export const send = (
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length, ...headers }).end(bytes)
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, char => `&#${char.charCodeAt(0)};`)
