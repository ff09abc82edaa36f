import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { articlePages } from '../../examples/article-page.ts'
import { packContent } from '../../src/domain/packed-content.ts'
import { logWeight } from '../../src/domain/window.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'
import { until } from '../support/until.ts'

const room = aListRoom({ settings: { minEntries: 6, relatedMinEntries: 6, minVisitors: 1 } })
const { redis, keys } = room
const desk = room.open()
const connection = room.connect()
const server = createServer(articlePages(connection, keys.prefix)).listen(0)
afterAll(() => {
  server.close()
  connection.disconnect()
})
const get = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)

const TITLES = ['Ferry treaty signed', 'Bank & <script>alert(1)</script>', 'Mayor resigns', 'Bridge reopens']
const articles = Array.from({ length: 60 }, (_, n) =>
  anArticle({
    title: TITLES[n] ?? `Story ${n}`,
    url: `https://courier.example/${n}`,
    publishedAt: NOON - n * 60_000,
    author: 'A. Writer',
  }),
)
const [first] = articles
if (first) {
  const enclosures = [{ url: 'https://courier.example/e.mp3', type: 'audio/mpeg' }]
  articles[0] = { ...first, enclosures }
}
const content = { text: 'It runs <b>again</b>.\n\nFrom Monday\non.', words: 6, minutes: 2, from: 'feed' } as const
await desk.takeIn(
  articles.map((article, n) => ({
    ...{ article, decision: newIn(`s${article.id}`) },
    ...(n === 0 ? { content: packContent(content) } : {}),
  })),
)
const id = articles[0]?.id ?? ''

/** As the counter leaves it: the oldest articles are read most, in the week and now. */
const countReads = async (firstAt: number) => {
  for (const [n, { id: article }] of articles.entries()) {
    await redis.zadd(keys.eventWindow('view', 'week'), n + 1, article)
    const weight = logWeight(NOON, room.config.settings.events.halfLife) + Math.log(n + 1)
    await redis.zadd(keys.eventWindow('view', 'now'), weight, article)
    await desk.visitors.note([{ article, visitor: 'v', hash: () => 'h', at: NOON }])
  }
  for (const [window, width] of [
    ['day', 300_000],
    ['week', 3_600_000],
  ] as const) {
    const bucket = Math.floor(firstAt / width)
    await redis.zadd(keys.eventState(`index:view:${window}`), bucket, bucket)
  }
  for (const name of ['latest:world', 'most-read:week', 'most-read:now', 'must-reads', `related:${id}`])
    await desk.publisher.publish(name)
}

/** Titles of each panel, by its heading; the second of two with one heading is told by `again`. */
const readPanels = (page: string): Record<string, string[]> => {
  const panels: Record<string, string[]> = {}
  for (const [, heading = '', body = ''] of page.matchAll(/<section><h2>(.*?)<\/h2>(.*?)<\/section>/g))
    panels[heading in panels ? `${heading}, again` : heading] = [...body.matchAll(/<a [^>]*>(.*?)<\/a>/g)].map(
      ([, title = '']) => title,
    )
  return panels
}

describe('the example of an article page', () => {
  it('the example of an article page has every panel filled and no story twice, from one round trip', async () => {
    await countReads(NOON - 3 * 86_400_000)
    const commands = async () => Number(/cmdstat_lrange:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0)
    const before = await commands()
    const page = await (await get(`/world/${id}`)).text()
    expect((await commands()) - before).toBeGreaterThanOrEqual(5)
    const { 'Weekly Best Articles, again': again, ...panels } = readPanels(page)
    expect(Object.entries(panels).map(([heading, titles]) => [heading, titles.length])).toEqual([
      ['[WORLD] Latest Stories', 6],
      ['Weekly Best Articles', 12],
      ['You May Also Like', 5],
      ['Popular Now', 5],
      ['Must-Reads', 5],
    ])
    const titles = Object.values(panels).flat()
    expect(new Set(titles).size).toBe(33)
    expect(titles).not.toContain('Ferry treaty signed')
    expect(again).toEqual(panels['Weekly Best Articles'])
    expect(page).toContain('<h1>Ferry treaty signed</h1><p>A. Writer · 2 min read</p>')
    expect(page).toContain('<p>It runs &lt;b&gt;again&lt;/b&gt;.</p>\n<p>From Monday<br>on.</p>')
    expect(page).toContain('<audio controls preload="none" src="https://courier.example/e.mp3"></audio>')
    expect(page).toContain('<b>WORLD</b> <a href="https://courier.example/2">Mayor resigns</a>')
    expect(page).not.toContain('<script>')
  })

  it('the example of an article page leaves out “read now” while all reads of the week are from this hour', async () => {
    await redis.del(keys.eventState('index:view:day'), keys.eventState('index:view:week'))
    await countReads(NOON)
    const panels = readPanels(await (await get(`/world/${id}`)).text())
    expect(Object.keys(panels)).not.toContain('Popular Now')
    expect(panels['Must-Reads']).toHaveLength(5)
  })

  it('the example of an article page reports a view of the article', async () => {
    await until(async () => (await redis.xlen(keys.events())) > 0)
    const [[, fields] = ['', []]] = await redis.xrange(keys.events(), '-', '+')
    expect(fields.slice(0, 4)).toEqual(['kind', 'view', 'article', id])
  })

  it('the example of an article page answers 404 for an unknown article or a malformed address', async () => {
    for (const path of ['/world/0123456789abcdef', '/World:now/0123456789abcdef', '/world/nobody'])
      expect((await get(path)).status).toBe(404)
  })
})
