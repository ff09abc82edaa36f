import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { PushSettings } from '../../src/config/sections/push.ts'
import { Source, type SourceId } from '../../src/domain/source.ts'
import { createPoster } from '../../src/http-client/post.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { type PushCallback, pushRoute } from '../../src/server/admin/push-route.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { createPush } from '../../src/websub/push.ts'
import { signBody } from '../../src/websub/signature.ts'
import { NOON } from '../support/articles.ts'
import { aHub } from '../support/hub.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const { redis, keys } = testRedis()
const topic = 'https://courier.example/feed'
const courier = 'courier' as SourceId
let run = 0

/** Push for one source, its callback on loopback, a hub, and a clock moved by hand. */
const aPush = async (wanted: Parameters<typeof aHub>[0] = {}, settings: Record<string, unknown> = {}) => {
  const clock = { now: NOON }
  const own = keysFor(`${keys.prefix}-${run++}`)
  const hub = await aHub(wanted)
  hub.topics.set(topic, '<rss/>')
  const crawl = CrawlSettings.parse({ allow: ['127.0.0.0/8'] })
  const catalogue = { list: [Source.parse({ id: courier, name: 'Courier', url: topic, section: 'world' })] }
  const app = express()
  const server = app.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const configured = { ...PushSettings.parse(settings), baseUrl: url }
  const sources = createSources({
    ...{ redis, keys: own },
    catalogue: () => catalogue.list,
    settings: () => crawl,
    safetyInterval: () => configured.safetyInterval,
    now: () => clock.now,
  })
  const poster = createPoster(() => crawl)
  const push = createPush({
    ...{ redis, keys: own, sources, settings: () => configured, postForm: poster.postForm },
    now: () => clock.now,
  })
  const delivered: string[] = []
  const door: PushCallback = {
    push,
    deliver: async ({ subscription, body }) => {
      delivered.push(Buffer.from(body).toString())
      await push.delivered(subscription)
      return 1
    },
    maxBody: () => 10_000,
  }
  app.use('/push', pushRoute(door, pino({ level: 'silent' })))
  afterAll(async () => {
    server.close()
    server.closeAllConnections()
    await poster.close()
  })
  await sources.sync()
  const subscription = async () => {
    const found = await push.of(courier)
    if (!found) throw new Error('no subscription')
    return found
  }
  /** Does all that is due, as the daemon's tick and jobs do. */
  const attend = async () => {
    const due = await push.claimDue(100)
    return Promise.all(due.map(token => push.attend(token)))
  }
  const subscribe = async () => {
    await push.offered(courier, { hub: hub.url, topic })
    await attend()
    await until(() => hub.subscribers() > 0)
    return subscription()
  }
  const send = (token: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/push/${token}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/rss+xml', ...headers },
    })
  const ask = (token: string, query: Record<string, string>) =>
    fetch(`${url}/push/${token}?${new URLSearchParams(query)}`)
  return {
    push,
    sources,
    hub,
    clock,
    catalogue,
    configured,
    delivered,
    subscription,
    attend,
    subscribe,
    send,
    ask,
    keys: own,
  }
}

