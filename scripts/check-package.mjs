// What the package exports works from plain JavaScript after a build: `node scripts/check-package.mjs`.
import assert from 'node:assert/strict'
import { createClient } from 'newsdesk/client'
import { parseFeed } from 'newsdesk/feed'
import entrySchema from 'newsdesk/schemas/entry.schema.json' with { type: 'json' }

const feed = await parseFeed(
  new TextEncoder().encode(
    '<rss version="2.0"><channel><title>Courier</title><item><title>Bridge &amp; harbour</title><link>https://courier.example/a</link><pubDate>Mon, 04 May 2026 12:00:00 GMT</pubDate></item></channel></rss>',
  ),
)
assert.equal(feed.title, 'Courier')
assert.equal(feed.items[0].title, 'Bridge & harbour')
assert.equal(feed.items[0].published, '2026-05-04T12:00:00Z')
assert.equal(typeof createClient, 'function')
assert.equal(entrySchema.type, 'object')
console.log('newsdesk/client, newsdesk/feed and newsdesk/schemas load and work')
