import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import type { JobContext } from '../../jobs/context.ts'
import { push as pushJob } from '../../jobs/push.ts'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { PushSettings } from '../../src/config/sections/push.ts'
import { Source } from '../../src/domain/source.ts'
import { createPoster } from '../../src/http-client/post.ts'
import { createPoliteness } from '../../src/sources/polling/politeness.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { createPush } from '../../src/websub/push.ts'
import { NOON } from '../support/articles.ts'
import { serve } from '../support/http.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()

describe('a hub', () => {
  it('a hub gets one request at a time with the gap of its domain, and none after it answered 429, for any subscription', async () => {
    const hub = await serve((_, response) => response.writeHead(429, { 'retry-after': '600' }).end('too many'))
    const crawl = CrawlSettings.parse({ allow: ['127.0.0.0/8'], hostGap: '30s' })
    const catalogue = ['a', 'b'].map(id =>
      Source.parse({ id, name: id, url: `https://${id}.example/feed`, section: 'world' }),
    )
    const sources = createSources({ redis, keys, catalogue: () => catalogue, settings: () => crawl, now: () => NOON })
    const poster = createPoster(() => crawl)
    afterAll(() => poster.close())
    const push = createPush({
      ...{ redis, keys, sources, postForm: poster.postForm },
      settings: () => ({ ...PushSettings.parse({}), baseUrl: 'https://desk.example' }),
      now: () => NOON,
    })
    const politeness = createPoliteness({ redis, keys, settings: () => crawl, random: () => 0 })
    for (const { id, url } of catalogue) await push.offered(id, { hub: hub.url, topic: url })
    const tokens = await push.claimDue(10)
    expect(tokens).toHaveLength(2)

    const postponed: number[] = []
    const attend = (token: string | undefined) =>
      pushJob.run(
        { token: token ?? '' },
        {
          ...{ push, politeness, log: pino({ level: 'silent' }) },
          job: {
            postpone: async (ms: number) => {
              postponed.push(ms)
            },
          },
        } as unknown as JobContext, // what this job uses of it
      )
    // A visit of another to the same server: the hub has to wait for its turn.
    const visit = politeness.visit('a crawl')
    await visit.enter(hub.url)
    await attend(tokens[0])
    expect(hub.requests).toHaveLength(0)
    expect(postponed[0]).toBeGreaterThan(20_000)
    await visit.leave()
    await redis.del(keys.host(new URL(hub.url).host), keys.hostWaiting(new URL(hub.url).host))

    await attend(tokens[0])
    expect(hub.requests).toHaveLength(1)
    await attend(tokens[1])
    expect(hub.requests).toHaveLength(1)
    expect(postponed[1]).toBeGreaterThan(590_000)
    const told = await push.get(tokens[0] ?? '')
    expect(told?.reason).toContain('429')
  })
})
