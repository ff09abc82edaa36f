/** Polls of sources for tests: real Redis, real HTTP, a clock and a die that are moved by hand. */

import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, inject } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { Source, type SourceId } from '../../src/domain/source.ts'
import type { ClientParts } from '../../src/http-client/client.ts'
import { createFetcher } from '../../src/http-client/fetch.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { createOutageDetector } from '../../src/sources/polling/outage.ts'
import { createPoliteness } from '../../src/sources/polling/politeness.ts'
import { createPoll, type Polled } from '../../src/sources/polling/poll.ts'
import { createRobots } from '../../src/sources/polling/robots.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { NOON } from './articles.ts'

/** @param parts names are looked up by `resolve` where it is given */
export const aPollingDesk = (
  urls: Readonly<Record<string, string>>,
  some: Record<string, unknown> = {},
  parts: Pick<ClientParts, 'resolve'> = {},
) => {
  const redis = connectRedis(inject('redis'), pino({ level: 'silent' }), 'test')
  const keys = keysFor(`p${randomUUID().slice(0, 8)}`)
  const clock = { now: NOON, random: 0.5 }
  const settings = CrawlSettings.parse({
    hostGap: '0ms',
    allow: ['127.0.0.0/8'],
    headersTimeout: '1s',
    totalTimeout: '2s',
    ...some,
  })
  const catalogue = Object.entries(urls).map(([id, url]) => Source.parse({ id, name: id, url, section: 'world' }))
  const now = () => clock.now
  const random = () => clock.random
  const sources = createSources({ redis, keys, catalogue: () => catalogue, settings: () => settings, now })
  const fetcher = createFetcher(() => settings, { ...parts, now })
  const aReplica = () => {
    const network = createOutageDetector({ redis, keys, now, random, onBack: sources.resetAfterOutage })
    const poll = createPoll({
      sources,
      network,
      politeness: createPoliteness({ redis, keys, settings: () => settings, random }),
      robots: createRobots({
        redis,
        keys,
        fetchText: fetcher.fetchText,
        userAgent: () => settings.userAgent,
      }),
      fetchFeed: fetcher.fetchFeed,
      settings: () => settings,
      now,
      random,
    })
    return { network, poll }
  }
  const { network, poll } = aReplica()
  const source = (id: string): Source => {
    const found = sources.get(id)
    if (!found) throw new Error(`no source ${id} in this test`)
    return found
  }
  afterAll(async () => {
    const mine = await redis.keys(`*${keys.prefix}*`)
    if (mine.length > 0) await redis.del(mine)
    redis.disconnect()
    await fetcher.close()
  })
  return {
    redis,
    keys,
    clock,
    sources,
    network,
    aReplica,
    state: (id: string) => sources.state(id as SourceId), // of the catalogue above
    /** One poll, with what the crawl job does after it; `known` of `all` items are old ones. */
    async poll(id: string, { isRecrawl = false, all = 10, known = 10 } = {}): Promise<Polled & { notes?: string[] }> {
      const polled = await poll(source(id), { isRecrawl, signal: new AbortController().signal })
      if (polled.kind === 'unchanged')
        await Promise.all([sources.unchanged(source(id).id, polled.fetched.freshFor, polled.state), polled.leave()])
      if (polled.kind !== 'changed') return polled
      const notes = await polled.learn({ all, known, pages: [] })
      await sources.succeeded(source(id).id, {
        validators: polled.fetched.validators,
        itemHashes: null,
        published: [],
        newItems: all - known,
        carried: all,
        hints: {},
        freshFor: null,
        movedTo: polled.fetched.movedTo,
        hasUnstableIds: false,
        title: null,
      })
      await polled.leave()
      return { ...polled, notes }
    },
  }
}
