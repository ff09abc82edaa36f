import { describe, expect, it } from 'vitest'
import type { ArticleId } from '../../../src/domain/article.ts'
import { createHistoryNotes } from '../../../src/lists/history.ts'
import { logIn, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'
import { rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const HOUR = 3_600_000
const feed = await serve((_request, response) => {
  const items = [{ title: 'Ferry treaty signed' }, { title: 'Harvest begins' }]
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
})
const desk = testDaemon({
  sources: [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world', interval: '12h' }],
  // Without backfill, lists by reads stay as the tests write their histories.
  settings: { lists: { history: '3d', minEntries: 0 } },
})
const url = await setUp(await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'admin']))
const cookie = await logIn(url)
const entries = await until(
  () => desk.list('latest:world'),
  list => list.length === 2,
)
const [first, second] = entries.map(({ id }) => id as ArticleId)
if (!first || !second) throw new Error('two entries')

describe('the page of changes', () => {
  it('the page of changes shows what entered, left and moved within the time that is chosen', async () => {
    const list = 'latest:sports'
    const note = createHistoryNotes({ redis: desk.redis, keys: desk.keys, keep: () => 72 * HOUR })
    await desk.redis.del(desk.keys.listHistory(list), desk.keys.listHistoryLatest(list))
    const gone = 'gone' as ArticleId
    const now = Date.now()
    await note(list, [gone], now - 30 * HOUR)
    await note(list, [gone, first], now - 5 * HOUR)
    await note(list, [second, first], now - HOUR / 2)

    const hour = await seen(url, `/changes?list=${list}`, cookie)
    expect(hour).toMatch(/1 in, 1 out[\s\S]*entered at place 1[\s\S]*deleted: gone[\s\S]*left, from place 1/)
    expect(hour).not.toContain('entered at place 2')
    const day = await seen(url, `/changes?list=${list}&span=24h`, cookie)
    expect(day).toMatch(/2 in, 1 out[\s\S]*2 changes[\s\S]*entered at place 2/)
    const json = await fetch(`${url}/changes?list=${list}&span=24h`, {
      headers: { cookie, accept: 'application/json' },
    })
    expect(await json.json()).toMatchObject({ list, changes: [{ at: now - HOUR / 2 }, { at: now - 5 * HOUR }] })
  })

  it('the page of changes has every list to choose from, and says which there is none of', async () => {
    expect(await seen(url, '/changes', cookie)).toMatch(/Changes of must-reads[\s\S]*value="latest:world"/)
    const none = await fetch(`${url}/changes?list=best-of`, { headers: { cookie } })
    expect([none.status, await none.text()]).toEqual([404, expect.stringContaining('There is no list')])
  })

  it('the front page says beside a list what the last hour changed in it', async () => {
    const note = createHistoryNotes({ redis: desk.redis, keys: desk.keys, keep: () => 72 * HOUR })
    await desk.redis.del(desk.keys.listHistory('trending'), desk.keys.listHistoryLatest('trending'))
    await note('trending', [first], Date.now() - 10 * HOUR)
    await note('trending', [second, first], Date.now() - HOUR / 4)
    expect(await seen(url, '/', cookie)).toContain('<a href="/changes?list=trending">1 in</a> in the last hour')
  })
})
