import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { createFetcher } from '../../src/http-client/fetch.ts'
import { serve } from '../support/http.ts'

const settings = CrawlSettings.parse({ allow: ['127.0.0.0/8'], maxBody: '1MB' })
const fetcher = createFetcher(() => settings)
afterAll(() => fetcher.close())

const BODY = '<rss version="2.0"><channel><title>Courier</title></channel></rss>'

describe('a body under a wrong Content-Encoding', () => {
  it.each([
    ['utf-16', Buffer.from(BODY)],
    ['binary', Buffer.from(`\ufeff${BODY}`)],
    ['text/xml', gzipSync(BODY)],
    ['aws-chunked', Buffer.from(`Notice: undefined index\n${BODY}`)],
    ['br', Buffer.from(BODY)],
    ['br', Buffer.from(`\n\nNotice: undefined index\n${BODY}`)],
    ['br', gzipSync(BODY)],
    ['deflate', gzipSync(BODY)],
    ['gzip', Buffer.from(`Notice: undefined index\n${BODY}`)],
    ['gzip', Buffer.from(`\ufeff${BODY}`, 'utf16le')],
    ['zstd', Buffer.from(BODY)],
    ['gzip, custom', gzipSync(BODY)],
    ['custom, br', brotliCompressSync(BODY)],
  ])('a body said to be in %s, which it is not, is read if it can be', async (encoding, body) => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body))
    const fetched = await fetcher.fetchFeed({ url: server.url, validators: null })
    const read = fetched.kind === 'changed' ? Buffer.from(fetched.body) : Buffer.alloc(0)
    expect([read.toString('utf8'), read.toString('utf16le')].some(text => text.includes('<title>Courier'))).toBe(true)
  })
})