describe('subscribing', () => {
  it('subscribing sends the hub a secret and an unguessable callback, and echoes its challenge', async () => {
    const { subscribe, hub, clock } = await aPush({ lease: 3_600 })
    const subscription = await subscribe()
    expect(subscription).toMatchObject({ state: 'active', topic, verifiedAt: NOON, leaseUntil: clock.now + 3_600_000 })
    expect(subscription.token).toMatch(/^[\w-]{32}$/)
    expect(subscription.secret).toMatch(/^[0-9a-f]{64}$/)
    expect(hub.log).toEqual([`verified: subscribe ${topic}`])
  })

  it('subscribing starts once, however many replicas see the offer', async () => {
    const { push, keys: own, hub } = await aPush()
    await Promise.all([
      push.offered(courier, { hub: hub.url, topic }),
      push.offered(courier, { hub: hub.url, topic }),
      push.reconcile(),
    ])
    expect(await redis.zcard(own.pushDue())).toBe(1)
  })

  it('a subscription that we did not ask for is confirmed to nobody', async () => {
    const { subscribe, ask, send, push, hub } = await aPush()
    const { token } = await subscribe()
    const challenge = { 'hub.challenge': 'abc' }
    const asked = [
      await ask(token, { 'hub.mode': 'subscribe', 'hub.topic': 'https://evil.example/', ...challenge }),
      await ask(token, { 'hub.mode': 'unsubscribe', 'hub.topic': topic, ...challenge }),
      await ask(token, { 'hub.mode': 'publish', 'hub.topic': topic, ...challenge }),
      await ask(token, { 'hub.mode': 'subscribe', 'hub.topic': topic }),
    ]
    expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    const unknown = 'x'.repeat(32)
    expect((await ask(unknown, { 'hub.mode': 'subscribe', 'hub.topic': topic, ...challenge })).status).toBe(410)
    expect((await send(unknown, '<rss/>')).status).toBe(410)
    expect(await push.get(token)).toMatchObject({ state: 'active' })
    expect(hub.subscribers()).toBe(1)
  })

  it('a subscription that a hub denies records the reason, and is requested again a day later', async () => {
    const { push, attend, subscription, hub, clock } = await aPush({ denies: 'not for you' })
    await push.offered(courier, { hub: hub.url, topic })
    await attend()
    await until(async () => (await subscription()).state === 'denied')
    expect((await subscription()).reason).toBe('the hub denies it: not for you')
    expect(await attend()).toEqual([])
    clock.now += 25 * 3_600_000
    expect(await attend()).toEqual(['subscribe: the hub answered 202'])
  })

  it('subscribing is retried at growing intervals if the hub refuses or never verifies', async () => {
    const { push, attend, subscription, clock, hub } = await aPush()
    hub.topics.clear()
    await push.offered(courier, { hub: hub.url, topic })
    expect(await attend()).toEqual([expect.stringMatching(/^the hub answered 400: .*not a topic/)])
    expect(await subscription()).toMatchObject({ state: 'failed', tries: 1 })
    clock.now += 2 * 60_000
    await attend()
    expect(await subscription()).toMatchObject({ state: 'failed', tries: 2 })
    clock.now += 60_000
    expect(await attend()).toEqual([])
  })

  it('subscribing asks no hub in a private network', async () => {
    const { push, attend, subscription } = await aPush()
    await push.offered(courier, { hub: 'http://10.0.0.1/hub', topic })
    expect(await attend()).toEqual([expect.stringContaining('blocked')])
    expect((await subscription()).state).toBe('failed')
  })

  it('a subscription is renewed before its lease ends, with the same callback', async () => {
    const { subscribe, attend, subscription, clock, hub } = await aPush({ lease: 3_600 })
    const { token, leaseUntil } = await subscribe()
    clock.now += 0.6 * 3_600_000
    expect(await attend()).toEqual([])
    clock.now += 0.35 * 3_600_000
    await attend()
    await until(() => hub.log.length === 2)
    const renewed = await until(subscription, ({ leaseUntil: next }) => next > leaseUntil)
    expect(renewed).toMatchObject({ token, state: 'active', tries: 0 })
    expect(hub.subscribers()).toBe(1)
  })
})

