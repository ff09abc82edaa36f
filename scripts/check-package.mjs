// Checks that the package's exports work from plain JavaScript after a build: `node scripts/check-package.mjs`.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
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
// Installed in an application that has another copy of rss-parser: the guard against its quadratic snippets takes effect in newsdesk's own.
// The application's own copy stays as it was.
const app = mkdtempSync(join(tmpdir(), 'newsdesk-app-'))
try {
  const modules = join(app, 'node_modules')
  const installed = join(modules, 'newsdesk')
  mkdirSync(join(installed, 'node_modules'), { recursive: true })
  for (const name of ['package.json', 'dist']) cpSync(name, join(installed, name), { recursive: true })
  for (const name of readdirSync('node_modules'))
    if (!name.startsWith('.') && name !== 'rss-parser') symlinkSync(resolve('node_modules', name), join(modules, name))
  for (const at of [modules, join(installed, 'node_modules')])
    cpSync('node_modules/rss-parser', join(at, 'rss-parser'), { recursive: true })
  writeFileSync(
    join(app, 'app.mjs'),
    `import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { parseFeed } from 'newsdesk/feed'
import RssParser from 'rss-parser'
const text = html => \`<rss version="2.0"><channel><item><title>a</title><description><![CDATA[\${html}]]></description></item></channel></rss>\`
const feed = await parseFeed(new TextEncoder().encode(text('<p>snippet</p>')))
assert.equal(feed.items[0].summary, 'snippet')
const { getSnippet } = createRequire(import.meta.resolve('newsdesk/feed'))('rss-parser/lib/utils.js')
assert.equal(getSnippet('<p>snippet</p>'), '')
const own = await new RssParser().parseString(text('<p>snippet</p>'))
assert.equal(own.items[0].contentSnippet, 'snippet')
`,
  )
  execFileSync(process.execPath, ['app.mjs'], { cwd: app, stdio: 'inherit', timeout: 120_000 })
} finally {
  rmSync(app, { recursive: true, force: true })
}
console.log('newsdesk/client, newsdesk/feed and newsdesk/schemas load and work')
