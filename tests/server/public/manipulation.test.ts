/** Forged reads on the way that pages' reads take: the public server, the stream, the counter. */

import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventSettings } from '../../../src/config/sections/events.ts'
import { HttpSettings } from '../../../src/config/sections/public-server.ts'
import type { ArticleId } from '../../../src/domain/article.ts'
import { articleId } from '../../../src/domain/canonical-url.ts'
import type { StreamEntry } from '../../../src/events/batch.ts'
import { createCounting } from '../../../src/events/counting.ts'
import { keysFor } from '../../../src/redis/keys.ts'
import { eventsRoute } from '../../../src/server/public/events.ts'
import { startHttp } from '../../../src/server/public/server.ts'
import { testRedis } from '../../support/redis.ts'

const { redis, keys } = testRedis()
const open: { close(): Promise<void> }[] = []
beforeAll(() => redis.ping())
afterAll(() => Promise.all(open.map(server => server.close())))
let run = 0

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const URL_OF_A = 'https://news.example/world/bridge'
const A = articleId(URL_OF_A)

const aSite = async () => {
  const own = keysFor(`${keys.prefix}-${run++}`)
  const http = HttpSettings.parse({ port: 0, proxies: 1, perMinute: 10_000 })
  const events = EventSettings.parse({ perNetwork: 20 })
  const route = eventsRoute({
    redis,
    keys: own,
    settings: () => http,
    maxLength: () => events.maxStreamLength,
    now: Date.now,
  })
  const server = await startHttp({
    settings: () => http,
    routes: [{ path: '/v1/events', router: route }],
    log: pino({ level: 'silent' }),
  })
  open.push(server)
  const archive = { resolve: async (ids: readonly ArticleId[]) => ids.map(id => (id === A ? id : null)) }
  const counting = createCounting({ redis, keys: own, archive, settings: () => events })
  return {
    async post(reports: readonly object[], address: string, ua = BROWSER): Promise<number> {
      const answer = await fetch(`${server.url}/v1/events`, {
        method: 'POST',
        body: JSON.stringify(reports),
        headers: { 'content-type': 'application/json', 'user-agent': ua, 'x-forwarded-for': address },
      })
      return answer.status
    },
    /** Counts what was taken in, and tells what stands in every window of a kind. */
    async counted(kind = 'view') {
      const entries = (await redis.xrange(own.events(), '-', '+')) as unknown as StreamEntry[]
      await counting.count(entries, { base: own.eventState(''), group: '', now: Date.now(), from: 0 })
      await redis.del(own.events())
      const windows = await Promise.all(
        ['hour', 'day', 'week'].map(async window =>
          Number((await redis.zscore(own.eventWindow(kind, window), A)) ?? 0),
        ),
      )
      return Math.max(...windows)
    },
  }
}

const many = (count: number, of: (index: number) => object) => Array.from({ length: count }, (_, index) => of(index))
const view = { kind: 'view', article: A }

describe('an article pushed from one address', () => {
  it.each<[forging: string, report: (index: number) => object]>([
    ['visitors', index => ({ ...view, visitor: `v${index}` })],
    ['ids', index => ({ ...view, visitor: `v${index}`, id: `e${index}` })],
    ['user agents', index => ({ ...view, visitor: `v${index}`, ua: `${BROWSER} ${index}` })],
    ['times in the past', index => ({ ...view, visitor: `v${index}`, at: Date.now() - index * 1_500_000 })],
    ['networks', index => ({ ...view, visitor: `v${index}`, network: `n${index}` })],
    [
      'addresses of the article',
      index => ({ kind: 'view', article: `${URL_OF_A}?utm_source=${index}`, visitor: `v${index}` }),
    ],
  ])('an article pushed from one address by forged %s gets no more than an address may', async (_, report) => {
    const site = await aSite()
    expect(await site.post(many(300, report), '192.0.2.9')).toBe(204)
    expect(await site.counted()).toBe(20)
  })

  it('an article pushed from all addresses of a subscriber’s IPv6 network gets no more than from one', async () => {
    const site = await aSite()
    for (let host = 1; host <= 30; host += 1)
      await site.post(
        many(5, index => ({ ...view, visitor: `${host} ${index}` })),
        `2001:db8:7:${(0x1100 + host).toString(16)}::${host}`,
      )
    expect(await site.counted()).toBe(20)
  })

  it('an article pushed from one address by shares gets no more either', async () => {
    const site = await aSite()
    await site.post(
      many(300, () => ({ kind: 'share', article: A })),
      '192.0.2.9',
    )
    expect(await site.counted('share')).toBe(20)
  })

  it('an article pushed from one address does not keep readers elsewhere from being counted', async () => {
    const site = await aSite()
    await site.post(
      many(300, index => ({ ...view, visitor: `v${index}` })),
      '192.0.2.9',
    )
    for (let host = 1; host <= 15; host += 1) await site.post([view], `198.51.100.${host}`)
    expect(await site.counted()).toBe(35)
  })

  it('an article pushed by one visitor counts once, and in the future not at all', async () => {
    const site = await aSite()
    await site.post(
      many(100, () => ({ ...view, visitor: 'v' })),
      '192.0.2.9',
    )
    await site.post(
      many(100, index => ({ ...view, visitor: `f${index}`, at: Date.now() + 3_600_000 })),
      '192.0.2.9',
    )
    expect(await site.counted()).toBe(1)
  })
})
