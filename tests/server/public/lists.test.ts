import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { HttpSettings } from '../../../src/config/sections/public-server.ts'
import { parseFeed } from '../../../src/feeds/index.ts'
import { listsRoute } from '../../../src/server/public/lists.ts'
import { startHttp } from '../../../src/server/public/server.ts'
import { updatesRoute } from '../../../src/server/public/updates.ts'
import { anArticle, NOON, newIn } from '../../support/articles.ts'
import { aListRoom } from '../../support/lists.ts'
import { until } from '../../support/until.ts'

const room = aListRoom()
const desk = room.open()
const ending = new AbortController()
const blocking = room.connect()
const server = await startHttp({
  settings: () => HttpSettings.parse({ port: 0 }),
  routes: [
    { path: '/v1/lists', router: listsRoute({ ...room, names: desk.publisher.names }) },
    {
      path: '/v1/updates',
      router: updatesRoute({ ...room, blocking, signal: ending.signal, onError: () => undefined }),
    },
  ],
  log: pino({ level: 'silent' }),
})
afterAll(async () => {
  ending.abort()
  blocking.disconnect()
  await server.close()
})

const HOSTILE = 'Bank <script>alert(1)</script> & "rates" ]]> </title>'
const article = anArticle({
  title: HOSTILE,
  summary: '5 < 6 & <img src=x onerror=alert(1)>',
  image: 'https://courier.example/a.jpg?x=1&y=2',
})
await desk.takeIn([{ article, decision: newIn('s1') }])
await desk.publisher.publish('latest')
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })

describe('a list over HTTP', () => {
  it('a list over HTTP has its entries and its metadata', async () => {
    const response = await get('/v1/lists/latest')
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toEqual({
      ...{
        list: 'latest',
        version: 1,
        generatedAt: new Date(NOON).toISOString(),
        window: null,
        fallback: null,
        stale: false,
        covers: null,
      },
      entries: await room.list('latest'),
    })
  })

  it('an unchanged list is answered over HTTP with 304', async () => {
    const etag = (await get('/v1/lists/latest')).headers.get('etag') ?? ''
    const again = await get('/v1/lists/latest', { 'if-none-match': `"other", W/${etag}` })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    // Another form of it is another thing.
    expect((await get('/v1/lists/latest/rss', { 'if-none-match': etag })).status).toBe(200)
    const more = anArticle({ title: 'Ferry treaty signed', publishedAt: NOON - 60_000 })
    await desk.takeIn([{ article: more, decision: newIn('s2') }])
    await desk.publisher.publish('latest')
    expect((await get('/v1/lists/latest', { 'if-none-match': etag })).status).toBe(200)
  })

  it.each(['rss', 'feed.json'])(
    'a list over HTTP is %s that a feed reader reads, in which no text is markup',
    async format => {
      const response = await get(`/v1/lists/latest/${format}`)
      const text = await response.text()
      expect(text).not.toMatch(/<script|<img/)
      const feed = await parseFeed(new TextEncoder().encode(text), {
        contentType: response.headers.get('content-type'),
      })
      expect(feed.items.map(({ link }) => link)).toEqual((await room.list('latest')).map(({ url }) => url))
      expect(feed.items[0]).toMatchObject({ image: article.image })
      expect(feed.items[0]?.summary).toBe(article.summary)
      expect(feed.items[0]?.published).toContain('2026-05-04T12:00:00')
      if (format === 'rss') expect(text).toContain('&#x26;lt;img src=x onerror=alert(1)&#x26;gt;')
    },
  )

  it('an unknown list is not found over HTTP, and an invalid limit is a bad request', async () => {
    for (const name of ['nothing', 'latest:nowhere', 'related:nobody', '__proto__', encodeURIComponent('../latest')]) {
      const response = await get(`/v1/lists/${name}`)
      expect([name, response.status]).toEqual([name, 404])
      expect(((await response.json()) as { error: string }).error).toMatch(/no list|nothing at/)
    }
    for (const limit of ['0', '-1', '1001', 'ten', '1e2', '']) {
      const response = await get(`/v1/lists/latest?limit=${limit}`)
      expect([limit, response.status]).toEqual([limit, 400])
    }
    const one = (await (await get('/v1/lists/latest?limit=1')).json()) as { entries: unknown[] }
    expect(one.entries).toHaveLength(1)
  })

  it('a list that was never written is empty over HTTP, and the index names all lists', async () => {
    expect(await (await get('/v1/lists/trending')).json()).toMatchObject({ version: 0, entries: [] })
    const { lists } = (await (await get('/v1/lists')).json()) as { lists: { list: string; count: number }[] }
    expect(lists.map(({ list }) => list)).toEqual(desk.publisher.names())
    expect(lists[0]).toMatchObject({ list: 'latest', count: 2 })
  })
})

describe('updates over HTTP', () => {
  /** Reads server-sent events as they come. */
  const listen = async (path: string, headers: Record<string, string> = {}) => {
    const response = await get(path, headers)
    const heard: { id: string; list: string }[] = []
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const reading = (async () => {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        text += part.value
        const events = text.split('\n\n')
        text = events.pop() ?? ''
        for (const event of events) {
          const [, id = '', , data = ''] = /^id: (.*)\n(event: update)\ndata: (.*)$/.exec(event) ?? []
          if (data !== '') heard.push({ id, list: (JSON.parse(data) as { list: string }).list })
        }
      }
    })().catch(() => undefined)
    return { heard, end: () => reader?.cancel().then(() => reading) }
  }

  it('each stream of updates over HTTP gets the lists it asked for, and what it missed while it was disconnected', async () => {
    const [all, some] = [await listen('/v1/updates'), await listen('/v1/updates?lists=must-reads')]
    await desk.publisher.publish('must-reads')
    await desk.publisher.publish('trending')
    await until(() => all.heard.length === 2 && some.heard.length === 1)
    expect(all.heard.map(({ list }) => list)).toEqual(['must-reads', 'trending'])
    expect(some.heard.map(({ list }) => list)).toEqual(['must-reads'])
    const last = some.heard[0]?.id ?? ''
    await all.end()
    await some.end()
    const back = await listen('/v1/updates', { 'last-event-id': last })
    await until(() => back.heard.length === 1)
    await desk.publisher.publish('latest:world')
    await until(() => back.heard.length === 2)
    expect(back.heard.map(({ list }) => list)).toEqual(['trending', 'latest:world'])
    await back.end()
  })

  it('a stream of updates over HTTP is refused without lists, or with an invalid Last-Event-ID', async () => {
    expect((await get('/v1/updates?lists=')).status).toBe(400)
    expect((await get('/v1/updates', { 'last-event-id': 'yesterday' })).status).toBe(400)
  })
})