describe('a delivery', () => {
  it('a delivery is taken in where it is signed rightly; all else is answered as if it were, ignored and counted', async () => {
    const { subscribe, send, subscription, delivered, sources } = await aPush()
    const { token, secret } = await subscribe()
    const answers = [
      await send(token, '<rss/>', { 'x-hub-signature': signBody(Buffer.from('<rss/>'), secret, 'sha512') }),
      await send(token, '<rss/>'),
      await send(token, '<rss/>', { 'x-hub-signature': signBody(Buffer.from('<rss/>'), 'guess') }),
      await send(token, '<rss>more</rss>', { 'x-hub-signature': signBody(Buffer.from('<rss/>'), secret) }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    expect(delivered).toEqual(['<rss/>'])
    expect(await subscription()).toMatchObject({ deliveries: 1, ignored: 3, deliveredAt: NOON })
    expect((await sources.state(courier)).pushUntil).toBeGreaterThan(NOON)
  })

  it('a delivery that is too large, or one of too many, is not read to its end', async () => {
    const { subscribe, send, delivered } = await aPush({}, { perMinute: 3 })
    const { token } = await subscribe()
    expect((await send(token, 'x'.repeat(10_001))).status).toBe(413)
    expect((await send(token, '')).status).toBe(202)
    expect((await send(token, '')).status).toBe(202)
    const refused = await send(token, '')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(delivered).toEqual([])
  })

  it('a delivery makes polls rare, so that they only look for what it missed', async () => {
    const { subscribe, sources, hub, delivered, clock, subscription } = await aPush()
    await subscribe()
    hub.publish(topic)
    await until(() => delivered.length === 1)
    await until(async () => (await subscription()).deliveries === 1)
    const due = await sources.unchanged(courier, null)
    expect(due.at - clock.now).toBeGreaterThan(5 * 3_600_000)
    expect(due.reason).toBe('push brings its news; polled every 6.0 h to be safe')
  })
})

describe('push that missed an item', () => {
  const working = async () => {
    const made = await aPush()
    await made.subscribe()
    await made.push.delivered(await made.subscription())
    return made
  }

  it('push that misses something is distrusted, with the reason, and the source is polled again as ever; later it is trusted anew', async () => {
    const { push, sources, clock, subscription, keys: own } = await working()
    clock.now += 3_600_000
    const why = await push.polled(courier, [clock.now - 1_800_000], NOON)
    expect(why).toMatch(/found 1 item that push had missed/)
    expect(await subscription()).toMatchObject({ misses: 1, distrustedUntil: clock.now + 3_600_000, reason: why })
    expect((await sources.state(courier)).pushUntil).toBe(0)
    expect(Number(await redis.zscore(own.due(), courier))).toBeLessThan(clock.now + 3 * 60_000)
    expect((await sources.unchanged(courier, null)).at - clock.now).toBeLessThan(3_600_000)

    await push.delivered(await subscription())
    expect((await sources.state(courier)).pushUntil).toBe(0)
    clock.now += 2 * 3_600_000
    await push.delivered(await subscription())
    expect((await sources.state(courier)).pushUntil).toBeGreaterThan(clock.now)
  })

  it('push is not distrusted for items of a moment ago, from before the subscription, or already known', async () => {
    const { push, clock } = await working()
    clock.now += 3_600_000
    expect(await push.polled(courier, [clock.now - 60_000, NOON - 60_000], NOON)).toBeNull()
    expect(await push.polled(courier, [], NOON)).toBeNull()
  })
})

describe('unsubscribing', () => {
  it.each([
    [
      'the source is removed',
      (made: Awaited<ReturnType<typeof aPush>>) => {
        made.catalogue.list = []
      },
    ],
    [
      'it is paused',
      (made: Awaited<ReturnType<typeof aPush>>) => {
        made.catalogue.list = made.catalogue.list.map(each => ({ ...each, enabled: false }))
      },
    ],
    [
      'push is switched off',
      (made: Awaited<ReturnType<typeof aPush>>) => {
        made.configured.baseUrl = ''
      },
    ],
  ])('unsubscribing happens when %s, and is confirmed by the hub', async (_, change) => {
    const made = await aPush()
    const { token } = await made.subscribe()
    change(made)
    expect(await made.push.reconcile()).toEqual({ begun: 0, ended: 1 })
    expect((await made.send(token, '<rss/>')).status).toBe(410)
    await made.attend()
    await until(() => made.hub.subscribers() === 0)
    await until(async () => (await made.push.get(token)) === null)
    expect(await redis.zcard(made.keys.pushDue())).toBe(0)
  })

  it('subscribing moves to another hub when the feed names one, and unsubscribes from the first', async () => {
    const made = await aPush()
    const before = await made.subscribe()
    const other = await aHub()
    other.topics.set(topic, '<rss/>')
    await made.push.offered(courier, { hub: other.url, topic })
    await made.attend()
    await until(() => other.subscribers() === 1 && made.hub.subscribers() === 0)
    const after = await made.subscription()
    expect(after.token).not.toBe(before.token)
    expect(after.secret).not.toBe(before.secret)
  })

  it('unsubscribing is abandoned after several attempts if the hub is gone', async () => {
    const made = await aPush()
    const { token } = await made.subscribe()
    made.catalogue.list = []
    made.hub.topics.clear()
    await made.push.reconcile()
    for (let times = 0; times < 4; times += 1) {
      await made.attend()
      made.clock.now += 86_400_000
    }
    expect(await made.push.get(token)).toBeNull()
  })
})
