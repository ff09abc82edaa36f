import { describe, expect, it } from 'vitest'
import { createReplay } from '../../src/events/replay.ts'
import { testDaemon } from '../support/daemon.ts'
import { rss, serve } from '../support/http.ts'
import { until } from '../support/until.ts'

describe('a read, from a page to its article', () => {
  it('a read is accepted by the public server, counted, shown on its article, and counted the same by a replay meanwhile', async () => {
    const feed = await serve((_request, response) => response.end(rss([{ title: 'Harbour bridge reopens' }])))
    const desk = testDaemon({
      sources: [{ id: 'courier', name: 'Courier', url: feed.url, section: 'world' }],
      settings: { http: { port: 0, cors: ['https://news.example'] } },
    })
    const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'http'])
    expect(daemon.httpUrl).not.toBeNull()
    const [entry] = await until(
      () => desk.list('latest'),
      list => list.length > 0,
    )
    const post = (visitor: string) =>
      fetch(`${daemon.httpUrl}/v1/events`, {
        method: 'POST',
        body: JSON.stringify({ kind: 'view', article: `${entry?.url}?utm_source=x`, visitor }),
        headers: {
          'content-type': 'text/plain;charset=UTF-8',
          'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
        },
      })
    const since = Date.now()
    const answers = await Promise.all(['a', 'b', 'b'].map(post))
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204])
    const views = () => desk.redis.hget(desk.keys.article(entry?.id ?? ''), 'views')
    await until(views, count => count === '2')
    const replayed = await createReplay({
      redis: desk.redis,
      keys: desk.keys,
      archive: { resolve: async ids => ids },
      settings: () => desk.config.settings.events,
      now: Date.now,
      onProgress: () => undefined,
    }).run({ from: since, totals: true })
    expect(replayed).toMatchObject({ read: 3, counted: 2, totals: 0 })
    await post('c')
    expect(await until(views, count => count === '3')).toBe('3')
  })

  it('a daemon has no public server unless one is configured', async () => {
    const desk = testDaemon({ sources: [] })
    expect((await desk.start(['events', 'http'])).httpUrl).toBeNull()
  })
})
