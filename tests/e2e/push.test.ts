import { describe, expect, it } from 'vitest'
import type { HubWanted } from '../../demo/publishers/hub.ts'
import { testDaemon } from '../support/daemon.ts'
import { type FeedItemSketch, rss, serve } from '../support/http.ts'
import { aHub } from '../support/hub.ts'
import { until } from '../support/until.ts'

const roles = ['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin'] as const

/** A publisher with a hub, and a daemon that hubs can reach; its polls are an hour apart, so what comes at once came by push. */
const aPushedDesk = async (wanted: Partial<HubWanted> = {}, interval = '1h') => {
  const hub = await aHub(wanted)
  const items: FeedItemSketch[] = [{ title: 'Ferry treaty signed', published: new Date(Date.now() - 60_000) }]
  const feed = await serve((_request, response) => {
    const link = `<${hub.url}>; rel="hub", <${topic}>; rel="self"`
    response.writeHead(200, { 'content-type': 'application/rss+xml', link }).end(rss(items))
  })
  const topic = `${feed.url}/rss`
  const publish = (title: string) => {
    items.unshift({ title })
    hub.topics.set(topic, rss(items))
    hub.publish(topic)
  }
  hub.topics.set(topic, rss(items))
  const desk = testDaemon({ sources: [{ id: 'courier', name: 'Courier', url: topic, section: 'world', interval }] })
  const daemon = await desk.start(roles)
  const { settings } = desk.config
  const reload = (baseUrl: string, sources = desk.config.sources) =>
    daemon.reload({ ...desk.config, sources, settings: { ...settings, push: { ...settings.push, baseUrl } } })
  const titles = async () => (await desk.list('latest')).map(({ title }) => title)
  return { hub, feed, desk, daemon, publish, titles, reload }
}

describe('a publisher with a hub', () => {
  it('a publisher with a hub is subscribed to, and what it pushes is in the lists at once, without duplicates and without a poll', async () => {
    const { hub, feed, desk, daemon, publish, titles, reload } = await aPushedDesk()
    await until(titles, found => found.length === 1)
    expect(hub.subscribers()).toBe(0)
    await reload(daemon.adminUrl ?? '')
    await until(() => hub.subscribers())
    const polls = feed.requests.length

    publish('Bridge reopens')
    await until(titles, found => found.includes('Bridge reopens'))
    publish('Mayor resigns')
    await until(titles, found => found.includes('Mayor resigns'))
    expect((await titles()).toSorted()).toEqual(['Bridge reopens', 'Ferry treaty signed', 'Mayor resigns'])
    expect(feed.requests).toHaveLength(polls)
    expect(await desk.redis.xlen(desk.keys.storyLog())).toBe(3)

    await reload(daemon.adminUrl ?? '', [])
    await until(() => hub.subscribers() === 0)
  })

  it('a publisher whose hub sends only notifications is crawled at each of them', async () => {
    const { hub, feed, daemon, publish, titles, reload } = await aPushedDesk({ thin: true })
    await until(titles, found => found.length === 1)
    await reload(daemon.adminUrl ?? '')
    await until(() => hub.subscribers())
    const polls = feed.requests.length
    publish('Bridge reopens')
    await until(titles, found => found.includes('Bridge reopens'))
    expect(feed.requests).toHaveLength(polls + 1)
  })
})
