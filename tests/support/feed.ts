/** A feed over HTTP that a test changes while it is polled; it answers by ETag. */

import { createHash } from 'node:crypto'
import { type FeedItemSketch, rss, serve } from './http.ts'

export const aFeed = async (items: FeedItemSketch[], base = 'https://courier.example') => {
  const state = { items }
  const server = await serve((request, response) => {
    const body = rss(state.items, base)
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else response.writeHead(200, { etag, 'content-type': 'application/rss+xml' }).end(body)
  })
  return { ...server, state }
}
