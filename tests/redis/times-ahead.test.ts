/** The clock of Redis was ahead and was set right: what was written meanwhile waits for nothing. By a clock that is passed in, or by times as they would stand there. */

import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { createVisitors } from '../../src/events/audience/visitors.ts'
import { correctClock } from '../../src/maintenance/correct-clock.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { openRedis } from '../../src/redis/connect.ts'
import { allowance } from '../../src/sources/polling/outage.ts'
import { createPoliteness } from '../../src/sources/polling/politeness.ts'
import { chooseValidation } from '../../src/sources/polling/validator-reliability.ts'
import { sighted } from '../../src/sources/state/moves.ts'
import { levelFor } from '../../src/use-cases/log-levels.ts'
import { readDaemons } from '../../src/use-cases/status.ts'
import { createSetBack, isPlausible } from '../../src/util/plausible-time.ts'
import { parseSubscription, worksUntil } from '../../src/websub/subscription.ts'
import { sourceId } from '../support/articles.ts'
import { serve } from '../support/http.ts'
import { aPollingDesk } from '../support/polls.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 4, 4, 12)
const { redis, keys, address } = testRedis()
const log = pino({ level: 'silent' })

describe('a time stored in Redis', () => {
  it('a time stored in Redis is plausible unless it is further ahead than its horizon', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY }), fc.integer({ min: 0, max: 90 * DAY }), (back, horizon) => {
        expect(isPlausible(NOW - back, NOW)).toBe(true)
        expect(isPlausible(NOW + horizon, NOW, horizon)).toBe(true)
        expect(isPlausible(NOW + horizon + back + 10_001, NOW, horizon)).toBe(false)
      }),
    )
  })

  it('a clock that was set back is reported once, and a clock that was set forward is not', () => {
    let at = NOW
    const isSetBack = createSetBack(() => at)
    const seen = [0, DAY, 5_000, -DAY, 5_000, -2_000, 5_000].map(step => {
      at += step
      return isSetBack()
    })
    expect(seen).toEqual([false, false, false, true, false, false, false])
  })
})

describe('a source that was polled while the clock was ahead', () => {
  it.each([
    ['an hour', HOUR],
    ['a day', DAY],
    ['a year', 365 * DAY],
  ])(
    'a source that was polled while the clock was ahead by %s falls due with all others once it is corrected, and none sooner',
    async (_, ahead) => {
      const server = await serve((request, response) => {
        if (request.url === '/failing') response.writeHead(500).end()
        else response.end('a feed')
      })
      const names = ['before', 'polled', 'failing', 'claimed', 'retired']
      const desk = aPollingDesk(Object.fromEntries(names.map(name => [name, `${server.url}/${name}`])))
      await desk.sources.sync()
      await desk.poll('before')
      const due = async (id: string) => Number(await desk.redis.zscore(desk.keys.due(), id))
      const stood = await due('before')
      desk.clock.now += ahead
      await desk.poll('polled')
      await desk.poll('failing')
      await desk.sources.failed(sourceId('retired'), { reason: 'status', detail: 'gone', status: 410 })
      await desk.redis.zadd(desk.keys.due(), desk.clock.now + 300_000, 'claimed')
      desk.clock.now -= ahead - 1_000
      const claimed = await desk.sources.claimDue(10)
      expect([...claimed].sort()).toEqual(['claimed', 'failing', 'polled'])
      expect(await due('before')).toBe(stood)
      expect((await desk.state('polled')).nextReason).toContain('the clock of Redis was ahead')
      // And so it goes on, without being due again and again.
      await desk.poll('polled')
      expect(await desk.sources.claimDue(10)).toEqual([])
    },
  )

  it('a source that was polled while the clock was ahead falls due even if only another process saw the clock ahead', async () => {
    const server = await serve((_, response) => response.end('a feed'))
    const desk = aPollingDesk({ a: `${server.url}/a` })
    await desk.sources.sync()
    await desk.poll('a')
    const at = desk.clock.now
    await desk.redis.hset(desk.keys.source('a'), { nextAt: at + DAY + 60_000, lastFetchAt: at + DAY })
    await desk.redis.zadd(desk.keys.due(), at + DAY + 60_000, 'a')
    expect(await desk.sources.claimDue(10)).toEqual(['a'])
  })
})

