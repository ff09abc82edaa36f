/** Shared by the public routes: how long caches may keep an answer, and 304 for a reader that has it already. */

import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'

/** s for which caches may serve a copy without revalidation. */
const MAX_AGE = 5
export const CACHED = `public, max-age=${MAX_AGE}`

/** Escapes `<`, so that the JSON contains nothing that looks like a tag, wherever it is embedded. */
export const escapeTags = (json: string): string => json.replaceAll('<', '\\u003c')

/** Whether If-None-Match contains this tag, or `*`. Weak tags match too (RFC 9110, section 13.1.2). */
const matches = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some(each => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag)

/** Sends a body, or 304 to a reader that has it already. */
export const sendCached = (
  request: Request,
  response: Response,
  { etag, type, body }: { readonly etag: string; readonly type: string; readonly body: () => string },
): void => {
  response.set({ etag, 'cache-control': CACHED, 'content-type': type })
  if (matches(request.get('if-none-match'), etag)) response.status(304).end()
  else response.send(Buffer.from(body()))
}

/** Sends a value as JSON, with a hash of it as ETag. */
export const sendJson = (request: Request, response: Response, value: unknown): void => {
  const body = escapeTags(JSON.stringify(value))
  sendCached(request, response, {
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    type: 'application/json; charset=utf-8',
    body: () => body,
  })
}
