import { describe, expect, it } from 'vitest'
import { readFeed } from '../../src/feeds/read.ts'

const hubs = async (text: string) => {
  const read = await readFeed(Buffer.from(text), {})
  if (read.kind !== 'feed') throw new Error(read.detail)
  const { hub, otherHubs } = read.feed.hints
  return { hub, otherHubs }
}

describe('hubs in a JSON Feed', () => {
  const json = (list: unknown) =>
    hubs(JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', hubs: list, items: [] }))
  const cloud = { type: 'rssCloud', url: 'https://cloud.example/' }
  const hub = { type: 'WebSub', url: 'https://hub.example/' }

  it('hubs in a JSON Feed are used if of type WebSub, whatever their position, and others are reported', async () => {
    expect(await json([cloud, hub])).toEqual({ hub: hub.url, otherHubs: ['rssCloud'] })
    expect(await json([cloud])).toEqual({ hub: undefined, otherHubs: ['rssCloud'] })
    expect(await json([{ ...hub, type: 'PubSubHubbub' }])).toEqual({ hub: hub.url })
  })

  it('hubs in a JSON Feed count as WebSub if they have no type', async () => {
    expect(await json([{ url: hub.url }])).toEqual({ hub: hub.url })
  })

  it('hubs in a JSON Feed are ignored if malformed', async () => {
    for (const list of [undefined, 'no', [], [{ x: [1] }], [null], { url: hub.url }])
      expect(await json(list)).toEqual({ hub: undefined, otherHubs: undefined })
  })
})

describe('rssCloud', () => {
  const cloud = '<cloud domain="rpc.example" port="5337" path="/rsscloud/pleaseNotify" protocol="http-post"/>'
  const item = (inside: string) => `<item><title>One</title>${inside}</item>`
  const rss = (head: string, items: string) => hubs(`<rss version="2.0"><channel>${head}${items}</channel></rss>`)

  it('rssCloud is reported if the RSS channel offers it, not if it stands within an item', async () => {
    expect((await rss(cloud, item(''))).otherHubs).toEqual(['rssCloud'])
    expect((await rss('', item(cloud))).otherHubs).toBeUndefined()
  })

  it('rssCloud is also reported for a feed that only the lenient reader can read', async () => {
    expect((await rss(cloud, `${item('&nosuch;')}<item><title>Two`)).otherHubs).toEqual(['rssCloud'])
  })
})