describe('a domain that was visited while the clock was ahead', () => {
  const settings = () => CrawlSettings.parse({ hostGap: '0ms' })
  const politeness = createPoliteness({ redis, keys, settings })
  const enter = (name: string) => politeness.visit('me').enter(`https://${name}.example/feed`)

  it('a domain that was visited while the clock was ahead admits its visitors once that is corrected', async () => {
    const later = Date.now() + DAY
    const name = 'ahead'
    await redis.hset(keys.host(`${name}.example`), { free: later, at: later })
    await redis.zadd(keys.hostHolders(`${name}.example`), later, 'one that died')
    await redis.zadd(keys.hostWaiting(`${name}.example`), later, 'me', later + 1_000, 'another')
    expect(await enter(name)).toBeNull()
  })

  it('a domain that was visited while the clock was ahead is not closed for longer than the limit, not even by Retry-After', async () => {
    await redis.hset(keys.host('long.example'), {
      until: Date.now() + 30 * DAY,
      since: Date.now(),
      why: 'answered 429',
    })
    expect(await enter('long')).toBeNull()
    await redis.hset(keys.host('hour.example'), { until: Date.now() + DAY, since: Date.now() + DAY - HOUR, why: '429' })
    expect(await enter('hour')).toBeNull()
    // What it asks for by a right clock is heard.
    await redis.hset(keys.host('kept.example'), { until: Date.now() + HOUR, since: Date.now(), why: 'answered 429' })
    expect(await enter('kept')).toMatchObject({ kind: 'closed' })
  })
})

describe('state stored while the clock was ahead', () => {
  it('state stored while the clock was ahead does not keep our own network marked as down or recovering for a day', async () => {
    const desk = aPollingDesk({})
    for (const mode of ['back', 'down'] as const) {
      await desk.redis.hset(desk.keys.network(), { mode, since: desk.clock.now + DAY })
      const { network } = desk.aReplica()
      network.reached('courier.example', desk.clock.now)
      await network.flush()
      await network.flush()
      const state = await network.state()
      expect(allowance(state, desk.clock.now + 130_000, 100)).toBe(100)
    }
  })

  it('state stored while the clock was ahead is ignored for validators, moves, push, log levels and daemons, but visitors still count', async () => {
    expect(chooseValidation(NOW + DAY, NOW, 0.5)).toBe('conditional')
    expect(chooseValidation(NOW - DAY, NOW, 0.5)).toBe('distrust')
    const today = Math.floor(NOW / DAY)
    const move = { to: 'https://b.example', days: [today - 1, today + 1], isShared: true }
    const sighting = { to: move.to, day: today, items: null, hasPast: true }
    expect(sighted('https://a.example', move, sighting).isBelieved).toBe(false)
    const subscribed = (deliveredAt: number, distrustedUntil = 0) =>
      parseSubscription('t', {
        ...{ source: 'a', secret: 's', state: 'active', verifiedAt: String(NOW - HOUR) },
        ...{
          leaseUntil: String(NOW + DAY),
          deliveredAt: String(deliveredAt),
          distrustedUntil: String(distrustedUntil),
        },
      })
    const works = (...times: [number, number?]) => {
      const subscription = subscribed(...times)
      return subscription && worksUntil(subscription, NOW, 3 * DAY) > 0
    }
    expect([works(NOW - 1), works(NOW + DAY), works(NOW - 1, NOW + HOUR), works(NOW - 1, NOW + 60 * DAY)]).toEqual([
      ...[true, false, false, true],
    ])
    const level = (until: number) => levelFor([{ daemon: '*', level: 'debug', until, by: 'x' }], 'd', 'info', NOW)
    expect([level(NOW + HOUR), level(NOW + 2 * DAY)]).toEqual(['debug', 'info'])
    const article = 'aaaaaaaaaaaaaaaa' as ArticleId
    // Both did read.
    await redis.zadd(keys.viewedBy(article), NOW - 1_000, 'one', NOW + DAY, 'two')
    expect(await createVisitors({ redis, keys, now: () => NOW }).of([article], 'hour')).toEqual([2])
    for (const [id, beatAt] of [
      ['here', NOW],
      ['gone', NOW + DAY],
    ] as const) {
      await redis.zadd(keys.daemons(), beatAt, id)
      await redis.hset(keys.daemon(id), { id, roles: 'crawl', beatAt })
    }
    expect((await readDaemons({ redis, keys, now: () => NOW })).map(({ id }) => id)).toEqual(['here'])
  })
})

describe('jobs delayed while the clock was ahead', () => {
  it('jobs delayed while the clock was ahead are brought forward, and locks of dead workers are shortened', {
    timeout: 60_000,
  }, async () => {
    const bull = openRedis(address, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
    const queues = openQueues(bull, keys)
    await queues.crawl.waitUntilReady()
    const data = { sourceId: 'a', trigger: 'schedule' }
    const job = await queues.crawl.add('a', data, { delay: DAY })
    const soon = await queues.crawl.add('b', data, { delay: 30_000 })
    const [lock, look] = [`${queues.crawl.toKey('77')}:lock`, queues.crawl.toKey('stalled-check')]
    await redis.lpush(queues.crawl.toKey('active'), '77')
    await redis.set(lock, 'a dead worker', 'PX', DAY)
    await redis.set(look, '1', 'PX', DAY)
    await correctClock({ redis, keys, queues, redate: async () => 0, now: Date.now, log })
    expect([await job.isDelayed(), await soon.isDelayed()]).toEqual([false, true])
    await until(
      () => Promise.all([redis.pttl(lock), redis.pttl(look)]),
      left => left.every(ms => ms <= 10_000),
    )
    await Promise.all(Object.values(queues).map(queue => queue.close()))
    bull.disconnect()
  })
})
