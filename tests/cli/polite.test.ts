import { describe, expect, it } from 'vitest'
import type { Session } from '../../src/cli/session.ts'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { createPoliteness } from '../../src/sources/polling/politeness.ts'
import { withPoliteFetch } from '../../src/use-cases/polite-fetch.ts'
import { serve } from '../support/http.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()

describe('a command that fetches', () => {
  it('a command that fetches skips a domain that asked the daemon to wait, and says so', async () => {
    const server = await serve((_, response) => response.end('x'))
    const crawl = CrawlSettings.parse({ allow: ['127.0.0.0/8'], hostGap: '0ms' })
    const politeness = createPoliteness({ redis, keys, settings: () => crawl, random: () => 0 })
    const daemon = politeness.visit('daemon')
    await daemon.enter(server.url)
    await daemon.leave({ retryAfter: 1_800_000, why: 'answered 429' })
    // Of a session, what fetching uses.
    const session = { config: { settings: { crawl } }, redis, keys } as unknown as Session
    const outcome = await withPoliteFetch(session, fetchPage => fetchPage(`${server.url}/feed`))
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'refused' })
    expect(outcome.kind === 'failed' && outcome.detail).toMatch(
      /^127\.0\.0\.1:\d+ answered 429: nothing of this domain is fetched for another (30|29) min/,
    )
    expect(server.requests).toHaveLength(0)
  })

  it('a command that fetches tells the daemon if a server asks it to wait', async () => {
    const server = await serve((_, response) => response.writeHead(503, { 'retry-after': '900' }).end())
    const crawl = CrawlSettings.parse({ allow: ['127.0.0.0/8'], hostGap: '0ms' })
    const session = { config: { settings: { crawl } }, redis, keys } as unknown as Session // what fetching uses of it
    await withPoliteFetch(session, fetchPage => fetchPage(`${server.url}/feed`))
    const politeness = createPoliteness({ redis, keys, settings: () => crawl })
    expect(await politeness.visit('daemon').enter(server.url)).toMatchObject({ kind: 'closed' })
  })
})
